package tickets

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// Recheck reads the orders that were asked for before: what is cancelled or
// shipped ends, a label that came late is taken, the rest is asked for again. An order whose label is outstanding
// is not, while its label may be in the making, or where the hub lists it no more.
func (a *Documents) Recheck(ctx context.Context, hub *multivende.Client, scope activities.Scope, orders []books.Order) (books.Page, error) {
	known, err := a.acquaintances.orders(ctx, a.Store, scope, printedAll(orders))
	if err != nil {
		return books.Page{}, err
	}
	places, again := activities.NewPlaces(orders), fileTroubles{}
	pages := make([]books.Page, len(orders))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.HubParallel)
	for i, order := range orders {
		if order.Asks == 0 && !order.Again && order.Outstanding.IsZero() {
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
	places.Sort(&page)
	return page, nil
}

func (a *Documents) recheckOne(ctx context.Context, hub *multivende.Client, scope activities.Scope, order books.Order, known []labels.Order, page *books.Page) error {
	delivery, _, err := orders.ReadDelivery(ctx, hub, order)
	if outcome, reason, gone := orders.NotRead(err); gone {
		page.End(order, outcome, reason)
		return nil
	}
	if multivende.ClassOf(err) == multivende.Refused {
		page.End(order, contract.Rejected, activities.Refusal(err))
		return nil
	}
	if err != nil {
		return err
	}
	orders.RefreshOrder(&order, delivery)
	if ended, reason := orders.OutcomeOfStatus(order.HubStatus); ended != "" {
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
		stored, err := a.storeLabels(ctx, scope, order, "", found, storedControls(controls), nil)
		page.Ended = append(page.Ended, books.Entry{Order: order, Outcome: contract.Labelled, Status: order.Status, Labels: stored})
		return err
	}
	if !order.Outstanding.IsZero() && (!order.Listed || hub.Clock().Now().Before(order.Outstanding)) {
		page.End(order, contract.NotReady, wording.Reason(contract.WhyOutstanding))
		return nil
	}
	page.Ready = append(page.Ready, order)
	return nil
}
