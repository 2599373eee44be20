package book

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// readers bounds the objects that are read at a time, recordReaders those of a run's labels, which are many
// and small.
const (
	readers       = 16
	recordReaders = 64
)

// PutJob stores a job once and returns the one that stands under its id, which may be an earlier one.
func PutJob(ctx context.Context, store Store, job contract.PrintJob) (contract.PrintJob, error) {
	stored := job
	_, err := store.PutOnce(ctx, storage.PrintJob(job.Merchant, job.ID), &stored)
	return stored, err
}

// ReadJob reads a job.
func ReadJob(ctx context.Context, store Store, merchant, id string) (contract.PrintJob, error) {
	var job contract.PrintJob
	err := store.Get(ctx, storage.PrintJob(merchant, id), &job)
	return job, err
}

// PutPage puts a page of the log of its job's day once, and returns the one that stands.
func PutPage(ctx context.Context, store Store, job contract.PrintJob, page contract.PrintPage) (contract.PrintPage, error) {
	_, err := store.PutOnce(ctx, storage.PrintPage(page.Merchant, job.At, page.Job, page.Page), &page)
	return page, err
}

// ReadPage reads a page; false when nobody has put it.
func ReadPage(ctx context.Context, store Store, job contract.PrintJob, number int) (page contract.PrintPage, there bool, err error) {
	err = store.Get(ctx, storage.PrintPage(job.Merchant, job.At, job.ID, number), &page)
	if errors.Is(err, storage.ErrNotFound) {
		return page, false, nil
	}
	return page, err == nil, err
}

// ReadDay reads the pages of the jobs of a day (UTC), in the order of jobs and pages.
func ReadDay(ctx context.Context, store Store, merchant string, day time.Time) ([]contract.PrintPage, error) {
	return readAll[contract.PrintPage](ctx, store, storage.PrintsOfDayPrefix(merchant, day))
}

// ReadHistory reads the records of an order's labels, in the order of the labels.
func ReadHistory(ctx context.Context, store Store, merchant, order string) ([]contract.PrintRecord, error) {
	records, err := readAll[contract.PrintRecord](ctx, store, storage.PrintsOfOrderPrefix(merchant, order))
	slices.SortFunc(records, func(a, b contract.PrintRecord) int { return cmp.Compare(a.Label, b.Label) })
	return records, err
}

// ReadRecords reads the records of labels; one that nobody printed has none.
func ReadRecords(ctx context.Context, store Reader, merchant string, labels []contract.LabelRef) (map[contract.LabelRef]contract.PrintRecord, error) {
	found := make([]contract.PrintRecord, len(labels))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(recordReaders)
	for i, ref := range labels {
		group.Go(func() error {
			err := store.Get(groupCtx, storage.PrintRecord(merchant, ref.Order, ref.Label), &found[i])
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("read what was printed: %w", err)
	}
	records := map[contract.LabelRef]contract.PrintRecord{}
	for i, record := range found {
		if len(record.Prints) > 0 {
			records[labels[i]] = record
		}
	}
	return records, nil
}

func readAll[T any](ctx context.Context, store Store, prefix string) ([]T, error) {
	var keys []string
	err := store.List(ctx, prefix, func(o storage.Object) error {
		keys = append(keys, o.Key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := make([]T, len(keys))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for i, key := range keys {
		group.Go(func() error { return store.Get(groupCtx, key, &all[i]) })
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("read what was printed: %w", err)
	}
	return all, nil
}

// Prints are prints, each once, as it was said last: of a label there may be several, and what was held back.
type Prints map[printKey]contract.PrintEvent

type printKey struct {
	ref        contract.LabelRef
	claim, job string
}

// Add takes in what was said of a print.
func (p Prints) Add(event contract.PrintEvent) {
	key := printKey{contract.LabelRef{Order: event.Order, Label: event.Label}, event.Claim, event.Job}
	known, there := p[key]
	if there && event.ChangedAt.Before(known.ChangedAt) {
		return
	}
	event.OrderNumber = cmp.Or(event.OrderNumber, known.OrderNumber)
	p[key] = event
}

// Records are the prints of each label, the oldest first, without what was held back.
func (p Prints) Records() map[contract.LabelRef]contract.PrintRecord {
	records := map[contract.LabelRef]contract.PrintRecord{}
	for key, event := range p {
		if event.Claim != "" {
			record := records[key.ref]
			record.Order, record.Label, record.Prints = key.ref.Order, key.ref.Label, append(record.Prints, event.Print)
			records[key.ref] = record
		}
	}
	for _, record := range records {
		slices.SortFunc(record.Prints, func(a, b contract.Print) int {
			return cmp.Or(a.ClaimedAt.Compare(b.ClaimedAt), cmp.Compare(a.Claim, b.Claim))
		})
	}
	return records
}

// Latest is the newest event of each label: a page tells how its prints ended, a later one what people said
// about them.
func Latest(pages []contract.PrintPage) map[contract.LabelRef]contract.PrintEvent {
	latest := map[contract.LabelRef]contract.PrintEvent{}
	for _, page := range pages {
		for _, event := range page.Labels {
			ref := contract.LabelRef{Order: event.Order, Label: event.Label}
			if before, there := latest[ref]; !there || isNewer(event, before) {
				latest[ref] = event
			}
		}
	}
	return latest
}

// isNewer says whether an event tells more about its label than another: one that was held says nothing
// about a label that is, or may be, on paper.
func isNewer(event, before contract.PrintEvent) bool {
	if held := event.Claim == ""; held != (before.Claim == "") {
		return !held
	}
	return !event.ChangedAt.Before(before.ChangedAt)
}
