package board

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/storage"
)

// caches hold what was read once and never changes; only a refresh uses them.
type caches struct {
	// silent are runs that print nothing.
	silent sync.Map
	pages  map[string]storage.Object
	// cancelled are the records of orders to take out.
	cancelled sync.Map
}

func newCaches() *caches { return &caches{pages: map[string]storage.Object{}} }

// storeParallel is how many objects are read at a time.
const storeParallel = 8

// Refresh reads what is new in Temporal and the store. What cannot be read stays as it was, and is said
// as trouble.
func (b *Board) Refresh(ctx context.Context) {
	b.refresh.Lock()
	defer b.refresh.Unlock()
	// Queues before the log: a label that has left its queue stands in the log.
	var trouble Trouble
	for _, step := range []func(context.Context) error{b.findMerchants, b.readRuns, b.readPrinters, b.readLog, b.readTakeOut} {
		limited, cancel := context.WithTimeout(ctx, stepTimeout)
		err := step(limited)
		cancel()
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			if look(b, func(m *model) bool { return m.trouble == NoTrouble }) {
				b.Log.Warn("the board cannot be refreshed", "error", err)
			}
			trouble = firstTrouble(trouble, troubleOf(err))
		}
	}
	b.change(func(m *model) bool {
		was := m.trouble
		m.trouble = trouble
		if trouble == NoTrouble {
			m.seenAt = b.Now()
		}
		return was != trouble
	})
}

// temporalError marks an error of Temporal's.
type temporalError struct{ error }

func (e temporalError) Unwrap() error { return e.error }

func ofTemporal(err error) error {
	if err == nil {
		return nil
	}
	return temporalError{err}
}

func troubleOf(err error) Trouble {
	var temporal temporalError
	if errors.As(err, &temporal) {
		return TroubleTemporal
	}
	return TroubleStore
}

// maxRuns bounds the runs of a merchant in view.
const maxRuns = 60

// readRuns finds the runs of the last days, asks those in progress and reads those that ended.
func (b *Board) readRuns(ctx context.Context) error {
	var all []*run
	var errs []error
	since := b.Now().AddDate(0, 0, -b.Days)
	for _, merchant := range b.InView() {
		found, err := client.ListRuns(ctx, b.Runs, merchant.ID, "", maxRuns)
		if err != nil {
			return ofTemporal(err)
		}
		var mu sync.Mutex
		var group errgroup.Group
		group.SetLimit(storeParallel)
		for _, d := range found {
			if d.Merchant != merchant.ID || !d.Open() && d.Started.Before(since) {
				continue
			}
			group.Go(func() error {
				r, err := b.readRun(ctx, merchant, d)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					errs = append(errs, err)
				}
				if r != nil {
					all = append(all, r)
				}
				return nil
			})
		}
		_ = group.Wait()
	}
	b.change(func(m *model) bool { return m.setRuns(all, since.AddDate(0, 0, -1)) })
	return errors.Join(errs...)
}

// readRun is a run as it stands; nil for one that prints nothing. When it cannot be read, it is as it was.
func (b *Board) readRun(ctx context.Context, merchant Merchant, d client.Description) (*run, error) {
	key := orderKey{merchant.ID, d.Run}
	if _, silent := b.caches.silent.Load(key); silent {
		return nil, nil
	}
	known := look(b, func(m *model) *run { return m.run(merchant.ID, d.Run) })
	if known != nil && !known.open {
		return known, nil
	}
	r := &run{merchant: merchant.ID, merchantName: merchant.Name, key: d.Run, state: d.State, started: d.Started, open: d.Open()}
	var err error
	if known != nil && known.asked {
		r.request, r.asked = known.request, true
	} else if err = b.Store.Get(ctx, storage.RunRequest(merchant.ID, d.Run), &r.request); err != nil && !errors.Is(err, storage.ErrNotFound) {
		return known, err
	} else {
		// A run that begins has not stored it yet.
		r.asked = err == nil
	}
	if r.request.MakeOnly || r.request.Plan {
		b.caches.silent.Store(key, true)
		return nil, nil
	}
	if r.open {
		r.result, err = b.Runs.Progress(ctx, d.WorkflowID)
		if errors.Is(err, client.ErrNoAnswer) {
			r.result, err = contract.RunResult{State: d.State, Requested: int(d.Requested)}, nil
		}
	} else {
		r.result, err = b.Runs.Wait(ctx, d.WorkflowID)
	}
	if err != nil {
		return known, ofTemporal(err)
	}
	if r.open || r.result.Manifest.JSON == "" {
		return r, nil
	}
	manifest, err := client.ReadManifest(ctx, b.Store, r.result)
	if errors.Is(err, storage.ErrNotFound) {
		return r, nil
	}
	if err != nil {
		return known, err
	}
	r.setManifest(manifest)
	if r.request.Reprint {
		return r, b.readEarlierPrints(ctx, merchant.ID, manifest)
	}
	return r, nil
}

// readEarlierPrints reads the prints of the labels of a run that takes published labels again: they may be
// older than the days of the log in view.
func (b *Board) readEarlierPrints(ctx context.Context, merchant string, manifest contract.Manifest) error {
	records, err := book.ReadRecords(ctx, b.Store, merchant, client.LabelsOf(manifest))
	if err != nil {
		return err
	}
	b.change(func(m *model) bool {
		news := false
		for ref, record := range records {
			for _, print := range record.Prints {
				news = m.note(merchant, contract.PrintEvent{Order: ref.Order, Label: ref.Label, Print: print}) || news
			}
		}
		return news
	})
	return nil
}
