package door

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// BenchmarkReads reads by HTTP, 16 at a time. ms-p99 is what 99 of 100 were answered within, store-ms-p99 the same of
// single reads of the label store, as many at a time; partner, door and store in memory share the processors.
func BenchmarkReads(b *testing.B) {
	s := published(b)
	s.open(func(o *Options) { o.Rate, o.Burst = 1_000_000, 1_000_000 })
	const orders, readers = 200, 16
	for i := range orders {
		s.addOrder(b, merchant, fmt.Sprint("d", i), contract.IntakeWaiting)
	}
	s.addLabel(b, "d1", "^XA^FDone^FS^XZ")
	server := httptest.NewServer(s.door)
	defer server.Close()
	partner := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: readers}}
	defer partner.CloseIdleConnections()
	for name, path := range map[string]func(i int) string{
		"an order":             func(i int) string { return fmt.Sprint("/v1/orders/d", i%orders) },
		"a batch":              func(int) string { return "/v1/batches/m-1~k1" },
		"a label":              func(int) string { return "/v1/orders/d1/label.zpl" },
		"ten orders of a feed": func(int) string { return "/v1/orders?limit=10" },
	} {
		b.Run(name, func(b *testing.B) {
			b.ResetTimer()
			took := measure(b.N, readers, func(i int) { read(b, partner, server.URL+path(i), s.key) })
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
			b.StopTimer()
			stored := measure(b.N, readers, func(i int) {
				var record contract.IntakeRecord
				if err := s.store.Get(b.Context(), storage.IntakeOrder(merchant, fmt.Sprint("d", i%orders)), &record); err != nil {
					b.Error(err)
				}
			})
			b.ReportMetric(milliseconds(took), "ms-p99")
			b.ReportMetric(milliseconds(stored), "store-ms-p99")
		})
	}
}

// read reads a page as a partner does.
func read(b *testing.B, partner *http.Client, address, key string) {
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		b.Error(err)
		return
	}
	request.Header.Set("Authorization", "Bearer "+key)
	came, err := partner.Do(request)
	if err != nil {
		b.Error(err)
		return
	}
	defer came.Body.Close()
	if _, err := io.Copy(io.Discard, came.Body); err != nil || came.StatusCode != http.StatusOK {
		b.Error(address, came.Status, err)
	}
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
