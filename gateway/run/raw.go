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
	// mostRawBytes bounds the bodies in memory that wait to be written.
	mostRawBytes = 32 << 20
	rawEvery     = 30 * time.Second
	rawWriters   = 4
	rawWithin    = 20 * time.Second
)

// rawNotification is the body of a notification as it came, without headers and addresses.
type rawNotification struct {
	received time.Time
	body     []byte
}

// MarshalJSON writes the notification as one line for the store.
func (r rawNotification) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Received time.Time       `json:"received"`
		Body     json.RawMessage `json:"body"`
	}{r.received.UTC(), r.body})
}

// fileWriter is the part of the store that raw notifications need.
type fileWriter interface {
	PutBytes(ctx context.Context, prefix, extension, contentType string, data []byte) (storage.File, error)
}

// keeper writes raw notifications into the store, one object per merchant every half minute, so that
// no answer waits for them. They are only for people to look at: what finds no room, or cannot be
// written, is dropped and counted.
type keeper struct {
	store   fileWriter
	log     *slog.Logger
	dropped prometheus.Counter

	most int64        // bytes of bodies that may be in memory
	held atomic.Int64 // bytes that are

	mu      sync.Mutex
	waiting map[string][]rawNotification

	ending chan struct{}
	ended  chan struct{}
	end    context.Context
	stop   context.CancelFunc
}

func newKeeper(store fileWriter, log *slog.Logger, dropped prometheus.Counter) *keeper {
	k := &keeper{
		store: store, log: log, dropped: dropped, most: mostRawBytes, waiting: map[string][]rawNotification{},
		ending: make(chan struct{}), ended: make(chan struct{}),
	}
	k.end, k.stop = context.WithCancel(context.Background())
	go k.run()
	return k
}

// hold makes a raw notification of a body, without its bytes when there is no room for them.
func (k *keeper) hold(received time.Time, body []byte) rawNotification {
	size := int64(len(body))
	if k.held.Add(size) > k.most {
		k.held.Add(-size)
		k.dropped.Inc()
		return rawNotification{received: received}
	}
	return rawNotification{received, body}
}

// keep takes the raw notifications of a batch that is over; it never waits.
func (k *keeper) keep(merchant string, notifications []rawNotification) {
	if len(notifications) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.waiting[merchant] = append(k.waiting[merchant], notifications...)
}

// release frees the room of notifications.
func (k *keeper) release(notifications []rawNotification) {
	for _, n := range notifications {
		k.held.Add(-int64(len(n.body)))
	}
}

// run writes what waits twice a minute, and at the end.
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
	k.waiting = map[string][]rawNotification{}
	k.mu.Unlock()
	var group errgroup.Group
	group.SetLimit(rawWriters)
	for merchant, notifications := range waiting {
		group.Go(func() error {
			k.write(merchant, notifications)
			return nil
		})
	}
	_ = group.Wait()
}

func (k *keeper) write(merchant string, notifications []rawNotification) {
	defer k.release(notifications)
	ctx, cancel := context.WithTimeout(k.end, rawWithin)
	defer cancel()
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, n := range notifications {
		if err := encoder.Encode(n); err != nil {
			k.log.Warn("a raw notification could not be kept", "merchant", merchant, "error", err)
		}
	}
	prefix := storage.NotificationsOfDayPrefix(merchant, notifications[0].received)
	if _, err := k.store.PutBytes(ctx, prefix, ".jsonl", "application/x-ndjson", lines.Bytes()); err != nil {
		k.log.Warn("raw notifications could not be kept", "merchant", merchant, "notifications", len(notifications), "error", err)
		k.dropped.Add(float64(len(notifications)))
	}
}

// drain writes what waits, until ctx ends. keep must not be called after it.
func (k *keeper) drain(ctx context.Context) {
	close(k.ending)
	defer context.AfterFunc(ctx, k.stop)()
	<-k.ended
	k.stop()
}
