package door

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// BenchmarkReads reads orders by HTTP, 16 at a time. ms-p99 is what 99 of 100 were answered within, store-ms-p99 the same
// of the reads of the label store alone, as many at a time; both share the processors with the store in memory.
func BenchmarkReads(b *testing.B) {
	s := play(b)
	s.open(func(o *Options) { o.Rate, o.Burst = 1_000_000, 1_000_000 })
	const orders, readers = 200, 16
	for i := range orders {
		s.addOrder(b, merchant, fmt.Sprint("d", i), contract.IntakeWaiting)
	}
	server := httptest.NewServer(s.door)
	defer server.Close()
	partner := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: readers}}
	defer partner.CloseIdleConnections()
	began := time.Now()
	took := measure(b.N, readers, func(i int) {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, fmt.Sprintf("%s/v1/orders/d%d", server.URL, i%orders), http.NoBody)
		if err != nil {
			b.Error(err)
			return
		}
		request.Header.Set("Authorization", "Bearer "+s.key)
		came, err := partner.Do(request)
		if err != nil || came.StatusCode != http.StatusOK {
			b.Error(err, came)
			return
		}
		_ = came.Body.Close()
	})
	perSecond := float64(b.N) / time.Since(began).Seconds()
	stored := measure(b.N, readers, func(i int) {
		var record contract.IntakeRecord
		if err := s.store.Get(b.Context(), storage.IntakeOrder(merchant, fmt.Sprint("d", i%orders)), &record); err != nil {
			b.Error(err)
		}
	})
	b.ReportMetric(perSecond, "requests/s")
	b.ReportMetric(milliseconds(took), "ms-p99")
	b.ReportMetric(milliseconds(stored), "store-ms-p99")
}

// measure does something so often, some at a time, and returns how long each took, the shortest first.
func measure(times, together int, what func(i int)) []time.Duration {
	took := make([]time.Duration, times)
	next := make(chan int)
	var group sync.WaitGroup
	for range together {
		group.Go(func() {
			for i := range next {
				began := time.Now()
				what(i)
				took[i] = time.Since(began)
			}
		})
	}
	for i := range times {
		next <- i
	}
	close(next)
	group.Wait()
	slices.Sort(took)
	return took
}

func milliseconds(sorted []time.Duration) float64 {
	return float64(sorted[len(sorted)*99/100].Microseconds()) / 1000
}
