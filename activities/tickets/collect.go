package tickets

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// Documents holds the steps that bring label files from the hub into the store. Register it with a
// worker.
type Documents struct {
	Hubs  activities.Hubs
	Store *storage.Store
	// TempDir takes a result while it is opened; empty means the system's.
	TempDir string

	// Stored, if set, is told how old an order was, in the hub's time, when its label came into the store. It hears
	// of a label once: from the try that stored it.
	Stored func(channel string, age time.Duration)

	// Outbox is told of labels that are there; nil tells nobody.
	Outbox *hooks.Outbox

	acquaintances acquaintances
}

// CollectLabelsInput says for which task to wait. Times are the hub's.
type CollectLabelsInput struct {
	activities.Scope
	Number  int       `json:"number"`
	Task    string    `json:"task"`
	AskedAt time.Time `json:"asked_at"`
	// Deadline is when the task counts as failed.
	Deadline time.Time `json:"deadline"`
}

// Collected is the page that a task's orders ended on, and how long the task took.
type Collected struct {
	activities.Step
	Took contract.Duration `json:"took,omitempty"`
}

// CollectLabels waits for a label task and collects what it made. Each try looks at the task; the one
// that finds it done downloads the result at once, stores it as it came, opens it and stores each
// order's labels. It leaves the page "batch-n-2", whose Ready orders must be asked for again.
func (a *Documents) CollectLabels(ctx context.Context, in CollectLabelsInput) (Collected, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return Collected{}, err
	}
	name := books.PageName(books.BatchPage, in.Number, books.AfterAnswer)
	if step, done, err := in.FinishedPage(ctx, a.Store, name); done || err != nil {
		if err == nil {
			err = a.leaveAfter(ctx, in, name)
		}
		return Collected{Step: step}, err
	}
	asked, err := in.ReadPage(ctx, a.Store, books.PageName(books.BatchPage, in.Number, books.BeforeAsking))
	if err != nil {
		return Collected{}, err
	}
	times := taskTimes{store: a.Store, scope: in.Scope}
	if err := in.awaitLook(ctx, hub, times, len(asked.Ready)); err != nil {
		return Collected{}, err
	}
	task, err := hub.Task(ctx, in.Task)
	if err != nil && !activities.NoSuchObject(err) && !activities.NoSuchRoute(err) {
		return Collected{}, err
	}
	now := hub.Clock().Now()
	age := now.Sub(in.AskedAt)
	lost, trouble := err != nil, contract.Reason{}
	switch {
	case activities.NoSuchRoute(err):
		// The labels are made all the same: they are looked for in the orders when they should be there.
		trouble = activities.WrongRoute(err)
		if early := in.AskedAt.Add(time.Duration(len(asked.Ready)) * time.Duration(in.Settings.LabelTime)).Sub(now); early > 0 {
			return Collected{}, activities.WaitingError(trouble.Words, in.Settings.Ours(contract.Duration(early)))
		}
	case lost:
	case task.Done():
		times.ended(ctx, task, len(asked.Ready), age)
	case now.Before(in.Deadline):
		next := times.atWork(ctx, in.Task, len(asked.Ready), age, now)
		words := fmt.Sprintf("task %s is %s", in.Task, cmp.Or(task.State, "running"))
		return Collected{}, activities.WaitingError(words, in.Settings.Ours(contract.Duration(next-age)))
	}
	known, err := a.acquaintances.orders(ctx, a.Store, in.Scope, printedAll(asked.Ready))
	if err != nil {
		return Collected{}, err
	}
	c := &taskCollection{Documents: a, hub: hub, in: in, task: task, known: known, trouble: trouble}
	page, err := c.settle(ctx, asked.Ready)
	if err != nil {
		return Collected{}, err
	}
	if (lost || !task.Done()) && len(page.Ready) > 0 {
		if err := noteOutstanding(ctx, a.Store, hub, in.Scope, in.Number, page.Ready); err != nil {
			return Collected{}, err
		}
	}
	step, err := a.leaveCollected(ctx, in, name, page)
	return Collected{Step: step, Took: contract.Duration(now.Sub(in.AskedAt))}, err
}

// leaveCollected tells of the labels of a batch, and leaves its pages.
func (a *Documents) leaveCollected(ctx context.Context, in CollectLabelsInput, name string, page books.Page) (activities.Step, error) {
	if err := a.tellReady(ctx, in.Scope, name, page); err != nil {
		return activities.Step{}, err
	}
	step, err := in.LeavePage(ctx, a.Store, name, page)
	if err != nil {
		return step, err
	}
	return step, a.leaveAfter(ctx, in, name)
}

// leaveAfter leaves the labelled orders of the batch's page on a page of their
// own where the channel is told at the label that the parcel is ready.
func (a *Documents) leaveAfter(ctx context.Context, in CollectLabelsInput, name string) error {
	if !in.StatusAtLabel() {
		return nil
	}
	page, err := in.ReadPage(ctx, a.Store, name)
	if err != nil {
		return err
	}
	labelled := lo.FilterMap(page.Ended, func(e books.Entry, _ int) (books.Order, bool) { return e.Order, e.Outcome == contract.Labelled })
	if len(labelled) == 0 {
		return nil
	}
	_, err = in.LastWord().LeavePage(ctx, a.Store, books.PageName(books.AfterPage, 0, activities.AfterNumber(in.Scope, in.Number)), books.Page{Pending: labelled})
	return err
}

// awaitLook waits until a look at the task is worth its call, at most until its deadline.
func (in CollectLabelsInput) awaitLook(ctx context.Context, hub *multivende.Client, times taskTimes, labels int) error {
	now, err := hub.Time(ctx)
	if err != nil {
		return err
	}
	early := min(times.next(ctx, in.Task, labels)-now.Sub(in.AskedAt), in.Deadline.Sub(now))
	if early > time.Second {
		return activities.WaitingError(fmt.Sprintf("the task is not due yet: on this connection, tasks of %d labels take longer", labels), in.Settings.Ours(contract.Duration(early)))
	}
	return nil
}
