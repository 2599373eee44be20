package run

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/storage"
)

const (
	// mostRawBytes bounds the bodies that are in memory because they are still to be kept.
	mostRawBytes = 32 << 20
	rawEvery     = 3 * time.Second
	rawWriters   = 4
	rawWithin    = 20 * time.Second
)

// rawNotice is a notice as it came: neither headers nor addresses.
type rawNotice struct {
	received time.Time
	body     []byte
}

// MarshalJSON writes the notice as one line for the store.
func (r rawNotice) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Received time.Time       `json:"received"`
		Body     json.RawMessage `json:"body"`
	}{r.received.UTC(), r.body})
}

// fileWriter is the part of the store that raw notices need.
type fileWriter interface {
	PutBytes(ctx context.Context, prefix, extension, contentType string, data []byte) (storage.File, error)
}

// keeper writes raw notices into the store behind the answers: every few seconds one object a
// merchant, so that a storm is not slowed by them. It is a convenience for people: what there is
// no room for, or cannot be written, is dropped and counted.
type keeper struct {
	store   fileWriter
	log     *slog.Logger
	dropped prometheus.Counter

	most int64        // bytes of bodies that may be in memory
	held atomic.Int64 // bytes that are

	mu      sync.Mutex
	waiting map[string][]rawNotice

	ending chan struct{}
	ended  chan struct{}
	end    context.Context
	stop   context.CancelFunc
}

func newKeeper(store fileWriter, log *slog.Logger, dropped prometheus.Counter) *keeper {
	k := &keeper{
		store: store, log: log, dropped: dropped, most: mostRawBytes, waiting: map[string][]rawNotice{},
		ending: make(chan struct{}), ended: make(chan struct{}),
	}
	k.end, k.stop = context.WithCancel(context.Background())
	go k.run()
	return k
}

// hold makes a raw notice of a body, without its bytes when there is no room for them.
func (k *keeper) hold(received time.Time, body []byte) rawNotice {
	size := int64(len(body))
	if k.held.Add(size) > k.most {
		k.held.Add(-size)
		k.dropped.Inc()
		return rawNotice{received: received}
	}
	return rawNotice{received, body}
}

// keep takes the raw notices of a batch that is over; it never waits.
func (k *keeper) keep(merchant string, notices []rawNotice) {
	if len(notices) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.waiting[merchant] = append(k.waiting[merchant], notices...)
}

// release gives the room of notices back.
func (k *keeper) release(notices []rawNotice) {
	for _, n := range notices {
		k.held.Add(-int64(len(n.body)))
	}
}

// run writes what waits every few seconds, and at the end.
func (k *keeper) run() {
	defer close(k.ended)
	ticker := time.NewTicker(rawEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			k.sweep()
		case <-k.ending:
			k.sweep()
			return
		}
	}
}

func (k *keeper) sweep() {
	k.mu.Lock()
	waiting := k.waiting
	k.waiting = map[string][]rawNotice{}
	k.mu.Unlock()
	var group errgroup.Group
	group.SetLimit(rawWriters)
	for merchant, notices := range waiting {
		group.Go(func() error {
			k.write(merchant, notices)
			return nil
		})
	}
	_ = group.Wait()
}

func (k *keeper) write(merchant string, notices []rawNotice) {
	defer k.release(notices)
	ctx, cancel := context.WithTimeout(k.end, rawWithin)
	defer cancel()
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, n := range notices {
		if err := encoder.Encode(n); err != nil {
			k.log.Warn("a raw notice is not kept", "merchant", merchant, "error", err)
		}
	}
	prefix := storage.NoticesOfDayPrefix(merchant, notices[0].received)
	if _, err := k.store.PutBytes(ctx, prefix, ".jsonl", "application/x-ndjson", lines.Bytes()); err != nil {
		k.log.Warn("raw notices are not kept", "merchant", merchant, "notices", len(notices), "error", err)
		k.dropped.Add(float64(len(notices)))
	}
}

// drain writes what waits, until ctx ends; nothing may be kept any more.
func (k *keeper) drain(ctx context.Context) {
	close(k.ending)
	defer context.AfterFunc(ctx, k.stop)()
	<-k.ended
	k.stop()
}
