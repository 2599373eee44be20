package run

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

// fakeRuns is Temporal as the command line sees it, in memory.
type fakeRuns struct {
	mu   sync.Mutex
	runs map[string]*fakeRun
	// startError, if set, is what Start answers.
	startError error
	queries    []string
}

// fakeRun is one run: open until it has a result.
type fakeRun struct {
	request  workflows.LabelRunInput
	state    books.RunState
	progress []books.Result // answered one after the other; the last one again
	asked    int
	noWorker bool
	result   books.Result
	retries  []workflows.RetryRequest
	refusal  error
	// over ends the run when closed; nil: it is over already.
	over chan struct{}
	// endAfter closes over at this many progress queries; 0 never.
	endAfter  int
	cancelled bool
}

func newFakeRuns() *fakeRuns { return &fakeRuns{runs: map[string]*fakeRun{}} }

func (f *fakeRuns) add(id string, run *fakeRun) *fakeRun {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs[id] = run
	return run
}

func (f *fakeRuns) run(id string) (*fakeRun, error) {
	if run := f.runs[id]; run != nil {
		return run, nil
	}
	return nil, ErrNoRun
}

func (f *fakeRuns) Start(_ context.Context, id string, input workflows.LabelRunInput) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.startError != nil {
		return f.startError
	}
	if f.runs[id] != nil {
		return ErrRunExists
	}
	merchant, key, err := workflows.ParseRunID(id)
	if err != nil {
		return err
	}
	f.runs[id] = &fakeRun{request: input, state: books.RunRunning, over: make(chan struct{}), endAfter: 2, result: books.Result{
		Run: key, Merchant: merchant, State: books.RunCompleted, Requested: 1, Outcomes: map[books.Outcome]int{books.Labelled: 1},
	}}
	return nil
}

func (f *fakeRuns) Describe(_ context.Context, id string) (Description, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil {
		return Description{}, err
	}
	return run.description(id), nil
}

func (r *fakeRun) description(id string) Description {
	merchant, key, _ := workflows.ParseRunID(id)
	started := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	d := Description{WorkflowID: id, Run: key, Merchant: merchant, State: r.state, Started: started, Requested: 7, Failed: 2}
	if !d.Open() {
		d.Closed = started.Add(90 * time.Second)
	}
	return d
}

func (f *fakeRuns) Request(_ context.Context, id string) (workflows.LabelRunInput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil {
		return workflows.LabelRunInput{}, err
	}
	return run.request, nil
}

func (f *fakeRuns) Progress(_ context.Context, id string) (books.Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil {
		return books.Result{}, err
	}
	run.asked++
	if run.asked == run.endAfter {
		run.state = run.result.State
		close(run.over)
	}
	switch {
	case run.noWorker:
		return books.Result{}, ErrNoAnswer
	case len(run.progress) == 0:
		return books.Result{State: run.state}, nil
	}
	return run.progress[min(run.asked, len(run.progress))-1], nil
}

func (f *fakeRuns) Wait(ctx context.Context, id string) (books.Result, error) {
	f.mu.Lock()
	run, err := f.run(id)
	f.mu.Unlock()
	if err != nil {
		return books.Result{}, err
	}
	if run.over != nil {
		select {
		case <-run.over:
		case <-ctx.Done():
			return books.Result{}, ctx.Err()
		}
	}
	return withNames(id, run.result), nil
}

func (f *fakeRuns) Retry(_ context.Context, id string, request workflows.RetryRequest) (workflows.RetryAnswer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil || run.refusal != nil {
		return workflows.RetryAnswer{}, firstError(err, run)
	}
	run.retries = append(run.retries, request)
	return workflows.RetryAnswer{Connections: []string{"c1"}}, nil
}

func firstError(err error, run *fakeRun) error {
	if err != nil {
		return err
	}
	return run.refusal
}

func (f *fakeRuns) Cancel(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil {
		return err
	}
	run.cancelled = true
	if run.over != nil {
		run.result.State, run.state = books.RunCancelled, books.RunCancelled
		close(run.over)
	}
	return nil
}

func (f *fakeRuns) List(_ context.Context, query string, limit int) ([]Description, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queries = append(f.queries, query)
	var all []Description
	for id, run := range f.runs {
		all = append(all, run.description(id))
	}
	return all[:min(limit, len(all))], nil
}

// started is the fake run that a test has had started.
func (f *fakeRuns) started(t *testing.T, id string) *fakeRun {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	require.Contains(t, f.runs, id)
	return f.runs[id]
}

func position(n int) *int { return &n }

// publish leaves in the store what a finished run leaves: two joined files and
// a manifest with two labelled orders and two without a label.
func publish(t *testing.T, store *storage.Store, merchant, key string) books.Result {
	t.Helper()
	ctx := t.Context()
	zpl, err := store.PutBytes(ctx, storage.RunPrintPrefix(merchant, key), ".zpl", "text/plain", []byte("^XA^FDone^FS^XZ"))
	require.NoError(t, err)
	pdf, err := store.PutBytes(ctx, storage.RunPrintPrefix(merchant, key), ".pdf", "application/pdf", []byte("%PDF-1.7 two"))
	require.NoError(t, err)
	manifest := books.Manifest{Run: key, Merchant: merchant, Sort: "single-first,deadline,order", Rows: []books.Row{
		{
			Position: position(1), ID: "d1", Code: "D-1", OrderNumber: "2000001", ConnectionID: "c1", Channel: "mercadolibre",
			Items: []books.Item{{SKU: "POLERA-M", Quantity: 2}}, Outcome: books.Labelled, Status: books.StatusNone,
			Labels: []books.Printed{{Key: "labels/x", Format: "zpl", File: zpl.Key, First: 1, Count: 1, Notes: []string{"removed ^MMT ×1"}}},
		},
		{
			Position: position(2), ID: "d2", Code: "D-2", OrderNumber: "2000002", ConnectionID: "c2", Channel: "fcom",
			Outcome: books.Labelled, Status: books.StatusRefused, Reason: "E063 tracking code already used",
			Labels: []books.Printed{{Key: "labels/y", Format: "pdf", File: pdf.Key, First: 1, Count: 2}},
		},
		{
			ID: "d3", Code: "D-3", OrderNumber: "2000003", ConnectionID: "c2", Channel: "fcom",
			Items: []books.Item{{SKU: "ZAPATO-40", Quantity: 1}}, Outcome: books.Rejected, Reason: "not <printable> any more",
		},
		{ID: "d4", Code: "D-4", OrderNumber: "2000004", ConnectionID: "c1", Channel: "mercadolibre", Outcome: books.AlreadyPrinted, Reason: "printed by run k0"},
	}}
	result := books.Result{
		Run: key, Merchant: merchant, State: books.RunCompleted, Requested: 4,
		Outcomes: map[books.Outcome]int{books.Labelled: 2, books.Rejected: 1, books.AlreadyPrinted: 1},
		Connections: []books.ConnectionResult{
			{ID: "c1", Channel: "mercadolibre", Name: "Tienda Ñandú", State: books.ConnectionDone, Requested: 2, Outcomes: map[books.Outcome]int{books.Labelled: 1, books.AlreadyPrinted: 1}},
			{ID: "c2", Channel: "fcom", Name: "Falabella", State: books.ConnectionDone, Requested: 2, Outcomes: map[books.Outcome]int{books.Labelled: 1, books.Rejected: 1}},
			{ID: "c3", Channel: "shopify", Name: "Web", State: books.ConnectionSkipped, Reason: "Shopify is a web shop"},
		},
		Files: []books.PrintFile{
			{Key: zpl.Key, Format: "zpl", Labels: 1, Bytes: zpl.Bytes, SHA256: zpl.SHA256},
			{Key: pdf.Key, Format: "pdf", Labels: 1, Pages: 2, Bytes: pdf.Bytes, SHA256: pdf.SHA256},
		},
		Manifest: books.ManifestKeys{JSON: storage.ManifestJSON(merchant, key), CSV: storage.ManifestCSV(merchant, key)},
	}
	require.NoError(t, store.Put(ctx, result.Manifest.JSON, manifest))
	require.NoError(t, store.Put(ctx, result.Manifest.CSV, "position,…"))
	return result
}
