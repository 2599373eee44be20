package desk_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	steps "github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board/boardtest"
	"github.com/despacho/despacho/storage/storagetest"
)

// BenchmarkScan answers scans over 10,000 labels of 20 runs, with a store and printers' workflows that take
// 20 ms for each call: the 95th percentile is to stay under 150 ms.
func BenchmarkScan(b *testing.B) {
	for _, mode := range []api.ScanMode{api.ScanLook, api.ScanPrint, api.ScanVerify} {
		b.Run(string(mode), func(b *testing.B) {
			s := newTable(b)
			for run := range 20 {
				s.Finish(b, fmt.Sprintf("%02d", run), boardtest.Rows(fmt.Sprintf("%02d", run), 500), contract.LabelRunInput{})
			}
			s.Board.Refresh(b.Context())
			s.Printers.Takes = 20 * time.Millisecond
			s.Server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault {
				time.Sleep(20 * time.Millisecond)
				return storagetest.Fault{}
			})
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				run, position := fmt.Sprintf("%02d", n%20), n/20%500+1
				in := api.ScanIn{
					ID: fmt.Sprintf("bench-%s-%06d", mode, n), Mode: mode, At: boardtest.At, Printer: "zebra-1",
					Text: boardtest.Row(run, position).TrackingNumber,
				}
				if mode == api.ScanVerify {
					in.Open, in.Merchant = &contract.LabelRef{Order: boardtest.Row(run, position).ID, Label: 1}, boardtest.Merchant
					in.Text = boardtest.Row(run, position).Items[0].SKU
				}
				began := time.Now()
				w := s.ask(b, "POST", "/api/scan", in)
				took = append(took, time.Since(began))
				require.Equal(b, http.StatusOK, w.Code, w.Body.String())
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}

// BenchmarkToday makes the picture after each of many changes, of 10,000 labels of 20 runs.
func BenchmarkToday(b *testing.B) {
	s := newTable(b)
	for run := range 20 {
		s.Finish(b, fmt.Sprintf("%02d", run), boardtest.Rows(fmt.Sprintf("%02d", run), 500), contract.LabelRunInput{})
	}
	s.Board.Refresh(b.Context())
	size := 0
	for n := 0; b.Loop(); n++ {
		event := boardtest.Event(fmt.Sprintf("j%d", n), fmt.Sprintf("o-%02d-%d", n%20, n/20%500+1), contract.PrintOut, 0)
		s.Board.Printing(b.Context(), steps.Event{Merchant: boardtest.Merchant, Label: &event})
		w := s.ask(b, "GET", "/api/today", nil)
		size = w.Body.Len()
	}
	b.ReportMetric(float64(size), "bytes")
}

// BenchmarkRefresh looks for news where there are none, beside 10,000 labels of 20 runs.
func BenchmarkRefresh(b *testing.B) {
	s := newTable(b)
	for run := range 20 {
		s.Finish(b, fmt.Sprintf("%02d", run), boardtest.Rows(fmt.Sprintf("%02d", run), 500), contract.LabelRunInput{})
	}
	began := time.Now()
	s.Board.Refresh(b.Context())
	first := time.Since(began)
	for b.Loop() {
		s.Board.Refresh(b.Context())
	}
	b.ReportMetric(float64(first.Milliseconds()), "first-ms")
}
