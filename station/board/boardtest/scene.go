// Package boardtest is a warehouse in memory, for tests of the packers' page: a store, runs with manifests,
// and printers that take jobs and print nothing until they are told. Begin with [New].
package boardtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/registry"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// Site and Merchant are those of a scene.
const (
	Site     = "santiago"
	Merchant = "m1"
)

// At is when the runs of [clienttest] began, and an hour later is now.
var At = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

// Scene is a warehouse. Store is the label store as others see it; Station is the same for the station, which may do no more there
// than the operators' document grants it.
type Scene struct {
	Board    *board.Board
	Server   *storagetest.Server
	Store    *storage.Store
	Station  *storage.Store
	Runs     *clienttest.Runs
	Printers *Printers
}

// New makes a warehouse with the printers zebra-1 and oficina, and no run yet.
func New(t testing.TB) *Scene {
	server := storagetest.NewServer(t)
	store := server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	station := server.OpenGranted(t, storage.Config{}, "station")
	s := &Scene{Server: server, Store: store, Station: station, Runs: clienttest.NewRuns(), Printers: &Printers{progress: map[string]*contract.PrinterProgress{}}}
	for _, printer := range []printing.Printer{
		{Name: "zebra-1", Kind: printing.Raw, Address: "192.0.2.1:9100", Stock: "4x6in", DPI: 203, Darkness: lo.ToPtr(12)},
		{Name: "oficina", Kind: printing.IPP, Address: "ipp://192.0.2.2/ipp/print", Stock: "a4-4up"},
	} {
		require.NoError(t, registry.Add(t.Context(), store, Site, printer))
	}
	return s.Again()
}

// Again is the same warehouse after its station was started again.
func (s *Scene) Again() *Scene {
	again := *s
	again.Board = board.New(board.Settings{
		Site: Site, Merchants: []board.Merchant{{ID: Merchant, Name: "Tienda Ñandú"}}, Runs: s.Runs, Store: s.Station, Queues: s.Printers,
		Now: func() time.Time { return At.Add(time.Hour) },
	})
	return &again
}

// Cancel cancels an order whose label a run has published.
func (s *Scene) Cancel(t testing.TB, order, run string) {
	t.Helper()
	record := contract.IntakeRecord{Order: order, Number: "N-" + order, Channel: "mercadolibre", Run: run, State: contract.IntakeTakeOut, ChangedAt: At}
	require.NoError(t, s.Store.Put(t.Context(), storage.IntakeOrder(Merchant, order), record))
	require.NoError(t, s.Store.Put(t.Context(), storage.IntakeInState(Merchant, string(record.State), order), struct{}{}))
}

// Row is the manifest's row of the order at a position: o-<run>-<position>, with one label and one item.
func Row(run string, position int) contract.ManifestRow {
	return contract.ManifestRow{
		Position: &position, ID: fmt.Sprintf("o-%s-%d", run, position), Code: fmt.Sprintf("D-%s-%d", run, position),
		OrderNumber: fmt.Sprintf("20000%s%05d", run, position), ConnectionID: "c1", ConnectionName: "Tienda", Channel: "mercadolibre", Courier: "Chilexpress",
		TrackingNumber: fmt.Sprintf("9%s%09d", run, position), Items: []contract.Item{{SKU: fmt.Sprintf("SKU-%d", position%7), Name: "Polera", Quantity: 1}},
		Outcome: contract.Labelled, WarehouseID: "w1", WarehouseName: "Central",
		Labels: []contract.PrintedLabel{{Key: fmt.Sprintf("labels/%s/c1/files/%s-%d.pdf", Merchant, run, position), Format: "pdf", SHA256: fmt.Sprintf("%064d", position), File: "print.pdf"}},
	}
}

// Rows are so many rows.
func Rows(run string, count int) []contract.ManifestRow {
	rows := make([]contract.ManifestRow, 0, count)
	for n := range count {
		rows = append(rows, Row(run, n+1))
	}
	return rows
}

// Finish adds a run that is over, with these rows; request may change what it was asked for.
func (s *Scene) Finish(t testing.TB, run string, rows []contract.ManifestRow, request contract.LabelRunInput) {
	t.Helper()
	result := contract.RunResult{
		Run: run, Merchant: Merchant, State: contract.RunCompleted, Requested: len(rows), Outcomes: map[contract.Outcome]int{},
		Manifest: contract.ManifestKeys{JSON: storage.ManifestJSON(Merchant, run)},
	}
	for _, row := range rows {
		result.Outcomes[row.Outcome]++
	}
	request.Merchant = Merchant
	require.NoError(t, s.Store.Put(t.Context(), storage.RunRequest(Merchant, run), request))
	require.NoError(t, s.Store.Put(t.Context(), result.Manifest.JSON, contract.Manifest{Run: run, Merchant: Merchant, Rows: rows}))
	s.Runs.Add(contract.RunID(Merchant, run), &clienttest.Run{State: contract.RunCompleted, Result: result})
}

// Log writes a page of the log of prints: what became of labels of a job.
func (s *Scene) Log(t testing.TB, job string, page int, events ...contract.PrintEvent) {
	t.Helper()
	key := storage.PrintPage(Merchant, At, job, page)
	require.NoError(t, s.Store.Put(t.Context(), key, contract.PrintPage{Job: job, Merchant: Merchant, Page: page, Labels: events}))
}

// Event is a print of an order's first label that reached a state so long after the scene began.
func Event(job, order string, state contract.PrintState, after time.Duration) contract.PrintEvent {
	return contract.PrintEvent{Order: order, Label: 1, Print: contract.Print{
		Job: job, Site: Site, Printer: "zebra-1", Person: "Ana", State: state, ClaimedAt: At.Add(after), ChangedAt: At.Add(after),
	}}
}

// Printers take jobs and remember what they were asked for.
type Printers struct {
	mu       sync.Mutex
	progress map[string]*contract.PrinterProgress
	// Away is the error of every question, as when Temporal cannot be reached.
	Away error
	// Takes is how long a printer's workflow takes for an answer.
	Takes time.Duration

	Asked    []contract.PrintJob
	Controls []contract.PrinterControl
	Settled  []contract.SettleRequest
}

// Progress is how a printer's queue stands.
func (p *Printers) Progress(_ context.Context, _, printer string) (contract.PrinterProgress, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Away != nil {
		return contract.PrinterProgress{}, p.Away
	}
	if known := p.progress[printer]; known != nil {
		copied := *known
		copied.Jobs = append([]contract.QueuedJob{}, known.Jobs...)
		return copied, nil
	}
	return contract.PrinterProgress{}, nil
}

// Print puts a job into its printer's queue, once.
func (p *Printers) Print(_ context.Context, job contract.PrintJob) (contract.PrintAnswer, error) {
	time.Sleep(p.Takes)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Away != nil {
		return contract.PrintAnswer{}, p.Away
	}
	progress := p.of(job.Printer)
	ahead := 0
	for _, j := range progress.Jobs {
		if j.Job == job.ID {
			return contract.PrintAnswer{Ahead: ahead}, nil
		}
		ahead += j.Total - j.Done
	}
	p.Asked = append(p.Asked, job)
	progress.Jobs = append(progress.Jobs, contract.QueuedJob{Merchant: job.Merchant, Job: job.ID, At: job.At, Total: len(job.Labels)})
	return contract.PrintAnswer{Ahead: ahead}, nil
}

func (p *Printers) of(printer string) *contract.PrinterProgress {
	if p.progress[printer] == nil {
		p.progress[printer] = &contract.PrinterProgress{}
	}
	return p.progress[printer]
}

// Change changes a printer's progress.
func (p *Printers) Change(printer string, how func(*contract.PrinterProgress)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	how(p.of(printer))
}

// Control remembers what was wanted.
func (p *Printers) Control(_ context.Context, _, printer string, control contract.PrinterControl) error {
	if p.Away != nil {
		return p.Away
	}
	p.Controls = append(p.Controls, control)
	p.Change(printer, func(progress *contract.PrinterProgress) { progress.Paused = control.Action == contract.PausePrinter })
	return nil
}

// Settle remembers what was said.
func (p *Printers) Settle(_ context.Context, _, _ string, request contract.SettleRequest) error {
	if p.Away != nil {
		return p.Away
	}
	p.Settled = append(p.Settled, request)
	return nil
}

// ErrAway is what an unreachable Temporal answers.
var ErrAway = errors.New("temporal is away")

// PutJob stores a job and puts it into its printer's queue, as another station of the site does.
func (s *Scene) PutJob(t testing.TB, job contract.PrintJob) {
	t.Helper()
	require.NoError(t, s.Store.Put(t.Context(), storage.PrintJob(job.Merchant, job.ID), job))
	_, err := s.Printers.Print(t.Context(), job)
	require.NoError(t, err)
}
