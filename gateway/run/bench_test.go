package run

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkWebhooks sends notifications of one merchant by HTTP, as many at a time as a storm brings,
// to a Temporal that takes 10 ms for a signal; p99 is what 99 of 100 were answered within.
func BenchmarkWebhooks(b *testing.B) {
	s := play(b, nil)
	s.temporal.refuse = func(ctx context.Context, _ string) error {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
		}
		return ctx.Err()
	}
	const senders = 64
	hub := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	defer hub.CloseIdleConnections()
	ids := make(chan string, b.N)
	for _, id := range checkouts(b.N) {
		ids <- id
	}
	close(ids)
	var mu sync.Mutex
	var took []time.Duration
	var group sync.WaitGroup
	b.ResetTimer()
	for range senders {
		group.Go(func() {
			for id := range ids {
				request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://"+s.addresses.Webhooks+Path, strings.NewReader(notificationOf(tokenMerchant, id)))
				if err != nil {
					b.Error(err)
					return
				}
				began := time.Now()
				if came := send(b, hub, request); came.status != http.StatusOK {
					b.Error(came.status, came.words)
				}
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-most")
	b.ReportMetric(float64(b.N)/float64(len(s.temporal.taken())), "notifications/signal")
}
