package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
)

type retryCommand struct {
	runArgument
	Connection string `placeholder:"ID" help:"Only the orders of this connection."`
	Key        string `placeholder:"KEY" help:"Key of the new run, when the run is closed; default <key>-retry-N."`
	Wait       bool   `help:"Show progress and wait for the result."`
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
func (c *retryCommand) within(ctx context.Context, d desk, runs client.Runs, current client.Current) error {
	answer, err := runs.Retry(ctx, current.WorkflowID, contract.RetryRequest{Connection: c.Connection})
	if err != nil {
		return retryProblem(current, err)
	}
	d.say("run %s tries again: %s", current.Result.Run, cmp.Or(strings.Join(answer.Connections, ", "), "nothing: no connection has failed orders"))
	if c.Wait {
		result, err := d.follow(ctx, runs, current.WorkflowID)
		if err != nil {
			return err
		}
		return d.finish(result, c.JSON)
	}
	if c.JSON {
		return d.printJSON(announcement{client.FillIn(current.Result), current.WorkflowID})
	}
	return nil
}

func retryProblem(current client.Current, err error) error {
	var refused *temporal.ApplicationError
	switch {
	case errors.Is(err, client.ErrNoAnswer):
		return &Problem{Code: ExitError, Message: "the run is open and no worker answers", Hint: "is a worker running on task queue " + contract.TaskQueue + "?", Cause: err}
	case errors.As(err, &refused):
		return &Problem{
			Code: ExitError, Message: refused.Message(), Cause: err,
			Hint: fmt.Sprintf("starter show %s; when the run is over, starter retry starts a new one", current.WorkflowID),
		}
	}
	return err
}

// anew starts a new run for what a closed one left without a label.
func (c *retryCommand) anew(ctx context.Context, d desk, runs client.Runs, store client.Store, current client.Current) error {
	input, err := client.RetryInput(ctx, runs, store, current, c.Connection)
	if err != nil {
		return err
	}
	if input == nil {
		d.say("run %s has no order without a label: there is nothing to retry", current.Result.Run)
		return nil
	}
	key := c.Key
	if key == "" {
		if key, err = client.NextRetryKey(ctx, runs, store, input.Merchant, current.Result.Run); err != nil {
			return err
		}
	}
	started, err := client.Start(ctx, runs, store, key, *input)
	if err != nil {
		return err
	}
	return d.afterStart(ctx, runs, store, started, c.Wait, c.JSON)
}
