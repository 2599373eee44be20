// Package clienttest is a Temporal in memory, for tests of what works with package client.
package clienttest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/wording"
)

// Runs is [client.Runs] in memory.
type Runs struct {
	mu   sync.Mutex
	Runs map[string]*Run
	// StartError, if set, is what Start answers.
	StartError error
	Queries    []string
	updates    map[string]bool
}

// Run is one run: open until it has a result.
type Run struct {
	Request  contract.LabelRunInput
	State    contract.RunState
	Progress []contract.RunResult // answered one after the other; the last one again
	Asked    int
	NoWorker bool
	Result   contract.RunResult
	Retries  []contract.RetryRequest
	Refusal  error
	// Over ends the run when closed; nil: it is over already.
	Over chan struct{}
	// EndAfter closes over at this many progress queries; 0 never.
	EndAfter  int
	Cancelled bool
}

// NewRuns knows no run yet.
func NewRuns() *Runs { return &Runs{Runs: map[string]*Run{}, updates: map[string]bool{}} }

// Add adds a run as it stands.
func (f *Runs) Add(id string, run *Run) *Run {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Runs[id] = run
	return run
}

func (f *Runs) run(id string) (*Run, error) {
	if run := f.Runs[id]; run != nil {
		return run, nil
	}
	return nil, client.ErrNoRun
}

// Start starts a run, unless one of its id is there.
func (f *Runs) Start(_ context.Context, id string, input contract.LabelRunInput) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.StartError != nil {
		return f.StartError
	}
	if f.Runs[id] != nil {
		return client.ErrRunExists
	}
	merchant, key, err := contract.ParseRunID(id)
	if err != nil {
		return err
	}
	f.Runs[id] = &Run{Request: input, State: contract.RunRunning, Over: make(chan struct{}), EndAfter: 2, Result: contract.RunResult{
		Run: key, Merchant: merchant, State: contract.RunCompleted, Requested: 1, Outcomes: map[contract.Outcome]int{contract.Labelled: 1},
	}}
	return nil
}

// Describe says how a run stands.
func (f *Runs) Describe(_ context.Context, id string) (client.Description, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil {
		return client.Description{}, err
	}
	return run.description(id), nil
}

func (r *Run) description(id string) client.Description {
	merchant, key, _ := contract.ParseRunID(id)
	started := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	d := client.Description{WorkflowID: id, Run: key, Merchant: merchant, State: r.State, Started: started, Requested: 7, Failed: 2}
	if !d.Open() {
		d.Closed = started.Add(90 * time.Second)
	}
	return d
}

// Request is what a run was started with.
func (f *Runs) Request(_ context.Context, id string) (contract.LabelRunInput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil {
		return contract.LabelRunInput{}, err
	}
	return run.Request, nil
}

// Progress is what a run says of how far it is.
func (f *Runs) Progress(_ context.Context, id string) (contract.RunResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil {
		return contract.RunResult{}, err
	}
	run.Asked++
	if run.Asked == run.EndAfter {
		run.State = run.Result.State
		close(run.Over)
	}
	switch {
	case run.NoWorker:
		return contract.RunResult{}, client.ErrNoAnswer
	case len(run.Progress) == 0:
		return contract.RunResult{State: run.State}, nil
	}
	return run.Progress[min(run.Asked, len(run.Progress))-1], nil
}

// Wait waits for a run's end.
func (f *Runs) Wait(ctx context.Context, id string) (contract.RunResult, error) {
	f.mu.Lock()
	run, err := f.run(id)
	f.mu.Unlock()
	if err != nil {
		return contract.RunResult{}, err
	}
	if run.Over != nil {
		select {
		case <-run.Over:
		case <-ctx.Done():
			return contract.RunResult{}, ctx.Err()
		}
	}
	return client.WithNames(id, run.Result), nil
}

// Retry tries a run's failed orders again.
func (f *Runs) Retry(_ context.Context, id string, request contract.RetryRequest) (contract.RetryAnswer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil || run.Refusal != nil {
		return contract.RetryAnswer{}, firstError(err, run)
	}
	run.Retries = append(run.Retries, request)
	return contract.RetryAnswer{Connections: []string{"c1"}}, nil
}

// RetryOnce is Retry that counts each update once.
func (f *Runs) RetryOnce(ctx context.Context, id, update string, request contract.RetryRequest) (contract.RetryAnswer, error) {
	f.mu.Lock()
	again := f.updates[id+" "+update]
	f.mu.Unlock()
	if again {
		return contract.RetryAnswer{Connections: []string{"c1"}}, nil
	}
	answer, err := f.Retry(ctx, id, request)
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.updates[id+" "+update] = true
	}
	return answer, err
}

// ListPage is a page of the runs of the merchant that the query names, by their ids.
func (f *Runs) ListPage(_ context.Context, query string, size int, next []byte) ([]client.Description, []byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Queries = append(f.Queries, query)
	found := []client.Description{}
	for _, id := range slices.Sorted(maps.Keys(f.Runs)) {
		d := f.Runs[id].description(id)
		if !strings.Contains(query, "'"+d.Merchant+"'") || id <= string(next) {
			continue
		}
		if len(found) == size {
			return found, []byte(found[size-1].WorkflowID), nil
		}
		found = append(found, d)
	}
	return found, nil, nil
}

func firstError(err error, run *Run) error {
	if err != nil {
		return err
	}
	return run.Refusal
}

// Cancel cancels a run.
func (f *Runs) Cancel(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	run, err := f.run(id)
	if err != nil {
		return err
	}
	run.Cancelled = true
	if run.Over != nil {
		run.Result.State, run.State = contract.RunCancelled, contract.RunCancelled
		close(run.Over)
	}
	return nil
}

// List lists runs, the newest first.
func (f *Runs) List(_ context.Context, query string, limit int) ([]client.Description, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Queries = append(f.Queries, query)
	var all []client.Description
	for id, run := range f.Runs {
		all = append(all, run.description(id))
	}
	return all[:min(limit, len(all))], nil
}

// Started is the fake run that a test has had started.
func (f *Runs) Started(t *testing.T, id string) *Run {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	require.Contains(t, f.Runs, id)
	return f.Runs[id]
}

func at(n int) *int { return &n }

// Publish leaves in the store what a finished run leaves: two joined files and
// a manifest with two labelled orders and two without a label.
func Publish(t testing.TB, store *storage.Store, merchant, key string) contract.RunResult {
	t.Helper()
	ctx := t.Context()
	zpl, err := store.PutBytes(ctx, storage.RunPrintPrefix(merchant, key), ".zpl", "text/plain", []byte("^XA^FDone^FS^XZ"))
	require.NoError(t, err)
	pdf, err := store.PutBytes(ctx, storage.RunPrintPrefix(merchant, key), ".pdf", "application/pdf", []byte("%PDF-1.7 two"))
	require.NoError(t, err)
	manifest := contract.Manifest{Run: key, Merchant: merchant, Sort: "single-first,deadline,order", Rows: []contract.ManifestRow{
		{
			Position: at(1), ID: "d1", Code: "D-1", OrderNumber: "2000001", ConnectionID: "c1", Channel: "mercadolibre",
			Items: []contract.Item{{SKU: "POLERA-M", Quantity: 2}}, Outcome: contract.Labelled, Status: contract.StatusNone,
			Labels: []contract.PrintedLabel{{Key: "labels/x", Format: "zpl", File: zpl.Key, First: 1, Count: 1, Notes: []string{"removed ^MMT ×1"}}},
		},
		{
			Position: at(2), ID: "d2", Code: "D-2", OrderNumber: "2000002", ConnectionID: "c2", Channel: "fcom",
			Outcome: contract.Labelled, Status: contract.StatusRefused, Reason: wording.Reason(contract.WhyChannelSays, "said", "E063 tracking code already used"),
			Labels: []contract.PrintedLabel{{Key: "labels/y", Format: "pdf", File: pdf.Key, First: 1, Count: 2}},
		},
		{
			ID: "d3", Code: "D-3", OrderNumber: "2000003", ConnectionID: "c2", Channel: "fcom",
			Items: []contract.Item{{SKU: "ZAPATO-40", Quantity: 1}}, Outcome: contract.Rejected, Reason: wording.Reason(contract.WhyChannelSays, "said", "not <printable> any more"),
		},
		{ID: "d4", Code: "D-4", OrderNumber: "2000004", ConnectionID: "c1", Channel: "mercadolibre", Outcome: contract.AlreadyPrinted, Reason: wording.Reason(contract.WhyPrintedByRun, "run", "k0")},
	}}
	result := contract.RunResult{
		Run: key, Merchant: merchant, State: contract.RunCompleted, Requested: 4,
		Outcomes: map[contract.Outcome]int{contract.Labelled: 2, contract.Rejected: 1, contract.AlreadyPrinted: 1},
		Connections: []contract.ConnectionResult{
			{ID: "c1", Channel: "mercadolibre", Name: "Tienda Ñandú", State: contract.ConnectionDone, Requested: 2, Outcomes: map[contract.Outcome]int{contract.Labelled: 1, contract.AlreadyPrinted: 1}},
			{ID: "c2", Channel: "fcom", Name: "Falabella", State: contract.ConnectionDone, Requested: 2, Outcomes: map[contract.Outcome]int{contract.Labelled: 1, contract.Rejected: 1}},
			{ID: "c3", Channel: "shopify", Name: "Web", State: contract.ConnectionSkipped, Reason: wording.Reason(contract.WhyWebShop, "channel", "Shopify")},
		},
		Files: []contract.PrintFile{
			{Key: zpl.Key, Format: "zpl", Labels: 1, Bytes: zpl.Bytes, SHA256: zpl.SHA256},
			{Key: pdf.Key, Format: "pdf", Labels: 1, Pages: 2, Bytes: pdf.Bytes, SHA256: pdf.SHA256},
		},
		Manifest: contract.ManifestKeys{JSON: storage.ManifestJSON(merchant, key), CSV: storage.ManifestCSV(merchant, key)},
	}
	require.NoError(t, store.Put(ctx, result.Manifest.JSON, manifest))
	require.NoError(t, store.Put(ctx, result.Manifest.CSV, "position,…"))
	return result
}

// NewStore is a label store in memory.
func NewStore(t *testing.T) *storage.Store {
	t.Helper()
	store := storagetest.New(t)
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	return store
}

// References are orders by their names.
func References(ids ...string) []contract.OrderReference {
	all := make([]contract.OrderReference, len(ids))
	for i, id := range ids {
		all[i].Order, all[i].Connection, _ = strings.Cut(id, "@")
	}
	return all
}
