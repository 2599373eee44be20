package client

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/storage"
)

// PrintQuery chooses prints; what is empty chooses all. From and To bound when a label was claimed, or held:
// From is the first moment, To the first that is too late.
type PrintQuery struct {
	Merchant, Run, Order, Printer, Person string
	From, To                              time.Time
}

// jobDays is how many days before a print its job may have been asked for: the log is kept by the day of the job.
const jobDays = 2

// ListPrints reads who printed what, when, where and why, oldest first: each print of a label once, as it
// stands now, and what was held back. With a run, these are all prints of its labels, whichever run they were
// for; prints of a run or an order are found however old they are, what was held back only between From and To.
func ListPrints(ctx context.Context, store book.Store, query PrintQuery) ([]contract.PrintEvent, error) {
	found, err := readPrintLog(ctx, store, query)
	if err != nil {
		return nil, err
	}
	labels, err := labelsAsked(ctx, store, query)
	if err != nil {
		return nil, err
	}
	records, err := recordsAsked(ctx, store, query, labels)
	if err != nil {
		return nil, err
	}
	for _, record := range records {
		ref := contract.LabelRef{Order: record.Order, Label: record.Label}
		for _, print := range record.Prints {
			found.Add(contract.PrintEvent{Order: record.Order, OrderNumber: labels[ref], Label: record.Label, Print: print})
		}
	}
	return choosePrints(found, query, labels), nil
}

// daysAtOnce is how many days of the log are read at a time.
const daysAtOnce = 8

func readPrintLog(ctx context.Context, store book.Store, query PrintQuery) (book.Prints, error) {
	found := book.Prints{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(daysAtOnce)
	for day := utcDay(query.From).AddDate(0, 0, -jobDays); day.Before(query.To); day = day.AddDate(0, 0, 1) {
		group.Go(func() error {
			pages, err := book.ReadDay(ctx, store, query.Merchant, day)
			mu.Lock()
			defer mu.Unlock()
			for _, page := range pages {
				for _, event := range page.Labels {
					found.Add(event)
				}
			}
			return err
		})
	}
	return found, group.Wait()
}

func choosePrints(all book.Prints, query PrintQuery, labels map[contract.LabelRef]string) []contract.PrintEvent {
	chosen := []contract.PrintEvent{}
	for _, event := range all {
		if _, ofRun := labels[contract.LabelRef{Order: event.Order, Label: event.Label}]; query.Run != "" && event.Run != query.Run && !ofRun {
			continue
		}
		at := WhenPrinted(event)
		named := query.Run != "" || query.Order != ""
		switch {
		case query.Order != "" && event.Order != query.Order,
			query.Printer != "" && event.Printer != query.Printer,
			query.Person != "" && event.Person != query.Person,
			!at.Before(query.To),
			at.Before(query.From) && (!named || event.Claim == ""):
		default:
			chosen = append(chosen, event)
		}
	}
	slices.SortFunc(chosen, func(a, b contract.PrintEvent) int {
		return cmp.Or(WhenPrinted(a).Compare(WhenPrinted(b)), cmp.Compare(a.Job, b.Job), cmp.Compare(a.Position, b.Position),
			cmp.Compare(a.Order, b.Order), cmp.Compare(a.Label, b.Label))
	})
	return chosen
}

// WhenPrinted is when a label was sent to its printer or, where it was held back, when that was.
func WhenPrinted(event contract.PrintEvent) time.Time {
	if event.ClaimedAt.IsZero() {
		return event.ChangedAt
	}
	return event.ClaimedAt
}

// labelsAsked are the labels of the run that is asked for, with the numbers of their orders.
func labelsAsked(ctx context.Context, store book.Reader, query PrintQuery) (map[contract.LabelRef]string, error) {
	labels := map[contract.LabelRef]string{}
	if query.Run == "" {
		return labels, nil
	}
	var manifest contract.Manifest
	if err := store.Get(ctx, storage.ManifestJSON(query.Merchant, query.Run), &manifest); err != nil {
		return nil, err
	}
	numbers := map[string]string{}
	for _, row := range manifest.Rows {
		numbers[row.ID] = row.OrderNumber
	}
	for _, ref := range LabelsOf(manifest) {
		labels[ref] = numbers[ref.Order]
	}
	return labels, nil
}

func recordsAsked(ctx context.Context, store book.Store, query PrintQuery, labels map[contract.LabelRef]string) ([]contract.PrintRecord, error) {
	if query.Order != "" {
		return book.ReadHistory(ctx, store, query.Merchant, query.Order)
	}
	refs := make([]contract.LabelRef, 0, len(labels))
	for ref := range labels {
		refs = append(refs, ref)
	}
	found, err := book.ReadRecords(ctx, store, query.Merchant, refs)
	records := make([]contract.PrintRecord, 0, len(found))
	for _, record := range found {
		records = append(records, record)
	}
	return records, err
}

func utcDay(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
