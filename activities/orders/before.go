package orders

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

func fromStore(order books.Order, labels []books.Label) books.Entry {
	return books.Entry{Order: order, Outcome: contract.Labelled, Labels: labels, Status: contract.StatusNone}
}

// printedBefore is the entry of an order that an earlier run published; a
// reprint takes its labels in again unless the gate holds the order back.
func (r *SaleReader) printedBefore(order books.Order, p books.Publication, held bool, v verdict) books.Entry {
	switch {
	case held && (v.Outcome == contract.Cancelled || r.In.Reprint):
		return books.Entry{Order: order, Outcome: v.Outcome, Reason: v.Reason, Status: contract.StatusNone}
	case r.In.Reprint:
		return fromStore(order, p.Record.Labels)
	}
	return books.Entry{Order: order, Outcome: contract.AlreadyPrinted, Reason: wording.Reason(contract.WhyPrintedByRun, "run", p.Run), Status: contract.StatusNone}
}

// published returns the newest publication of the order by another run.
func (r *SaleReader) published(ctx context.Context, order books.Order) (*books.Publication, error) {
	return publications.Newest(ctx, r.store, r.In.Merchant, order.ID, r.In.Run)
}

// noteBrought marks the orders of skipped connections whose brought label a run has published.
func (s *orderSearch) noteBrought(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, w := range s.wanted {
		group.Go(func() error { return s.noteBroughtOf(ctx, w) })
	}
	return group.Wait()
}

func (s *orderSearch) noteBroughtOf(ctx context.Context, w *wantedOrder) error {
	for id, order := range w.found {
		if !s.connections[order.ConnectionID].BroughtOnly {
			continue
		}
		publication, err := publications.Newest(ctx, s.store, s.in.Merchant, id, s.in.Run)
		if err != nil {
			return err
		}
		if publication != nil && publication.Record.Order.Brought {
			order.Brought = true
			w.found[id] = order
		}
	}
	return nil
}
