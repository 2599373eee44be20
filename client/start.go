package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// Started is a run that was started, or one that was there already with the same request.
type Started struct {
	Run        string
	Merchant   string
	WorkflowID string
	// Created is false when the run was there already.
	Created bool
	// Ended is the result of a run that is over and that Temporal no longer keeps.
	Ended *contract.RunResult
}

// Start starts a run, or joins the one that has this key and the same request.
// Orders beyond 100 go into an object of the store first. Another request
// under the same key is a [ConflictError].
func Start(ctx context.Context, runs Runs, store Store, key string, input contract.LabelRunInput) (Started, error) {
	started := Started{Run: key, Merchant: input.Merchant, WorkflowID: contract.RunID(input.Merchant, key)}
	if err := CheckNames(input.Merchant, key); err != nil {
		return started, err
	}
	input, err := withOrdersObject(ctx, store, key, input)
	if err != nil {
		return started, err
	}
	if _, err := runs.Describe(ctx, started.WorkflowID); err == nil {
		return started, joinRun(ctx, runs, started.WorkflowID, input)
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
		return started, joinRun(ctx, runs, started.WorkflowID, input)
	}
	started.Created = err == nil
	return started, err
}

// CheckNames says what is wrong with the names of connections or orders in a request.
func CheckNames(merchant, key string) error {
	if merchant == "" {
		return &RequestError{Field: "merchant", Problem: "there is no merchant"}
	}
	if !contract.ValidKey(merchant) {
		return &RequestError{Field: "merchant", Problem: fmt.Sprintf("merchant %q is not an id: 1 to 64 letters, digits, dots, hyphens and underscores", merchant)}
	}
	if !contract.ValidKey(key) || strings.Trim(key, ".") == "" || strings.Contains(key, "..") {
		return &RequestError{Field: "key", Problem: fmt.Sprintf("key %q: 1 to 64 letters, digits, dots, hyphens and underscores are needed", key)}
	}
	return nil
}

// joinRun holds the request of the run that is there against ours.
func joinRun(ctx context.Context, runs Runs, id string, input contract.LabelRunInput) error {
	there, err := runs.Request(ctx, id)
	if err != nil {
		return err
	}
	return sameOrConflict(id, there, input)
}

func sameOrConflict(id string, there, input contract.LabelRunInput) error {
	there.Merchant = cmp.Or(there.Merchant, input.Merchant) // the id names it too
	if there.SameAs(input) {
		return nil
	}
	return &ConflictError{WorkflowID: id, Differences: there.Differences(input)}
}

// recorded finds the request and the result of a run that Temporal has
// forgotten by the objects that it left. Without them the request stays ours.
func recorded(ctx context.Context, store Store, key string, input contract.LabelRunInput) (contract.LabelRunInput, *contract.RunResult, error) {
	var there contract.LabelRunInput
	err := store.Get(ctx, storage.RunRequest(input.Merchant, key), &there)
	if errors.Is(err, storage.ErrNotFound) {
		return input, nil, nil
	}
	if err != nil {
		return input, nil, err
	}
	if err := sameOrConflict(contract.RunID(input.Merchant, key), there, input); err != nil {
		return input, nil, err
	}
	result, err := storedResult(ctx, store, input.Merchant, key)
	if errors.Is(err, storage.ErrNotFound) {
		return there, nil, nil
	}
	return there, &result, err
}

func storedResult(ctx context.Context, store Store, merchant, key string) (contract.RunResult, error) {
	var result contract.RunResult
	err := store.Get(ctx, storage.RunOutcome(merchant, key, "result"), &result)
	return WithNames(contract.RunID(merchant, key), result), err
}

// withOrdersObject moves orders that are too many for an input into an object.
func withOrdersObject(ctx context.Context, store Store, key string, input contract.LabelRunInput) (contract.LabelRunInput, error) {
	input.Orders = input.Canonical().Orders
	if len(input.Orders) <= contract.OrdersInInput {
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
func namedOrders(ctx context.Context, store Store, input contract.LabelRunInput) ([]contract.OrderReference, error) {
	if input.OrdersKey == "" {
		return input.Orders, nil
	}
	var orders []contract.OrderReference
	err := store.Get(ctx, input.OrdersKey, &orders)
	return orders, err
}
