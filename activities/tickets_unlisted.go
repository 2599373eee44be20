package activities

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

const (
	// listTries is at which try a step goes on without the list of label tasks, which the hub is too busy to give.
	listTries = 5
	// leastLostWait and mostLostWait bound for how long labels are looked for in the orders themselves
	// after an answer was lost; the hub's time.
	leastLostWait = time.Minute
	mostLostWait  = 10 * time.Minute
)

// taskList is a connection's newest label tasks. Where the hub does not give them, missing says why.
type taskList struct {
	tasks   []multivende.Task
	missing string
}

// labelTasks reads the connection's newest label tasks. They are a safety net: a hub that refuses
// the list is asked for it once in a turn, one that is too busy for some tries, and then the labels
// are asked for without.
func labelTasks(ctx context.Context, hub *multivende.Client, store *storage.Store, scope Scope) (taskList, error) {
	missing, err := scope.without(ctx, store, labelTasksRoute)
	if missing != "" || err != nil {
		return taskList{missing: missing}, err
	}
	tasks, err := hub.NewestLabelTasks(ctx, scope.Connection.Provider, scope.Connection.ID)
	switch refused := forGood(err); {
	case err == nil:
		usable := func(t multivende.Task, _ int) bool { return multivende.WhyUnusable(t.ID) == "" }
		return taskList{tasks: lo.Filter(tasks, usable)}, nil
	case refused:
		missing = withoutList(err)
		return taskList{missing: missing}, scope.markRoute(ctx, store, labelTasksRoute, missing)
	case attempt(ctx) >= listTries && passing(err):
		return taskList{missing: withoutList(err)}, nil
	}
	return taskList{}, err
}

func withoutList(err error) string {
	return books.Reason("after a lost answer labels are looked for in their orders, because the hub does not give the list of label tasks: " + err.Error())
}

// lostOrders is what becomes of a request whose answer was lost and whose task nobody can look for.
// Its orders are read: while some show no label and their labels may still be in the making, the
// look ends as waiting. Then all go back, to be read again before their labels are asked for.
func (a *Tickets) lostOrders(ctx context.Context, hub *multivende.Client, in AskLabelsInput, orders []books.Order, since time.Time) (Asked, error) {
	wait := time.Duration(len(orders)) * time.Duration(in.Settings.LabelTime)
	wait = min(max(wait, leastLostWait), mostLostWait)
	if hub.Clock().Now().Sub(since) < wait {
		shown, err := showLabels(ctx, hub, orders, sampleOf(len(orders), attempt(ctx)))
		if err != nil {
			return Asked{}, err
		}
		if !shown {
			return Asked{}, waiting("the answer was lost; looking whether the orders have their labels all the same", in.Settings.Ours(Duration(lookPause)))
		}
	}
	page := books.Page{}
	for _, order := range orders {
		order.Asks = min(order.Asks+1, max(in.Settings.Asks-1, 1))
		order.Trouble = "the answer to the request was lost"
		page.Ready = append(page.Ready, order)
	}
	step, err := in.leave(ctx, a.Store, books.PageName(books.BatchPage, in.Number, books.AfterAnswer), page)
	return Asked{Lost: true, Step: step}, err
}

// showLabels says whether the hub shows a file of each of some orders, or lists its label as printed.
func showLabels(ctx context.Context, hub *multivende.Client, orders []books.Order, which []int) (bool, error) {
	has := make([]bool, len(which))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(hubParallel)
	for i, at := range which {
		group.Go(func() error {
			delivery, _, err := readDelivery(ctx, hub, orders[at])
			if _, _, gone := notRead(err); gone {
				return nil
			}
			has[i] = delivery.ShippingLabelPrintStatus == "printed" ||
				lo.SomeBy(delivery.Documents, func(d multivende.Document) bool { return d.URL != "" })
			return err
		})
	}
	err := group.Wait()
	return lo.EveryBy(has, func(has bool) bool { return has }), err
}
