package tickets

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

const (
	// looksBeforeAskingAgain is how often a lost request is looked for before it is made again.
	looksBeforeAskingAgain = 3
	lookPause              = 20 * time.Second
)

// Tickets holds the steps that ask the hub for labels ("delivery order tickets"). Register it with a
// worker.
type Tickets struct {
	Hubs  activities.Hubs
	Store *storage.Store
}

// PrepareBatchInput says which orders a batch asks for.
type PrepareBatchInput struct {
	activities.Scope
	Number   int                  `json:"number"`
	Segments []activities.Segment `json:"segments"`
}

// PreparedBatch is the page of the batch's orders and the connection's newest
// label tasks, so that they stand in history before labels are asked for: a
// task that is not among them came later.
type PreparedBatch struct {
	activities.Step
	Before []string `json:"before,omitempty"`
	// Unlisted says why Before is not known: the hub does not give the list.
	Unlisted contract.Cause `json:"unlisted,omitzero"`
}

// PrepareBatch gathers a batch. Orders that were asked for before are read
// first: those that were cancelled or shipped meanwhile end, and a label that
// came late is taken. It leaves the page "batch-n-1": Ready are those to ask for.
func (a *Documents) PrepareBatch(ctx context.Context, in PrepareBatchInput) (PreparedBatch, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return PreparedBatch{}, err
	}
	name := books.PageName(books.BatchPage, in.Number, books.BeforeAsking)
	step, done, err := in.FinishedPage(ctx, a.Store, name)
	if err != nil {
		return PreparedBatch{}, err
	}
	if !done {
		orders, err := in.ReadyOrders(ctx, a.Store, in.Segments)
		if err != nil {
			return PreparedBatch{}, err
		}
		page, err := a.Recheck(ctx, hub, in.Scope, orders)
		if err != nil {
			return PreparedBatch{}, err
		}
		missing, err := in.Without(ctx, a.Store, activities.GenerateTicketsRoute)
		if err != nil {
			return PreparedBatch{}, err
		}
		if missing.Words != "" {
			page = unasked(page, missing)
		}
		if err := a.tellReady(ctx, in.Scope, name, page); err != nil {
			return PreparedBatch{}, err
		}
		if step, err = in.LeavePage(ctx, a.Store, name, page); err != nil {
			return PreparedBatch{}, err
		}
	}
	if step.Counts.Ready == 0 {
		return PreparedBatch{Step: step}, nil
	}
	list, err := labelTasks(ctx, hub, a.Store, in.Scope)
	ids := lo.Map(list.tasks, func(t multivende.Task, _ int) string { return t.ID })
	return PreparedBatch{Step: step, Before: ids, Unlisted: contract.Cause(list.missing)}, err
}

// unasked ends a page's orders whose labels nobody can ask for.
func unasked(page books.Page, reason contract.Reason) books.Page {
	for _, order := range page.Ready {
		page.End(order, contract.GaveUp, reason)
	}
	page.Ready = nil
	return page
}

// AskLabelsInput says for which orders to ask, and which tasks were there before.
type AskLabelsInput struct {
	activities.Scope
	Number int      `json:"number"`
	Before []string `json:"before,omitempty"`
	// Unlisted: which tasks were there before is not known.
	Unlisted bool `json:"unlisted,omitempty"`
	// Try counts the requests that the hub was too busy to take.
	Try int `json:"try,omitempty"`
}

// Asked is the hub's answer to a request for labels. Times are the hub's.
type Asked struct {
	Task    string    `json:"task,omitempty"`
	AskedAt time.Time `json:"asked_at,omitzero"`
	// Refused is why the hub refused the request as a whole. Then
	// Step is the page left: one order by itself ends, several are Ready for smaller requests;
	// where the hub has no such route, all end.
	Refused contract.Cause  `json:"refused,omitzero"`
	Step    activities.Step `json:"step,omitzero"`
	// Busy is how long to wait, in our time, when the hub did not take the request yet.
	Busy time.Duration `json:"busy,omitempty"`
	// Look is how old the task is when a first look at it is worth it, in the hub's time.
	Look contract.Duration `json:"look,omitempty"`
	// Found: the answer to an earlier try was lost, and its task was found in the list.
	Found bool `json:"found,omitempty"`
	// Lost: the answer to an earlier try was lost and cannot be looked for. Step is the page left, whose
	// orders are read again before their labels are asked for.
	Lost bool `json:"lost,omitempty"`
}

// AskLabels asks once for the labels of up to 50 orders. A later try, or one of a workflow that was
// reset, counts as a lost answer: it looks three times for a new task that names one of the orders
// before it asks again.
func (a *Tickets) AskLabels(ctx context.Context, in AskLabelsInput) (Asked, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return Asked{}, err
	}
	page, err := in.ReadPage(ctx, a.Store, books.PageName(books.BatchPage, in.Number, books.BeforeAsking))
	if err != nil {
		return Asked{}, err
	}
	ids := lo.Map(page.Ready, func(o books.Order, _ int) string { return o.ID })
	looks, since, err := a.looks(ctx, hub, in)
	if err != nil {
		return Asked{}, err
	}
	if looks > 0 {
		if err := noteOutstanding(ctx, a.Store, hub, in.Scope, in.Number, page.Ready); err != nil {
			return Asked{}, err
		}
		list, err := labelTasks(ctx, hub, a.Store, in.Scope)
		if err != nil {
			return Asked{}, err
		}
		if in.Unlisted || list.missing.Words != "" {
			return a.lostOrders(ctx, hub, in, page.Ready, since)
		}
		task, err := lostTask(ctx, hub, in, list.tasks, ids)
		if activities.NoSuchRoute(err) {
			return a.lostOrders(ctx, hub, in, page.Ready, since)
		}
		if err != nil || task.ID != "" {
			return Asked{Task: task.ID, AskedAt: firstTime(task.CreatedAt, hub.Clock().Now()), Found: true}, err
		}
		if looks%(looksBeforeAskingAgain+1) != 0 {
			return Asked{}, activities.WaitingError("the answer was lost; checking whether the hub made the task anyway", in.Settings.Ours(contract.Duration(lookPause)))
		}
	}
	// Before asking, so that nothing stands between the hub's answer and its record.
	look := contract.Duration(taskTimes{store: a.Store, scope: in.Scope}.next(ctx, "", len(ids)))
	task, err := hub.GenerateTickets(ctx, in.Connection.Provider, in.Connection.ID, ids)
	switch refusal := activities.HubError(err); {
	case err == nil:
		return Asked{Task: task.ID, AskedAt: hub.Clock().Now(), Look: look}, nil
	case refusal != nil && refusal.Class == multivende.NoRoute:
		return a.noRoute(ctx, in, page.Ready, activities.WrongRoute(err))
	case refusal != nil && (refusal.Class == multivende.Refused || refusal.Class == multivende.NotFound):
		return a.refused(ctx, in, page.Ready, refusal.Excerpt)
	case refusal != nil && !refusal.MayBeDone && refusal.Class != multivende.NotAuthorised && refusal.Class != multivende.NeedsConsent:
		return Asked{Busy: max(refusal.RetryAfter, in.Settings.Ours(contract.Duration(lookPause)))}, nil
	case refusal != nil && refusal.MayBeDone:
		return Asked{}, cmp.Or(noteOutstanding(ctx, a.Store, hub, in.Scope, in.Number, page.Ready), err)
	}
	return Asked{}, err
}

// noteOutstanding notes orders that were asked for, for later runs to look for their labels, before anything can keep this turn
// from it.
func noteOutstanding(ctx context.Context, store *storage.Store, hub *multivende.Client, scope activities.Scope, batch int, orders []books.Order) error {
	making := max(time.Duration(len(orders))*time.Duration(scope.Settings.LabelTime), leastLostWait)
	note := books.Outstanding{Until: hub.Clock().Now().Add(making).UTC(), Orders: orders}
	_, err := store.PutOnce(ctx, outstandingKey(scope, batch), &note)
	return err
}

func outstandingKey(scope activities.Scope, batch int) string {
	return storage.OutstandingLabels(scope.Merchant, scope.Connection.ID, scope.Run, scope.Generation, batch)
}

// asker is who began to ask for a batch, before it did.
type asker struct {
	Activity string    `json:"activity"`
	At       time.Time `json:"at,omitzero"`
}

// looks is how often a lost answer was looked for, this try included, and since
// when; 0 when nobody has begun to ask before. It notes who asks, so that a
// workflow that was reset finds it.
func (a *Tickets) looks(ctx context.Context, hub *multivende.Client, in AskLabelsInput) (int, time.Time, error) {
	now, err := hub.Time(ctx)
	if err != nil {
		return 0, time.Time{}, err
	}
	self := asker{Activity: activities.ActivityID(ctx), At: now.UTC()}
	first := self
	name := books.PageName("asking", in.Number, in.Try)
	if _, err := a.Store.PutOnce(ctx, in.PageKey(name), &first); err != nil {
		return 0, time.Time{}, err
	}
	if first.Activity != self.Activity {
		return activities.Attempt(ctx), first.At, nil
	}
	looks := activities.Attempt(ctx) - 1
	if looks == 0 && in.Try > 0 { // an answer was lost before the hub was busy: once more, before it is asked again
		lost, err := a.Store.Exists(ctx, outstandingKey(in.Scope, in.Number))
		return lo.Ternary(lost, looksBeforeAskingAgain+1, 0), first.At, err
	}
	return looks, first.At, nil
}

// noRoute ends all orders of a request, and of those to come: a path that is not there refuses no
// order, and smaller requests would find it missing as well.
func (a *Tickets) noRoute(ctx context.Context, in AskLabelsInput, orders []books.Order, reason contract.Reason) (Asked, error) {
	if err := in.MarkRoute(ctx, a.Store, activities.GenerateTicketsRoute, reason); err != nil {
		return Asked{}, err
	}
	step, err := in.LeavePage(ctx, a.Store, books.PageName(books.BatchPage, in.Number, books.AfterAnswer), unasked(books.Page{Ready: orders}, reason))
	return Asked{Refused: contract.Cause(reason), Step: step}, err
}

func (a *Tickets) refused(ctx context.Context, in AskLabelsInput, orders []books.Order, words string) (Asked, error) {
	reason := wording.Reason(contract.WhyRequestRefused)
	if words != "" {
		reason = wording.Reason(contract.WhyHubSays, "said", words)
	}
	page := books.Page{Ready: orders}
	if len(orders) == 1 {
		page = books.Page{}
		page.End(orders[0], contract.Rejected, reason)
	}
	step, err := in.LeavePage(ctx, a.Store, books.PageName(books.BatchPage, in.Number, books.AfterAnswer), page)
	return Asked{Refused: contract.Cause(reason), Step: step}, err
}

// lostTask looks for the task of a request whose answer was lost: one that was
// not there before and whose output names one of our orders. While a new task
// runs and names none yet, nothing can be said, and the look ends as waiting.
func lostTask(ctx context.Context, hub *multivende.Client, in AskLabelsInput, tasks []multivende.Task, ids []string) (multivende.Task, error) {
	var running string
	for _, listed := range tasks {
		if slices.Contains(in.Before, listed.ID) {
			continue
		}
		task, err := hub.Task(ctx, listed.ID)
		if activities.NoSuchObject(err) || multivende.ClassOf(err) == multivende.Refused {
			continue
		}
		if err != nil {
			return multivende.Task{}, err
		}
		if names(task, ids) {
			return task, nil
		}
		if !task.Done() {
			running = task.ID
		}
	}
	if running != "" {
		return multivende.Task{}, activities.WaitingError(fmt.Sprintf("the answer was lost; task %s may be ours, but does not name its orders yet", running), in.Settings.Ours(contract.Duration(2*lookPause)))
	}
	return multivende.Task{}, nil
}

// names says whether the task's output names one of the delivery orders.
func names(task multivende.Task, ids []string) bool {
	for _, list := range [][]multivende.TaskOrder{task.Output.Available, task.Output.Successful, task.Output.Unavailable, task.Output.Failed} {
		if lo.SomeBy(list, func(o multivende.TaskOrder) bool { return slices.Contains(ids, o.DeliveryOrderID) }) {
			return true
		}
	}
	return false
}

func firstTime(times ...time.Time) time.Time {
	t, _ := lo.Find(times, func(t time.Time) bool { return !t.IsZero() })
	return t
}
