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

	"github.com/despacho/despacho/storage"
)

const (
	// mostRawBytes bounds the bodies that are in memory because they are still to be kept.
	mostRawBytes = 32 << 20
	rawQueue     = 1024
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

// keeper writes raw notices into the store behind the answers, one object a batch. It is a
// convenience for people: what there is no room for, or cannot be written, is dropped and counted.
type keeper struct {
	store   fileWriter
	log     *slog.Logger
	dropped prometheus.Counter

	held    atomic.Int64 // bytes of bodies in memory
	queue   chan rawBatch
	writing sync.WaitGroup
	stop    context.CancelFunc
}

type rawBatch struct {
	merchant string
	notices  []rawNotice
}

func newKeeper(store fileWriter, log *slog.Logger, dropped prometheus.Counter) *keeper {
	ctx, stop := context.WithCancel(context.Background())
	k := &keeper{store: store, log: log, dropped: dropped, queue: make(chan rawBatch, rawQueue), stop: stop}
	for range rawWriters {
		k.writing.Go(func() {
			for b := range k.queue {
				k.write(ctx, b)
			}
		})
	}
	return k
}

// hold makes a raw notice of a body, without its bytes when there is no room for them.
func (k *keeper) hold(received time.Time, body []byte) rawNotice {
	size := int64(len(body))
	if k.held.Add(size) > mostRawBytes {
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
	select {
	case k.queue <- rawBatch{merchant, notices}:
	default:
		k.drop(notices)
	}
}

// drop counts notices that are not kept.
func (k *keeper) drop(notices []rawNotice) {
	k.dropped.Add(float64(len(notices)))
	k.release(notices)
}

func (k *keeper) release(notices []rawNotice) {
	for _, n := range notices {
		k.held.Add(-int64(len(n.body)))
	}
}

func (k *keeper) write(ctx context.Context, b rawBatch) {
	ctx, cancel := context.WithTimeout(ctx, rawWithin)
	defer cancel()
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, n := range b.notices {
		if err := encoder.Encode(n); err != nil {
			k.log.Warn("a raw notice is not kept", "merchant", b.merchant, "error", err)
		}
	}
	prefix := storage.NoticesOfDayPrefix(b.merchant, b.notices[0].received)
	if _, err := k.store.PutBytes(ctx, prefix, ".jsonl", "application/x-ndjson", lines.Bytes()); err != nil {
		k.log.Warn("raw notices are not kept", "merchant", b.merchant, "notices", len(b.notices), "error", err)
		k.drop(b.notices)
		return
	}
	k.release(b.notices)
}

// drain writes what waits, until ctx ends; nothing may be kept any more.
func (k *keeper) drain(ctx context.Context) {
	close(k.queue)
	defer context.AfterFunc(ctx, k.stop)()
	k.writing.Wait()
	k.stop()
}
