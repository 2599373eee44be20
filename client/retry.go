package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

const (
	maxRetries   = 1000
	maxKeyLength = 64
)

// RetryInput names the orders without a label; nil when there are none. A run
// that failed before it had a manifest is asked for again as a whole.
func RetryInput(ctx context.Context, runs Runs, store Store, current Current, connection string) (*contract.LabelRunInput, error) {
	input, err := originalRequest(ctx, runs, store, current)
	if err != nil {
		return nil, err
	}
	if input.Plan {
		return nil, &RequestError{Field: "plan", Problem: fmt.Sprintf("run %s was only a plan: there is nothing to try again", current.Result.Run)}
	}
	if current.Result.Manifest.JSON == "" {
		return wholeRequest(ctx, store, input, connection)
	}
	manifest, err := ReadManifest(ctx, store, current.Result)
	if err != nil {
		return nil, err
	}
	orders := unlabelled(manifest, connection)
	if len(orders) == 0 {
		return nil, nil
	}
	input.Orders, input.OrdersKey, input.Connections, input.Warehouse = orders, "", nil, ""
	if len(orders) > max(input.Max, contract.DefaultMax) {
		input.Max = -1
	}
	return &input, nil
}

func wholeRequest(ctx context.Context, store Store, input contract.LabelRunInput, connection string) (*contract.LabelRunInput, error) {
	orders, err := namedOrders(ctx, store, input)
	if err != nil {
		return nil, err
	}
	input.Orders, input.OrdersKey = orders, ""
	if connection != "" {
		input.Connections = []string{connection}
	}
	return &input, nil
}

func originalRequest(ctx context.Context, runs Runs, store Store, current Current) (contract.LabelRunInput, error) {
	input, err := runs.Request(ctx, current.WorkflowID)
	if errors.Is(err, ErrNoRun) {
		err = store.Get(ctx, storage.RunRequest(current.Result.Merchant, current.Result.Run), &input)
	}
	return input, err
}

// unlabelled names the orders of a manifest that have no label, of one
// connection or of all.
func unlabelled(manifest contract.Manifest, connection string) []contract.OrderReference {
	return lo.FilterMap(manifest.Rows, func(r contract.ManifestRow, _ int) (contract.OrderReference, bool) {
		without := r.Outcome != contract.Labelled && r.Outcome != contract.AlreadyPrinted
		name := cmp.Or(r.ID, r.Code, r.OrderNumber)
		return contract.OrderReference{Order: name, Connection: r.ConnectionID},
			without && name != "" && (connection == "" || r.ConnectionID == connection)
	})
}

var retryKey = regexp.MustCompile(`^(.+)-retry-\d+$`)

// NextRetryKey is <key>-retry-N with the first N that no run has had, or that
// of a retry that is still open: two at a time would do the same.
func NextRetryKey(ctx context.Context, runs Runs, store Store, merchant, key string) (string, error) {
	if parts := retryKey.FindStringSubmatch(key); parts != nil {
		key = parts[1]
	}
	for n := 1; n <= maxRetries; n++ {
		end := "-retry-" + strconv.Itoa(n)
		candidate := key[:min(len(key), maxKeyLength-len(end))] + end
		description, err := runs.Describe(ctx, contract.RunID(merchant, candidate))
		if err == nil && description.Open() {
			return candidate, nil
		}
		if errors.Is(err, ErrNoRun) {
			var earlier contract.LabelRunInput
			if err = store.Get(ctx, storage.RunRequest(merchant, candidate), &earlier); errors.Is(err, storage.ErrNotFound) {
				return candidate, nil
			}
		}
		if err != nil {
			return "", err
		}
	}
	return "", &RequestError{Field: "retry", Problem: fmt.Sprintf("run %s has been tried again %d times", key, maxRetries)}
}
