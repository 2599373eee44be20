package tickets

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
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
	missing contract.Reason
}

// labelTasks reads the connection's newest label tasks. They are a safety net: a hub that refuses
// the list is asked for it once in a turn, one that is too busy for some tries, and then the labels
// are asked for without.
func labelTasks(ctx context.Context, hub *multivende.Client, store *storage.Store, scope activities.Scope) (taskList, error) {
	missing, err := scope.Without(ctx, store, activities.LabelTasksRoute)
	if missing.Words != "" || err != nil {
		return taskList{missing: missing}, err
	}
	tasks, err := hub.NewestLabelTasks(ctx, scope.Connection.Provider, scope.Connection.ID)
	switch refused := activities.IsRefusedForGood(err); {
	case err == nil:
		usable := func(t multivende.Task, _ int) bool { return multivende.WhyUnusable(t.ID) == "" }
		return taskList{tasks: lo.Filter(tasks, usable)}, nil
	case refused:
		missing = withoutList(err)
		return taskList{missing: missing}, scope.MarkRoute(ctx, store, activities.LabelTasksRoute, missing)
	case activities.Attempt(ctx) >= listTries && activities.MayPass(err):
		return taskList{missing: withoutList(err)}, nil
	}
	return taskList{}, err
}

func withoutList(err error) contract.Reason {
	return wording.Reason(contract.WhyTasksNotListed, "detail", err.Error())
}

// lostOrders is what becomes of a request whose answer was lost and whose task nobody can look for.
// Its orders are read: while some show no label and their labels may still be in the making, the
// look ends as waiting. Then all go back, to be read again before their labels are asked for.
func (a *Tickets) lostOrders(ctx context.Context, hub *multivende.Client, in AskLabelsInput, orders []books.Order, since time.Time) (Asked, error) {
	wait := time.Duration(len(orders)) * time.Duration(in.Settings.LabelTime)
	wait = min(max(wait, leastLostWait), mostLostWait)
	if hub.Clock().Now().Sub(since) < wait {
		shown, err := showLabels(ctx, hub, orders, activities.SampleOf(len(orders), activities.Attempt(ctx)))
		if err != nil {
			return Asked{}, err
		}
		if !shown {
			return Asked{}, activities.WaitingError("the answer was lost; checking whether the orders have their labels anyway", in.Settings.Ours(contract.Duration(lookPause)))
		}
	}
	page := books.Page{}
	for _, order := range orders {
		order.Asks = min(order.Asks+1, max(in.Settings.Asks-1, 1))
		order.Trouble = contract.Cause(wording.Reason(contract.WhyAnswerLost))
		page.Ready = append(page.Ready, order)
	}
	step, err := in.LeavePage(ctx, a.Store, books.PageName(books.BatchPage, in.Number, books.AfterAnswer), page)
	return Asked{Lost: true, Step: step}, err
}

// showLabels says whether the hub shows a file of each of some orders, or lists its label as printed.
func showLabels(ctx context.Context, hub *multivende.Client, asked []books.Order, which []int) (bool, error) {
	has := make([]bool, len(which))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.HubParallel)
	for i, at := range which {
		group.Go(func() error {
			delivery, _, err := orders.ReadDelivery(ctx, hub, asked[at])
			if _, _, gone := orders.NotRead(err); gone {
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
