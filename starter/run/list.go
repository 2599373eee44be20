package run

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
)

const maxListed = 10_000

type listCommand struct {
	State string `enum:"${run_state_enum}" default:"" placeholder:"STATE" help:"Only runs in this state: ${run_states}."`
	Limit int    `default:"50" help:"At most this many; default 50."`
	JSON  bool   `name:"json" help:"Print JSON on stdout."`
}

// Run lists the runs of a merchant, or of all when none is given.
func (c *listCommand) Run(ctx context.Context, d desk) error {
	if c.Limit < 1 || c.Limit > maxListed {
		return usageProblem("", "--limit %d: must be from 1 to %d", c.Limit, maxListed)
	}
	runs, err := d.Runs(ctx)
	if err != nil {
		return err
	}
	found, err := client.ListRuns(ctx, runs, d.merchant, contract.RunState(c.State), c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return d.printJSON(append([]client.Description{}, found...))
	}
	return d.printRuns(found)
}

func (d desk) printRuns(runs []client.Description) error {
	if len(runs) == 0 {
		d.print("no runs")
		return nil
	}
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	terminal.WriteCells(out, "run", "merchant", "state", "started", "took", "requested", "failed")
	for _, r := range runs {
		took := ""
		if !r.Closed.IsZero() {
			took = r.Closed.Sub(r.Started).Round(time.Second).String()
		}
		terminal.WriteCells(out, terminal.Plain(r.Run), terminal.Plain(r.Merchant), string(r.State),
			r.Started.Local().Format("2006-01-02 15:04"), took, fmt.Sprint(r.Requested), fmt.Sprint(r.Failed))
	}
	return out.Flush()
}
