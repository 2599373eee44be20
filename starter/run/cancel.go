package run

import (
	"context"
	"errors"

	"github.com/despacho/despacho/client"
)

type cancelCommand struct {
	runArgument
	Wait bool `help:"Wait until the run has ended and show its result."`
	JSON bool `name:"json" help:"With --wait: print the result as JSON on stdout."`
}

// Run asks for cancellation. A run that is over stays as it is.
func (c *cancelCommand) Run(ctx context.Context, d desk) error {
	id, err := c.id(d.merchant)
	if err != nil {
		return err
	}
	runs, err := d.Runs(ctx)
	if err != nil {
		return err
	}
	description, err := client.Find(ctx, runs, id)
	if errors.Is(err, client.ErrNoRun) {
		return &Problem{Code: ExitNotFound, Message: "there is no run " + id, Hint: "starter list shows the runs that Temporal keeps", Cause: err}
	}
	if err != nil {
		return err
	}
	if !description.Open() {
		return &Problem{Code: ExitError, Message: "run " + description.Run + " is over already: " + string(description.State), Hint: "starter show " + id}
	}
	id = description.WorkflowID
	if err := runs.Cancel(ctx, id); err != nil {
		return err
	}
	d.say("run %s: asked to end; what it has published stays, labels that are there are used by the next run", description.Run)
	if !c.Wait {
		return nil
	}
	result, err := d.follow(ctx, runs, id)
	if err != nil {
		return err
	}
	return d.finish(result, c.JSON)
}
