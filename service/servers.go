package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service/tracing"
	"github.com/despacho/despacho/storage"
)

// ServerOptions says which servers a program needs. TEMPORAL_* say where Temporal is, AWS_* where S3 is.
type ServerOptions struct {
	Log *slog.Logger
	// Metrics takes those of Temporal's SDK, and counts requests to the label store.
	Metrics Metrics
	// Tracing traces both; nil does not.
	Tracing *tracing.Tracing
	// Patience is how long a server may take to answer at the start.
	Patience time.Duration

	// Temporal lends its connection to a client of the program's own, with its Namespace, and stays open.
	Temporal  client.Client
	Namespace string

	// Store is used instead of one over Bucket that keeps large files in Temp while they are moved.
	Store  *storage.Store
	Bucket string
	Temp   string
	// MakeBucket creates a missing bucket, with its expiry rules.
	MakeBucket bool
	// Probe is a key prefix with no objects: listing it is cheap, and fails when the bucket is gone.
	Probe string
}

// Servers are what a program works with.
type Servers struct {
	Temporal  client.Client
	Namespace string
	Store     *storage.Store

	wanted  ServerOptions
	counted bool // Temporal is a client of its own on the connection that was handed over
}

// Connect opens Temporal and the label store and waits until both can be used. After
// Wanted.Patience it returns the last error instead.
func Connect(ctx context.Context, wanted ServerOptions) (*Servers, error) {
	s := &Servers{Temporal: wanted.Temporal, Namespace: cmp.Or(wanted.Namespace, client.DefaultNamespace), Store: wanted.Store, wanted: wanted}
	err := errors.Join(s.openTemporal(ctx), s.openStore(ctx))
	if err == nil {
		err = tryUntilReady(ctx, wanted.Log, "Temporal", wanted.Patience, s.checkTemporal)
	}
	if err == nil {
		err = tryUntilReady(ctx, wanted.Log, "the label store", wanted.Patience, s.readyStore)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// openTemporal makes a client, which does not connect yet, where none was handed over.
func (s *Servers) openTemporal(ctx context.Context) error {
	if s.Temporal != nil {
		s.countTemporal(ctx)
		return nil
	}
	options, err := temporalOptions(s.wanted)
	if err != nil {
		return err
	}
	s.Namespace = cmp.Or(options.Namespace, client.DefaultNamespace)
	temporal, err := client.NewLazyClient(options)
	if err != nil {
		return fmt.Errorf("TEMPORAL_*: cannot make a client of Temporal: %w", err)
	}
	s.Temporal = temporal
	return nil
}

// countTemporal makes a client of one that was handed over, on its connection, whose calls this program counts.
// One that is not of Temporal's SDK, as in tests, stays as it is.
func (s *Servers) countTemporal(ctx context.Context) {
	counted, err := client.NewClientFromExistingWithContext(ctx, s.Temporal, client.Options{
		Namespace: s.Namespace, Logger: log.NewStructuredLogger(s.wanted.Log), MetricsHandler: s.wanted.Metrics.Temporal,
		Interceptors: s.wanted.Tracing.Interceptors(),
	})
	if err != nil {
		s.wanted.Log.Debug("calls to Temporal are not counted", "error", err)
		return
	}
	s.Temporal, s.counted = counted, true
}

// openStore does the same for the label store, and observes it.
func (s *Servers) openStore(ctx context.Context) (err error) {
	if s.Store == nil {
		s.Store, err = storage.Open(ctx, storage.Config{Bucket: s.wanted.Bucket, TempDir: s.wanted.Temp})
	}
	if err == nil {
		s.Store = s.Store.Observed(s.wanted.observeStore)
	}
	return err
}

// Close closes what Connect has opened.
func (s *Servers) Close() {
	if s.Temporal != nil && (s.wanted.Temporal == nil || s.counted) {
		s.Temporal.Close()
	}
}

// Checks are the conditions under which a program with these servers is ready.
func (s *Servers) Checks() []Check {
	return []Check{{Name: "Temporal", Run: s.checkTemporal}, {Name: "label store", Run: s.checkStore}}
}

func (s *Servers) checkTemporal(ctx context.Context) error {
	return CheckSearchAttributes(ctx, s.Temporal, s.Namespace, contract.SearchAttributes())
}

func (s *Servers) checkStore(ctx context.Context) error {
	return s.Store.List(ctx, s.wanted.Probe, func(storage.Object) error { return nil })
}

func (s *Servers) readyStore(ctx context.Context) error {
	err := s.ensureBucket(ctx)
	if err == nil {
		err = s.checkStore(ctx)
	}
	if err == nil {
		err = s.checkConditions(ctx)
	}
	if err != nil && ctx.Err() == nil && !storage.IsTransient(err) {
		return finalError{Err: err}
	}
	return err
}

// checkConditions refuses a store that ignores conditional writes, where two writers could both be first.
func (s *Servers) checkConditions(ctx context.Context) error {
	note, err := s.Store.CheckConditions(ctx)
	if note != "" {
		s.wanted.Log.Warn(note)
	}
	return err
}

func (s *Servers) ensureBucket(ctx context.Context) error {
	if !s.wanted.MakeBucket {
		return nil
	}
	notes, err := s.Store.EnsureBucket(ctx)
	for _, note := range notes {
		s.wanted.Log.Warn(note)
	}
	return err
}
