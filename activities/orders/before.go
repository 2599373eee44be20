package orders

import (
	"context"

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
