package run

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/workflows"
)

const maxListed = 10_000

type listCommand struct {
	State string `enum:",running,waiting,paused,completed,cancelled,failed" default:"" placeholder:"STATE" help:"Only runs in this state: running, waiting, paused, completed, cancelled or failed."`
	Limit int    `default:"50" help:"At most this many; default 50."`
	JSON  bool   `name:"json" help:"Print JSON on stdout."`
}

// executionStatus is what Temporal calls a state of a run.
var executionStatus = map[books.RunState]string{
	books.RunRunning:   "ExecutionStatus = 'Running'",
	books.RunWaiting:   "ExecutionStatus = 'Running'",
	books.RunPaused:    "ExecutionStatus = 'Running'",
	books.RunCompleted: "ExecutionStatus = 'Completed'",
	books.RunCancelled: "ExecutionStatus = 'Canceled'",
	books.RunFailed:    "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')",
}

// Run lists the runs of a merchant, or of all when none is given.
func (c *listCommand) Run(ctx context.Context, d desk) error {
	if c.Limit < 1 || c.Limit > maxListed {
		return usageProblem("", "--limit %d: 1 to %d are possible", c.Limit, maxListed)
	}
	query, err := listQuery(d.merchant, books.RunState(c.State))
	if err != nil {
		return err
	}
	runs, err := d.Runs(ctx)
	if err != nil {
		return err
	}
	found, err := runs.List(ctx, query, c.Limit)
	if err != nil {
		return err
	}
	if c.State != "" {
		found = lo.Filter(found, func(r Description, _ int) bool { return r.State == books.RunState(c.State) })
	}
	if c.JSON {
		return d.printJSON(append([]Description{}, found...))
	}
	return d.printRuns(found)
}

// listQuery is the visibility query for a merchant's runs in a state; both may be empty.
func listQuery(merchant string, state books.RunState) (string, error) {
	conditions := []string{"WorkflowType = '" + labelRunType + "'"}
	if merchant != "" {
		if !workflows.ValidKey(merchant) {
			return "", usageProblem("it is the hub's id of the merchant", "merchant %q is not an id", merchant)
		}
		conditions = append(conditions, workflows.MerchantAttribute.GetName()+" = '"+merchant+"'")
	}
	if status := executionStatus[state]; status != "" {
		conditions = append(conditions, status)
	}
	return strings.Join(conditions, " AND "), nil
}

func (d desk) printRuns(runs []Description) error {
	if len(runs) == 0 {
		d.print("no runs")
		return nil
	}
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	writeCells(out, "run", "merchant", "state", "started", "took", "requested", "failed")
	for _, r := range runs {
		took := ""
		if !r.Closed.IsZero() {
			took = r.Closed.Sub(r.Started).Round(time.Second).String()
		}
		writeCells(out, plain(r.Run), plain(r.Merchant), string(r.State),
			r.Started.Local().Format("2006-01-02 15:04"), took, fmt.Sprint(r.Requested), fmt.Sprint(r.Failed))
	}
	return out.Flush()
}
