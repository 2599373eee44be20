package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// Current is where a run stands: its result when it is over, its progress when
// it is open.
type Current struct {
	WorkflowID string
	Result     contract.RunResult
	Open       bool
	Source     Source
}

// Source says where the figures of a run come from.
type Source int

// The sources.
const (
	// FromRun: the run has told them itself.
	FromRun Source = iota
	// FromTemporal: no worker answers, and Temporal has noted them last.
	FromTemporal
	// FromStore: Temporal no longer keeps the run, which has left its result in the label store.
	FromStore
)

// Look finds a run and says where it stands. A run that Temporal no longer
// keeps is read from the store; one that nobody knows is ErrNotFound.
func Look(ctx context.Context, runs Runs, store Store, id string) (Current, error) {
	current := Current{WorkflowID: id}
	description, err := Find(ctx, runs, id)
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
		current.Result, current.Source, err = description.result(), FromTemporal, nil
	}
	current.Result = WithNames(id, current.Result)
	return current, err
}

// Find looks a run up by its workflow id, then by its key: the id of a run that
// a Schedule started holds a time with colons, which are hyphens in its key.
func Find(ctx context.Context, runs Runs, id string) (Description, error) {
	description, err := runs.Describe(ctx, id)
	merchant, key, parseErr := contract.ParseRunID(id)
	if !errors.Is(err, ErrNoRun) || parseErr != nil {
		return description, err
	}
	query, _ := listQuery(merchant, "")
	found, listErr := runs.List(ctx, query+" AND "+contract.RunAttribute.GetName()+" = '"+key+"'", 2)
	if listErr != nil || len(found) != 1 {
		return description, err
	}
	return found[0], nil
}

func lookInStore(ctx context.Context, store Store, id string) (Current, error) {
	merchant, key, err := contract.ParseRunID(id)
	if err != nil {
		return Current{}, &RequestError{Field: "run", Problem: err.Error()}
	}
	result, err := storedResult(ctx, store, merchant, key)
	if errors.Is(err, storage.ErrNotFound) {
		return Current{}, fmt.Errorf("%w %s of merchant %s", ErrNotFound, key, merchant)
	}
	return Current{WorkflowID: id, Result: result, Source: FromStore}, err
}
