package printing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/printing/printingtest"
	"github.com/despacho/despacho/storage"
)

const (
	merchant = "m-1"
	site     = "bodega"
	zebra    = "zebra-1"
)

// scene is a station with one printer, in memory: its time is the test's.
type scene struct {
	t       *testing.T
	store   *printingtest.Store
	printer *printingtest.Printer
	steps   *Printing
	watched *watched
}

func newScene(t *testing.T, labelTime time.Duration) *scene {
	t.Helper()
	s := &scene{t: t, store: printingtest.NewStore(), printer: printingtest.New(labelTime), watched: &watched{}}
	s.put(storage.Printer(site, zebra), printers.Printer{Name: zebra, Kind: printers.Raw, Address: "10.0.0.7:9100", DPI: 203, Stock: "roll-4x6"})
	s.steps = s.station()
	return s
}

// station is another process with the same store and printer.
func (s *scene) station() *Printing {
	return &Printing{Store: s.store, Devices: &Devices{Open: s.printer.Open}, Prepare: prepare, Watch: s.watched, Controls: &Controls{}}
}

// prepare names a document by its label; a file that says so cannot be prepared.
func prepare(_ context.Context, _ printers.Printer, label contract.JobLabel, file []byte) (printers.Document, []string, error) {
	if string(file) == "unprintable" {
		return printers.Document{}, nil, errors.New("its barcode cannot be read back")
	}
	return printers.Document{Name: label.Order, Type: "application/vnd.zebra-zpl", Data: file, Pieces: 1}, nil, nil
}

func (s *scene) put(key string, value any) {
	s.t.Helper()
	data, err := json.Marshal(value)
	require.NoError(s.t, err)
	s.store.Put(key, data)
}

// job stores a job of labels of these orders, and their files.
func (s *scene) job(id string, orders ...string) contract.PrintJob {
	s.t.Helper()
	job := contract.PrintJob{ID: id, Merchant: merchant, Site: site, Printer: zebra, Station: "mesa-1", Person: "Ana", At: time.Now()}
	for i, order := range orders {
		job.Labels = append(job.Labels, s.label(order, i+1, "^XA^FD"+order+"^FS^XZ"))
	}
	return s.keep(job)
}

func (s *scene) keep(job contract.PrintJob) contract.PrintJob {
	s.t.Helper()
	s.put(storage.PrintJob(merchant, job.ID), job)
	return job
}

func (s *scene) label(order string, position int, file string) contract.JobLabel {
	sum := sha256.Sum256([]byte(file))
	key := storage.LabelPrefix(merchant, "c1") + order + ".zpl"
	s.store.Put(key, []byte(file))
	return contract.JobLabel{Run: "tanda-1", Order: order, OrderNumber: "N" + order, Label: 1, Position: position, Key: key, Format: "zpl", SHA256: hex.EncodeToString(sum[:])}
}

func numbered(n int) []string {
	return lo.Times(n, func(i int) string { return fmt.Sprintf("o%03d", i+1) })
}

func (s *scene) input(job contract.PrintJob) PrintLabelsInput {
	return PrintLabelsInput{Site: site, Printer: zebra, Merchant: merchant, Job: job.ID, Page: 1}
}

// print runs one step of a job from its first label on.
func (s *scene) print(job contract.PrintJob) PrintedLabels {
	s.t.Helper()
	out, err := s.steps.PrintLabels(s.t.Context(), s.input(job))
	require.NoError(s.t, err)
	return out
}

func (s *scene) record(order string) contract.PrintRecord {
	s.t.Helper()
	entry, err := book.ReadEntry(s.t.Context(), s.store, merchant, contract.LabelRef{Order: order, Label: 1})
	require.NoError(s.t, err)
	return entry.PrintRecord
}

func (s *scene) page(job contract.PrintJob, number int) contract.PrintPage {
	s.t.Helper()
	page, there, err := book.ReadPage(s.t.Context(), s.store, job, number)
	require.NoError(s.t, err)
	require.True(s.t, there, "page %d", number)
	return page
}

// watched keeps the events of a scene.
type watched struct {
	mu     sync.Mutex
	events []Event
}

func (w *watched) Printing(_ context.Context, event Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, event)
}

// states are those that a label went through.
func (w *watched) states(order string) []contract.PrintState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return lo.FilterMap(w.events, func(e Event, _ int) (contract.PrintState, bool) {
		if e.Label == nil || e.Label.Order != order {
			return "", false
		}
		return e.Label.State, true
	})
}
