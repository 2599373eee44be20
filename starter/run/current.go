package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

// Current is where a run stands: its result when it is over, its progress when
// it is open.
type Current struct {
	WorkflowID string
	Result     books.Result
	Open       bool
	// Note says in a sentence when the figures come from elsewhere than usual.
	Note string
}

// Look finds a run and says where it stands. A run that Temporal no longer
// keeps is read from the store; one that nobody knows is a [Problem] with
// ExitNotFound.
func Look(ctx context.Context, runs Runs, store Store, id string) (Current, error) {
	current := Current{WorkflowID: id}
	description, err := find(ctx, runs, id)
	if errors.Is(err, ErrNoRun) {
		return lookInStore(ctx, store, id)
	}
	if err != nil {
		return current, err
	}
	id, current.WorkflowID = description.WorkflowID, description.WorkflowID
	current.Open = description.Open()
	if !current.Open {
		current.Result, err = runs.Wait(ctx, id)
		return current, err
	}
	current.Result, err = runs.Progress(ctx, id)
	if errors.Is(err, ErrNoAnswer) {
		current.Result, current.Note, err = description.result(), noWorkerNote, nil
	}
	current.Result = withNames(id, current.Result)
	return current, err
}

// look finds the run that is named, in what it was found, and says where its
// figures come from when that is not where they usually do.
func (a runArgument) look(ctx context.Context, d desk) (Runs, Store, Current, error) {
	id, err := a.id(d.merchant)
	if err != nil {
		return nil, nil, Current{}, err
	}
	runs, store, err := d.backends(ctx)
	if err != nil {
		return nil, nil, Current{}, err
	}
	current, err := Look(ctx, runs, store, id)
	if err == nil && current.Note != "" {
		d.say("%s", current.Note)
	}
	return runs, store, current, err
}

// find looks a run up by its workflow id, then by its key: the id of a run that
// a Schedule started holds a time with colons, which are hyphens in its key.
func find(ctx context.Context, runs Runs, id string) (Description, error) {
	description, err := runs.Describe(ctx, id)
	merchant, key, parseErr := workflows.ParseRunID(id)
	if !errors.Is(err, ErrNoRun) || parseErr != nil {
		return description, err
	}
	query, _ := listQuery(merchant, "")
	found, listErr := runs.List(ctx, query+" AND "+workflows.RunAttribute.GetName()+" = '"+key+"'", 2)
	if listErr != nil || len(found) != 1 {
		return description, err
	}
	return found[0], nil
}

const noWorkerNote = "no worker answers on task queue " + workflows.TaskQueue + ": these are the figures that Temporal has noted last"

func lookInStore(ctx context.Context, store Store, id string) (Current, error) {
	merchant, key, err := workflows.ParseRunID(id)
	if err != nil {
		return Current{}, usageProblem("name a run by its key or by run/<merchant>/<key>", "%v", err)
	}
	result, err := storedResult(ctx, store, merchant, key)
	if errors.Is(err, storage.ErrNotFound) {
		return Current{}, &Problem{
			Code:    ExitNotFound,
			Message: fmt.Sprintf("there is no run %s of merchant %s", key, merchant),
			Hint:    "starter list shows the runs that Temporal keeps",
			Cause:   err,
		}
	}
	return Current{WorkflowID: id, Result: result, Note: "Temporal no longer keeps this run: this is the result that it left in the label store"}, err
}
