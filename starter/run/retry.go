package run

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.temporal.io/sdk/temporal"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

const (
	maxRetries   = 1000
	maxKeyLength = 64
)

type retryCommand struct {
	runArgument
	Connection string `placeholder:"ID" help:"Only the orders of this connection."`
	Key        string `placeholder:"KEY" help:"Key of the new run of a closed one; default <key>-retry-N."`
	Wait       bool   `help:"Wait for the end and show progress."`
	JSON       bool   `name:"json" help:"Print the result as JSON on stdout."`
}

// Run tries again what has no label.
func (c *retryCommand) Run(ctx context.Context, d desk) error {
	runs, store, current, err := c.look(ctx, d)
	if err != nil {
		return err
	}
	if current.Open {
		return c.within(ctx, d, runs, current)
	}
	return c.anew(ctx, d, runs, store, current)
}

// within has an open run try its failed orders again.
func (c *retryCommand) within(ctx context.Context, d desk, runs Runs, current Current) error {
	answer, err := runs.Retry(ctx, current.WorkflowID, workflows.RetryRequest{Connection: c.Connection})
	if err != nil {
		return retryProblem(current, err)
	}
	d.say("run %s tries again: %s", current.Result.Run, orDefault(strings.Join(answer.Connections, ", "), "nothing, no connection has failed orders"))
	if c.Wait {
		result, err := d.follow(ctx, runs, current.WorkflowID)
		if err != nil {
			return err
		}
		return d.finish(result, c.JSON)
	}
	if c.JSON {
		return d.printJSON(announcement{complete(current.Result), current.WorkflowID})
	}
	return nil
}

func retryProblem(current Current, err error) error {
	var refused *temporal.ApplicationError
	switch {
	case errors.Is(err, ErrNoAnswer):
		return &Problem{Code: ExitError, Message: "the run is open and no worker answers", Hint: "is a worker running on task queue " + workflows.TaskQueue + "?", Cause: err}
	case errors.As(err, &refused):
		return &Problem{
			Code: ExitError, Message: refused.Message(), Cause: err,
			Hint: fmt.Sprintf("starter show %s; when the run is over, starter retry makes a new one", current.WorkflowID),
		}
	}
	return err
}

// anew starts a new run for what a closed one left without a label.
func (c *retryCommand) anew(ctx context.Context, d desk, runs Runs, store Store, current Current) error {
	input, err := c.request(ctx, runs, store, current)
	if err != nil {
		return err
	}
	if input == nil {
		d.say("run %s has left no order without a label: there is nothing to try again", current.Result.Run)
		return nil
	}
	key := c.Key
	if key == "" {
		if key, err = nextRetryKey(ctx, runs, store, input.Merchant, current.Result.Run); err != nil {
			return err
		}
	}
	started, err := Start(ctx, runs, store, key, *input)
	if err != nil {
		return err
	}
	return d.afterStart(ctx, runs, store, started, c.Wait, c.JSON)
}

// request names the orders without a label; nil when there are none. A run
// that failed before it had a manifest is asked for again as a whole.
func (c *retryCommand) request(ctx context.Context, runs Runs, store Store, current Current) (*workflows.LabelRunInput, error) {
	input, err := originalRequest(ctx, runs, store, current)
	if err != nil {
		return nil, err
	}
	if input.Plan {
		return nil, usageProblem("starter run starts one", "run %s was only a plan: there is nothing to try again", current.Result.Run)
	}
	if current.Result.Manifest.JSON == "" {
		return c.wholeRequest(ctx, store, input)
	}
	manifest, err := readManifest(ctx, store, current.Result)
	if err != nil {
		return nil, expired(err)
	}
	orders := unlabelled(manifest, c.Connection)
	if len(orders) == 0 {
		return nil, nil
	}
	input.Orders, input.OrdersKey, input.Connections, input.Warehouse = orders, "", nil, ""
	if len(orders) > max(input.Max, workflows.DefaultMax) {
		input.Max = -1
	}
	return &input, nil
}

func (c *retryCommand) wholeRequest(ctx context.Context, store Store, input workflows.LabelRunInput) (*workflows.LabelRunInput, error) {
	orders, err := namedOrders(ctx, store, input)
	if err != nil {
		return nil, expired(err)
	}
	input.Orders, input.OrdersKey = orders, ""
	if c.Connection != "" {
		input.Connections = []string{c.Connection}
	}
	return &input, nil
}

func originalRequest(ctx context.Context, runs Runs, store Store, current Current) (workflows.LabelRunInput, error) {
	input, err := runs.Request(ctx, current.WorkflowID)
	if errors.Is(err, ErrNoRun) {
		err = store.Get(ctx, storage.RunRequest(current.Result.Merchant, current.Result.Run), &input)
	}
	return input, err
}

// unlabelled names the orders of a manifest that have no label, of one
// connection or of all.
func unlabelled(manifest books.Manifest, connection string) []activities.OrderReference {
	return lo.FilterMap(manifest.Rows, func(r books.Row, _ int) (activities.OrderReference, bool) {
		without := r.Outcome != books.Labelled && r.Outcome != books.AlreadyPrinted
		name, _ := lo.Coalesce(r.ID, r.Code, r.OrderNumber)
		return activities.OrderReference{Order: name, Connection: r.ConnectionID},
			without && name != "" && (connection == "" || r.ConnectionID == connection)
	})
}

var retryKey = regexp.MustCompile(`^(.+)-retry-\d+$`)

// nextRetryKey is <key>-retry-N with the first N that no run has had, or that
// of a retry that is still open: two at a time would do the same.
func nextRetryKey(ctx context.Context, runs Runs, store Store, merchant, key string) (string, error) {
	if parts := retryKey.FindStringSubmatch(key); parts != nil {
		key = parts[1]
	}
	for n := 1; n <= maxRetries; n++ {
		end := "-retry-" + strconv.Itoa(n)
		candidate := key[:min(len(key), maxKeyLength-len(end))] + end
		description, err := runs.Describe(ctx, workflows.RunID(merchant, candidate))
		if err == nil && description.Open() {
			return candidate, nil
		}
		if errors.Is(err, ErrNoRun) {
			var earlier workflows.LabelRunInput
			if err = store.Get(ctx, storage.RunRequest(merchant, candidate), &earlier); errors.Is(err, storage.ErrNotFound) {
				return candidate, nil
			}
		}
		if err != nil {
			return "", err
		}
	}
	return "", usageProblem("give --key", "run %s has been tried again %d times", key, maxRetries)
}
