package activities

import (
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// Documents are the steps that bring label files from the hub into the store.
type Documents struct {
	Hubs  Hubs
	Store *storage.Store
	// TempDir takes a result while it is opened; empty means the system's.
	TempDir string

	acquaintances acquaintances
}

// CollectLabelsInput says for which task to wait. Times are the hub's.
type CollectLabelsInput struct {
	Scope
	Number  int       `json:"number"`
	Task    string    `json:"task"`
	AskedAt time.Time `json:"asked_at"`
	// Deadline is when the task counts as failed.
	Deadline time.Time `json:"deadline"`
}

// Collected is the page that a task's orders ended on, and how long the task took.
type Collected struct {
	Step
	Took Duration `json:"took,omitempty"`
}

// CollectLabels waits for a label task and takes what it made: each try of the
// activity looks at the task, and the one that finds it done downloads the
// result at once, stores it as it came, opens it and stores each order's
// labels. It leaves the page "batch-n-2": Ready orders are to be asked for again.
func (a *Documents) CollectLabels(ctx context.Context, in CollectLabelsInput) (Collected, error) {
	collected, err := a.collect(ctx, in)
	return collected, translate(err)
}

func (a *Documents) collect(ctx context.Context, in CollectLabelsInput) (Collected, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return Collected{}, err
	}
	name := books.PageName(books.BatchPage, in.Number, books.AfterAnswer)
	if step, done, err := in.finished(ctx, a.Store, name); done || err != nil {
		if err == nil {
			err = a.leaveAfter(ctx, in, name)
		}
		return Collected{Step: step}, err
	}
	asked, err := in.page(ctx, a.Store, books.PageName(books.BatchPage, in.Number, books.BeforeAsking))
	if err != nil {
		return Collected{}, err
	}
	times := taskTimes{store: a.Store, scope: in.Scope}
	if err := in.awaitLook(ctx, hub, times, len(asked.Ready)); err != nil {
		return Collected{}, err
	}
	task, err := hub.Task(ctx, in.Task)
	if err != nil && !noSuchObject(err) && !noSuchRoute(err) {
		return Collected{}, err
	}
	now := hub.Clock().Now()
	age := now.Sub(in.AskedAt)
	lost, trouble := err != nil, ""
	switch {
	case noSuchRoute(err):
		// The labels are made all the same: they are looked for in the orders when they should be there.
		trouble = wrongRoute(err)
		if early := in.AskedAt.Add(time.Duration(len(asked.Ready)) * time.Duration(in.Settings.LabelTime)).Sub(now); early > 0 {
			return Collected{}, waiting(trouble, in.Settings.Ours(Duration(early)))
		}
	case lost:
	case task.Done():
		times.ended(ctx, task, len(asked.Ready), age)
	case now.Before(in.Deadline):
		next := times.atWork(ctx, in.Task, len(asked.Ready), age, now)
		words := fmt.Sprintf("task %s is %s", in.Task, lo.CoalesceOrEmpty(task.State, "running"))
		return Collected{}, waiting(words, in.Settings.Ours(Duration(next-age)))
	}
	known, err := a.acquaintances.orders(ctx, a.Store, in.Scope, printedAll(asked.Ready))
	if err != nil {
		return Collected{}, err
	}
	c := &collection{Documents: a, hub: hub, in: in, task: task, known: known, trouble: trouble}
	page, err := c.settle(ctx, asked.Ready)
	if err != nil {
		return Collected{}, err
	}
	step, err := in.leave(ctx, a.Store, name, page)
	if err == nil {
		err = a.leaveAfter(ctx, in, name)
	}
	return Collected{Step: step, Took: Duration(now.Sub(in.AskedAt))}, err
}

// leaveAfter leaves the labelled orders of the batch's page on a page of their
// own where the channel is told at the label that the parcel is ready.
func (a *Documents) leaveAfter(ctx context.Context, in CollectLabelsInput, name string) error {
	if !in.StatusAtLabel() {
		return nil
	}
	page, err := in.page(ctx, a.Store, name)
	if err != nil {
		return err
	}
	labelled := lo.FilterMap(page.Ended, func(e books.Entry, _ int) (books.Order, bool) { return e.Order, e.Outcome == books.Labelled })
	if len(labelled) == 0 {
		return nil
	}
	_, err = in.Last().leave(ctx, a.Store, books.PageName(books.AfterPage, 0, AfterNumber(in.Scope, in.Number)), books.Page{Pending: labelled})
	return err
}

// awaitLook waits until a look at the task is worth its call, at most until its deadline.
func (in CollectLabelsInput) awaitLook(ctx context.Context, hub *multivende.Client, times taskTimes, labels int) error {
	now := hub.Clock().Now()
	early := min(times.next(ctx, in.Task, labels)-now.Sub(in.AskedAt), in.Deadline.Sub(now))
	if early > time.Second {
		return waiting(fmt.Sprintf("tasks of %d labels take longer here", labels), in.Settings.Ours(Duration(early)))
	}
	return nil
}
