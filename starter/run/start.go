package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

// Started is a run that was started, or one that was there already with the same request.
type Started struct {
	Run        string
	Merchant   string
	WorkflowID string
	// Created is false when the run was there already.
	Created bool
	// Ended is the result of a run that is over and that Temporal no longer keeps.
	Ended *books.Result
}

// Start starts a run, or joins the one that has this key and the same request.
// Orders beyond 100 go into an object of the store first. Another request
// under the same key is a [Problem] with ExitConflict.
func Start(ctx context.Context, runs Runs, store Store, key string, input workflows.LabelRunInput) (Started, error) {
	started := Started{Run: key, Merchant: input.Merchant, WorkflowID: workflows.RunID(input.Merchant, key)}
	if err := checkNames(input.Merchant, key); err != nil {
		return started, err
	}
	input, err := withOrdersObject(ctx, store, key, input)
	if err != nil {
		return started, err
	}
	if _, err := runs.Describe(ctx, started.WorkflowID); err == nil {
		return started, join(ctx, runs, started.WorkflowID, input)
	} else if !errors.Is(err, ErrNoRun) {
		return started, err
	}
	input, over, err := recorded(ctx, store, key, input)
	if err != nil || over != nil {
		started.Ended = over
		return started, err
	}
	err = runs.Start(ctx, started.WorkflowID, input)
	if errors.Is(err, ErrRunExists) {
		return started, join(ctx, runs, started.WorkflowID, input)
	}
	started.Created = err == nil
	return started, err
}

func checkNames(merchant, key string) error {
	if merchant == "" {
		return usageProblem("give --merchant ID or set DESPACHO_MERCHANT", "there is no merchant")
	}
	if !workflows.ValidKey(merchant) {
		return usageProblem("it is the hub's id of the merchant", "merchant %q is not an id: 1 to 64 letters, digits, dots, hyphens and underscores", merchant)
	}
	if !workflows.ValidKey(key) || strings.Trim(key, ".") == "" || strings.Contains(key, "..") {
		return usageProblem("leave --key out and one is made", "key %q: 1 to 64 letters, digits, dots, hyphens and underscores are needed", key)
	}
	return nil
}

// join holds the request of the run that is there against ours.
func join(ctx context.Context, runs Runs, id string, input workflows.LabelRunInput) error {
	there, err := runs.Request(ctx, id)
	if err != nil {
		return err
	}
	return sameOrConflict(id, there, input)
}

func sameOrConflict(id string, there, input workflows.LabelRunInput) error {
	there.Merchant = orDefault(there.Merchant, input.Merchant) // the id names it too
	if sameRequest(there, input) {
		return nil
	}
	return &Problem{
		Code:    ExitConflict,
		Message: fmt.Sprintf("%s is there already with another request: it differs in %s", id, strings.Join(differences(there, input), ", ")),
		Hint:    "choose another --key, or leave it out and one is made",
	}
}

// recorded finds the request and the result of a run that Temporal has
// forgotten by the objects that it left. Without them the request stays ours.
func recorded(ctx context.Context, store Store, key string, input workflows.LabelRunInput) (workflows.LabelRunInput, *books.Result, error) {
	var there workflows.LabelRunInput
	err := store.Get(ctx, storage.RunRequest(input.Merchant, key), &there)
	if errors.Is(err, storage.ErrNotFound) {
		return input, nil, nil
	}
	if err != nil {
		return input, nil, err
	}
	if err := sameOrConflict(workflows.RunID(input.Merchant, key), there, input); err != nil {
		return input, nil, err
	}
	result, err := storedResult(ctx, store, input.Merchant, key)
	if errors.Is(err, storage.ErrNotFound) {
		return there, nil, nil
	}
	return there, &result, err
}

func storedResult(ctx context.Context, store Store, merchant, key string) (books.Result, error) {
	var result books.Result
	err := store.Get(ctx, storage.RunOutcome(merchant, key, "result"), &result)
	return withNames(workflows.RunID(merchant, key), result), err
}

// withOrdersObject moves orders that are too many for an input into an object.
func withOrdersObject(ctx context.Context, store Store, key string, input workflows.LabelRunInput) (workflows.LabelRunInput, error) {
	input.Orders = sortedOrders(input.Orders)
	if len(input.Orders) <= maxInputOrders {
		return input, nil
	}
	data, err := json.Marshal(input.Orders)
	if err != nil {
		return input, err
	}
	file, err := store.PutBytes(ctx, storage.RunOrdersPrefix(input.Merchant, key), ".json", "application/json", data)
	if err != nil {
		return input, err
	}
	input.Orders, input.OrdersKey = nil, file.Key
	return input, nil
}

// namedOrders returns the orders that a request names, from its object too.
func namedOrders(ctx context.Context, store Store, input workflows.LabelRunInput) ([]activities.OrderReference, error) {
	if input.OrdersKey == "" {
		return input.Orders, nil
	}
	var orders []activities.OrderReference
	err := store.Get(ctx, input.OrdersKey, &orders)
	return orders, err
}
