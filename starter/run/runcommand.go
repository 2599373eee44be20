package run

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/printing"
	"github.com/despacho/despacho/starter/tables"
	"github.com/despacho/despacho/starter/terminal"
)

// requestFlags say what a run is to do, whoever starts it.
type requestFlags struct {
	Connection     []string `sep:"none" placeholder:"ID" help:"Only this marketplace connection; can be repeated."`
	Warehouse      string   `placeholder:"ID" help:"Only delivery orders of this warehouse, as the delivery or its items name it; one in several is held back."`
	Since          Span     `placeholder:"7d" help:"How far back an order may have been made (90m, 24h, 7d); default 7d."`
	Within         Span     `placeholder:"2h" help:"After how long the run publishes what is there; default 2h."`
	Max            int      `placeholder:"2000" help:"Refuse a run of more orders; default 2000; above that, --yes is needed."`
	Yes            bool     `help:"Allow more than 2000 orders."`
	IncludePrinted bool     `help:"Also ask the hub for orders that it lists as printed."`
	Reprint        bool     `help:"Include labels that an earlier run already published."`
	Format         string   `enum:"zpl,pdf" default:"zpl" placeholder:"zpl" help:"Preferred format of the printed labels, zpl or pdf; default zpl."`
	printing.Flags
}

type runCommand struct {
	Order       []string `sep:"none" placeholder:"ID" help:"Only this order: delivery order id or code, checkout id, the marketplace's order number, or PackageId; can be repeated."`
	OrdersFile  string   `placeholder:"FILE" help:"Only the orders of this file: CSV or XLSX with a header, or a JSON array; column order and, if wanted, connection."`
	NotVerified bool     `help:"Ask for the labels of these orders although the hub does not show their sale as verified. Needs --order or --orders-file."`
	requestFlags
	Key  string `placeholder:"KEY" help:"Key of the run: the same key gives the same run. Made and printed when left out."`
	Plan bool   `help:"Say what would be sent and asked, and do nothing."`
	Wait bool   `help:"Show progress and wait for the result."`
	JSON bool   `name:"json" help:"Print the result as JSON on stdout."`
}

// Run starts a run and, when asked to, follows it to its end.
func (c *runCommand) Run(ctx context.Context, d desk) error {
	key := c.key(d.Now())
	if err := client.CheckNames(d.merchant, key); err != nil {
		return err
	}
	input, err := c.request(d)
	if err != nil {
		return err
	}
	bins, err := c.ReadBins()
	if err != nil {
		return err
	}
	runs, store, err := d.backends(ctx)
	if err != nil {
		return err
	}
	if input.BinsKey, err = client.PutBins(ctx, store, input.Merchant, key, bins); err != nil {
		return err
	}
	started, err := client.Start(ctx, runs, store, key, input)
	if err != nil {
		return err
	}
	return d.afterStart(ctx, runs, store, started, c.Wait || c.Plan, c.JSON)
}

// key is the run's key; a plan has one of its own, so that the run's stays free.
func (c *runCommand) key(now time.Time) string {
	key := cmp.Or(c.Key, contract.NewKey(now))
	if c.Plan {
		return "plan-" + key
	}
	return key
}

// request is what the flags ask for.
func (c *runCommand) request(d desk) (contract.LabelRunInput, error) {
	orders, err := c.orders(d)
	if err != nil {
		return contract.LabelRunInput{}, err
	}
	if c.NotVerified && len(orders) == 0 {
		return contract.LabelRunInput{}, usageProblem("name the orders with --order or --orders-file", "--not-verified is for orders that are named")
	}
	input, err := c.requestFlags.request(d.merchant, len(orders))
	input.Orders, input.Plan, input.NotVerified = orders, c.Plan, c.NotVerified
	return input, err
}

// request is what the flags ask for; named is how many orders are named besides.
func (f *requestFlags) request(merchant string, named int) (contract.LabelRunInput, error) {
	for _, id := range f.Connection {
		if complaint := tables.CheckID(id); complaint != "" {
			return contract.LabelRunInput{}, usageProblem("", "--connection %q: %s", id, complaint)
		}
	}
	limit, err := f.limit(named)
	if err != nil {
		return contract.LabelRunInput{}, err
	}
	printing, err := f.Printing()
	return contract.LabelRunInput{
		Merchant: merchant, Connections: lo.Uniq(f.Connection), Warehouse: f.Warehouse,
		Since: contract.Duration(f.Since), Within: contract.Duration(f.Within), Max: limit,
		IncludePrinted: f.IncludePrinted, Reprint: f.Reprint, Format: f.Format, Printing: printing,
	}, err
}

func (c *runCommand) orders(d desk) ([]contract.OrderReference, error) {
	orders := lo.Map(c.Order, func(id string, _ int) contract.OrderReference { return contract.OrderReference{Order: id} })
	for _, reference := range orders {
		if complaint := tables.CheckReference(reference); complaint != "" {
			return nil, usageProblem("", "--order %q: %s", reference.Order, complaint)
		}
	}
	if c.OrdersFile == "" {
		return lo.Uniq(orders), nil
	}
	listed, err := tables.ReadOrders(c.OrdersFile)
	if err != nil {
		return nil, err
	}
	d.sayLeftAlone(c.OrdersFile, listed.LeftAlone)
	if listed.Repeated > 0 {
		d.say("%s: %s skipped, because the same order is listed more than once", c.OrdersFile, terminal.Count(listed.Repeated, "row"))
	}
	return lo.Uniq(append(orders, listed.Orders...)), nil
}

// limit is the most orders that the run may take up; zero leaves it to the run.
func (f *requestFlags) limit(named int) (int, error) {
	switch {
	case f.Max < 0:
		return 0, usageProblem("", "--max %d: must be at least 1", f.Max)
	case f.Max > contract.DefaultMax && !f.Yes:
		return 0, usageProblem("add --yes if you mean it", "--max %d is more than %d orders", f.Max, contract.DefaultMax)
	case named > contract.DefaultMax && !f.Yes:
		return 0, usageProblem("add --yes if you mean it", "%d orders are named, more than %d", named, contract.DefaultMax)
	case f.Max > 0 && named > f.Max:
		return 0, usageProblem("name fewer orders or raise --max", "%d orders are named, more than --max %d", named, f.Max)
	case f.Max == 0 && named > contract.DefaultMax:
		return -1, nil
	}
	return f.Max, nil
}

// afterStart says what was started and, when asked to, waits for its end.
func (d desk) afterStart(ctx context.Context, runs client.Runs, store client.Store, started client.Started, wait, asJSON bool) error {
	if !started.Created {
		d.say("run %s exists with the same request: following it", started.Run)
	}
	if started.Ended != nil {
		return d.finish(*started.Ended, asJSON)
	}
	if !started.Created && !wait {
		return d.showJoined(ctx, runs, store, started, asJSON)
	}
	if !wait {
		return d.announce(started, asJSON)
	}
	if started.Created {
		d.say("run %s started: %s", started.Run, started.WorkflowID)
	}
	result, err := d.follow(ctx, runs, started.WorkflowID)
	if err != nil {
		return err
	}
	return d.finish(result, asJSON)
}

func (d desk) follow(ctx context.Context, runs client.Runs, id string) (contract.RunResult, error) {
	result, err := terminal.Follow(ctx, runs, id, terminal.NewProgress(d.Err), d.FollowEvery)
	if err != nil && ctx.Err() != nil {
		return result, &Problem{
			Code: ExitInterrupted, Message: "no longer waiting; the run goes on",
			Hint: fmt.Sprintf("starter show %s, or starter cancel %s", id, id), Cause: err,
		}
	}
	return result, err
}

// announcement is a result of a run that has only begun.
type announcement struct {
	contract.RunResult
	WorkflowID string `json:"workflow_id"`
}

func (d desk) announce(started client.Started, asJSON bool) error {
	if asJSON {
		result := client.WithNames(started.WorkflowID, contract.RunResult{State: contract.RunRunning})
		return d.printJSON(announcement{result, started.WorkflowID})
	}
	d.print("run %s started for merchant %s", started.Run, started.Merchant)
	d.print("workflow id  %s", started.WorkflowID)
	d.print("follow it    starter show %s", started.WorkflowID)
	return nil
}

func (d desk) showJoined(ctx context.Context, runs client.Runs, store client.Store, started client.Started, asJSON bool) error {
	current, err := client.Look(ctx, runs, store, started.WorkflowID)
	if err != nil {
		return err
	}
	if note := terminal.SourceNote(current.Source); note != "" {
		d.say("%s", note)
	}
	if asJSON && current.Open {
		return d.printJSON(announcement{current.Result, started.WorkflowID})
	}
	return d.finish(current.Result, asJSON)
}

// finish prints a result and ends with its exit code.
func (d desk) finish(result contract.RunResult, asJSON bool) error {
	result = client.FillIn(result)
	if asJSON {
		if err := d.printJSON(result); err != nil {
			return err
		}
	} else if err := d.printResult(result); err != nil {
		return err
	}
	code := ExitCode(result)
	if code == ExitIncomplete && !asJSON {
		d.print("\nstarter show %s says why orders have no label", contract.RunID(result.Merchant, result.Run))
	}
	if code != ExitComplete {
		return exitCode(code)
	}
	return nil
}

func (d desk) printResult(result contract.RunResult) error {
	d.print("run %s of merchant %s: %s", terminal.Plain(result.Run), terminal.Plain(result.Merchant), result.State)
	if err := terminal.WriteTable(d.Out, result); err != nil {
		return err
	}
	if result.LeftOut > 0 {
		d.print("\nleft out because they are older than the window: %s; --since includes them", terminal.Count(result.LeftOut, "order"))
	}
	terminal.WritePlan(d.Out, result)
	if len(result.Files) > 0 {
		d.print("\nstarter download %s --to FOLDER fetches the files", contract.RunID(result.Merchant, result.Run))
	}
	return nil
}
