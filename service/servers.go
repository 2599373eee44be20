package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

// Wanted says which servers a program wants. Temporal is found by TEMPORAL_*, S3 by AWS_*.
type Wanted struct {
	Log *slog.Logger
	// Metrics takes those of Temporal's SDK.
	Metrics client.MetricsHandler
	// Patience is how long a server may take to answer at the start.
	Patience time.Duration

	// Temporal is used instead of a client of the program's own, with its Namespace, and stays open.
	Temporal  client.Client
	Namespace string

	// Store is used instead of one of Bucket, whose large files are in Temp on their way.
	Store  *storage.Store
	Bucket string
	Temp   string
	// MakeBucket: a bucket that is not there is made, with its rules.
	MakeBucket bool
	// Probe is a key prefix under which nothing is. To list it is cheap, and fails when the bucket is gone.
	Probe string
}

// Servers are what a program works with.
type Servers struct {
	Temporal  client.Client
	Namespace string
	Store     *storage.Store
	wanted    Wanted
}

// Connect reaches Temporal and the label store, or says within their patience why not.
func Connect(ctx context.Context, wanted Wanted) (*Servers, error) {
	s := &Servers{Temporal: wanted.Temporal, Namespace: cmp.Or(wanted.Namespace, client.DefaultNamespace), Store: wanted.Store, wanted: wanted}
	err := errors.Join(s.openTemporal(), s.openStore(ctx))
	if err == nil {
		err = until(ctx, wanted.Log, "Temporal", wanted.Patience, s.checkTemporal)
	}
	if err == nil {
		err = until(ctx, wanted.Log, "the label store", wanted.Patience, s.readyStore)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// openTemporal makes a client, which does not connect yet, where none was handed over.
func (s *Servers) openTemporal() error {
	if s.Temporal != nil {
		return nil
	}
	options, err := temporalOptions(s.wanted.Log, s.wanted.Metrics)
	if err != nil {
		return err
	}
	s.Namespace = cmp.Or(options.Namespace, client.DefaultNamespace)
	temporal, err := client.NewLazyClient(options)
	if err != nil {
		return fmt.Errorf("TEMPORAL_*: no client for Temporal can be made: %w", err)
	}
	s.Temporal = temporal
	return nil
}

// openStore does the same for the label store.
func (s *Servers) openStore(ctx context.Context) (err error) {
	if s.Store == nil {
		s.Store, err = storage.Open(ctx, storage.Config{Bucket: s.wanted.Bucket, TempDir: s.wanted.Temp})
	}
	return err
}

// Close closes what Connect has opened.
func (s *Servers) Close() {
	if s.wanted.Temporal == nil && s.Temporal != nil {
		s.Temporal.Close()
	}
}

// Checks are the conditions under which a program with these servers is ready.
func (s *Servers) Checks() []Check {
	return []Check{{Name: "Temporal", Run: s.checkTemporal}, {Name: "label store", Run: s.checkStore}}
}

func (s *Servers) checkTemporal(ctx context.Context) error {
	return CheckSearchAttributes(ctx, s.Temporal, s.Namespace, workflows.SearchAttributes())
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
		return final{Err: err}
	}
	return err
}

// checkConditions lets nothing start on a store where two writers may both be the first.
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
