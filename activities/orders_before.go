package activities

import (
	"context"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
)

func fromStore(order books.Order, labels []books.Label) books.Entry {
	return books.Entry{Order: order, Outcome: books.Labelled, Labels: labels, Status: books.StatusNone}
}

// printedBefore is the entry of an order that an earlier run published; a
// reprint takes its labels in again unless the gate holds the order back.
func (r *saleReader) printedBefore(order books.Order, p books.Publication, held bool, v verdict) books.Entry {
	switch {
	case held && (v.outcome == books.Cancelled || r.in.Reprint):
		return books.Entry{Order: order, Outcome: v.outcome, Reason: v.reason, Status: books.StatusNone}
	case r.in.Reprint:
		return fromStore(order, p.Record.Labels)
	}
	return books.Entry{Order: order, Outcome: books.AlreadyPrinted, Reason: "printed by run " + p.Run, Status: books.StatusNone}
}

// published returns the newest publication of the order by another run.
func (r *saleReader) published(ctx context.Context, order books.Order) (*books.Publication, error) {
	var newest storage.Object
	own := storage.Published(r.in.Merchant, order.ID, r.in.Run)
	err := r.store.List(ctx, storage.PublishedPrefix(r.in.Merchant, order.ID), func(o storage.Object) error {
		if o.Key != own && (newest.Key == "" || o.Modified.After(newest.Modified)) {
			newest = o
		}
		return nil
	})
	if err != nil || newest.Key == "" {
		return nil, err
	}
	var publication books.Publication
	if err := r.store.Get(ctx, newest.Key, &publication); err != nil {
		return nil, err
	}
	return &publication, nil
}
