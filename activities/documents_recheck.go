package activities

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/multivende"
)

// recheck reads the orders that were asked for before: what is cancelled or
// shipped ends, a label that came late is taken, the rest is asked for again.
func (a *Documents) recheck(ctx context.Context, hub *multivende.Client, scope Scope, orders []books.Order) (books.Page, error) {
	known, err := a.acquaintances.orders(ctx, a.Store, scope, printedAll(orders))
	if err != nil {
		return books.Page{}, err
	}
	places, again := newPlaces(orders), fileTroubles{}
	pages := make([]books.Page, len(orders))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(hubParallel)
	for i, order := range orders {
		if order.Asks == 0 && !order.Again {
			pages[i].Ready = []books.Order{order}
			continue
		}
		group.Go(func() error {
			return again.keep(a.recheckOne(groupCtx, hub, scope, order, known, &pages[i]))
		})
	}
	if err := cmp.Or(group.Wait(), again.first); err != nil {
		return books.Page{}, err
	}
	var page books.Page
	for _, p := range pages {
		page.Ready, page.Ended = append(page.Ready, p.Ready...), append(page.Ended, p.Ended...)
	}
	places.sort(&page)
	return page, nil
}

func (a *Documents) recheckOne(ctx context.Context, hub *multivende.Client, scope Scope, order books.Order, known []labels.Order, page *books.Page) error {
	delivery, _, err := readDelivery(ctx, hub, order)
	if outcome, reason, gone := notRead(err); gone {
		page.End(order, outcome, reason)
		return nil
	}
	if multivende.ClassOf(err) == multivende.Refused {
		page.End(order, books.Rejected, err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	refresh(&order, delivery)
	if ended, reason := ended(order.HubStatus); ended != "" {
		page.End(order, ended, reason)
		return nil
	}
	late, err := a.openDocuments(ctx, hub, scope, order, delivery, known, time.Now().Add(documentsTime))
	if err != nil {
		return err
	}
	if found := late.Labels[order.ID]; len(found) > 0 {
		controls, _, err := a.storeControls(ctx, scope, late.Papers, []labels.Order{printedAs(order)})
		if err != nil {
			return err
		}
		stored, err := a.storeLabels(ctx, scope, order, "", found, storedControls(controls))
		page.Ended = append(page.Ended, books.Entry{Order: order, Outcome: books.Labelled, Status: order.Status, Labels: stored})
		return err
	}
	page.Ready = append(page.Ready, order)
	return nil
}
