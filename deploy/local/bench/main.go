// Command bench measures a whole deployment on this machine: a storm of webhooks with the worker
// away, a change of status over all channels, one merchant's run beside another merchant's storm, runs
// held against what the hub itself needs, printing, what a label costs, a worker with many accounts, many merchants at once, and one
// large run. Each part can be had alone (--only), and its sizes are flags; the defaults are those of a
// large deployment and want a machine to match.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"
)

// flags say how much is measured; 0 leaves a part out.
type flags struct {
	Webhooks int           `default:"10000" help:"Orders that are told by webhook while no worker runs (default ${default})."`
	Within   time.Duration `default:"10s" help:"In how short a time they come (default ${default})."`

	Rows        int     `default:"1000" help:"Orders that can be labelled of which shipped is reported, with all others of their world (default ${default})."`
	StatusSpeed float64 `default:"20" help:"How many times as fast as ours the hub's clock runs meanwhile: our own slowness counts as many times (default ${default})."`

	Quiet int     `default:"60" help:"Orders of the merchant whose run is timed (default ${default})."`
	Storm int     `default:"1500" help:"Orders of the merchant that storms, and as many are sold meanwhile (default ${default})."`
	Speed float64 `default:"30" help:"How many times as fast as ours the hub's clock runs beside that storm (default ${default})."`

	Paced      int     `default:"510" help:"Orders of a run that is held against the hub's critical path, on a quick and on a slow hub (default ${default})."`
	QuickSpeed float64 `default:"30" help:"How many times as fast as ours the quick hub's clock runs; 0 leaves it out (default ${default})."`
	SlowSpeed  float64 `default:"30" help:"How many times as fast as ours the slow hub's clock runs; 0 leaves it out (default ${default})."`

	Pile    int `default:"500" help:"Labels of a pile that a printer of 100 ms a label prints (default ${default})."`
	Singles int `default:"40" help:"Single labels that are asked for after it, one after the other (default ${default})."`

	Runs      int     `default:"2" help:"Runs of which it is counted what their labels cost (default ${default})."`
	ARun      int     `default:"500" help:"Orders of each of them (default ${default})."`
	Lone      int     `default:"20" help:"Orders that are sold one by one before them (default ${default})."`
	Closed    int     `default:"600000" help:"Orders of sixty days before, all done, that lie in the store meanwhile (default ${default})."`
	Whole     int     `default:"100000" help:"Beside more of them the look through all orders counts as done (default ${default})."`
	Open      int     `default:"250" help:"Orders that wait for their label all the time meanwhile (default ${default})."`
	PerDay    int     `default:"10000" help:"Orders that this merchant sells in a day (default ${default})."`
	CostSpeed float64 `default:"30" help:"How many times as fast as ours the hub's clock runs meanwhile (default ${default})."`

	Accounts   int     `default:"1000" help:"Connected merchants for which one worker begins (default ${default})."`
	Merchants  int     `default:"100" help:"Merchants whose runs go on at the same time, one of them in a storm (default ${default})."`
	Each       int     `default:"2000" help:"Orders of each of them (default ${default})."`
	Large      int     `default:"50000" help:"Orders of one large run (default ${default})."`
	ScaleSpeed float64 `default:"600" help:"How many times as fast as ours the hub's clock runs in both (default ${default})."`

	Only     []string      `help:"Only these parts: webhooks, statuses, fairness, pace, printing, costs, accounts, scale, large."`
	Patience time.Duration `default:"30m" help:"How long each part may take (default ${default})."`
}

func main() {
	if os.Getenv(asWorker) != "" {
		if err := serveAsWorker(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		return
	}
	var given flags
	kong.Parse(&given, kong.Description("Measures a whole deployment on this machine."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := given.measure(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func (f flags) measure(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "despacho-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, part := range f.parts() {
		if len(f.Only) > 0 && !slices.Contains(f.Only, part.name) {
			continue
		}
		late := fmt.Errorf("not over after %v; give it longer with --patience, or make it smaller (--help)", f.Patience)
		bounded, cancel := context.WithTimeoutCause(ctx, f.Patience, late)
		err := part.measure(bounded, dir, out)
		if cause := context.Cause(bounded); err != nil && cause != nil && !errors.Is(err, cause) {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		cancel()
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// part is one of what is measured.
type part struct {
	name    string
	measure func(ctx context.Context, dir string, out io.Writer) error
}

func (f flags) parts() []part {
	return []part{
		{"webhooks", f.webhooks}, {"statuses", f.statuses}, {"fairness", f.fairness}, {"pace", f.pace}, {"printing", f.printing}, {"costs", f.costs}, {"accounts", f.accounts}, {"scale", f.scale}, {"large", f.large},
	}
}

func (f flags) webhooks(ctx context.Context, dir string, out io.Writer) error {
	if f.Webhooks == 0 {
		return nil
	}
	figures, err := storm(ctx, filepath.Join(dir, "storm"), f.Webhooks, f.Within)
	if err != nil {
		return err
	}
	return table(out, fmt.Sprintf("%d orders told by webhook in %v, the worker away and back", f.Webhooks, f.Within), [][2]string{
		{"notifications sent, answered 200", fmt.Sprintf("%d, %d", figures.Notifications, figures.Answered)},
		{"99 of 100 answered within, all within", fmt.Sprintf("%.0f ms, %.0f ms", figures.P99, figures.Slowest)},
		{"delivery orders, without a record", fmt.Sprintf("%d, %d", figures.Orders, figures.Lost)},
		{"first heard of by polling", fmt.Sprint(figures.ByPoll)},
		{"reads a sale", fmt.Sprintf("%.2f", float64(figures.SaleReads)/float64(max(figures.Sales, 1)))},
		{"from the worker's return to all taken up", fmt.Sprintf("%.1f s", figures.TakenUp.Seconds())},
		{"sales a second, the hub's limit", fmt.Sprintf("%.0f, %.0f", float64(figures.Sales)/figures.TakenUp.Seconds(), stormSpeed*4)},
		{"processor time of the whole meanwhile, of a sale", fmt.Sprintf("%.1f s, %.1f ms", figures.CPU.Seconds(), figures.CPU.Seconds()*1000/float64(max(figures.Sales, 1)))},
	})
}

func (f flags) statuses(ctx context.Context, dir string, out io.Writer) error {
	if f.Rows == 0 {
		return nil
	}
	figures, err := ship(ctx, filepath.Join(dir, "statuses"), f.Rows, f.StatusSpeed)
	if err != nil {
		return err
	}
	return table(out, fmt.Sprintf("Shipped, reported of %d orders of all channels, the hub %g times as fast", figures.Rows, f.StatusSpeed), [][2]string{
		{"outcomes", strings.Trim(fmt.Sprint(figures.Outcomes), "map[]")},
		{"other than the hub expects", fmt.Sprint(figures.Wrong)},
		{"statuses sent, calls for each", fmt.Sprintf("%d, %.2f", figures.Sent, figures.Calls)},
		{"known within half of the channel's delay and 60 s", fmt.Sprintf("%.1f %%", 100*float64(figures.InTime)/float64(max(figures.Known, 1)))},
		{"half known within, 95 of 100 (the hub's time)", fmt.Sprintf("%v, %v", figures.Half.Round(time.Second), figures.Most.Round(time.Second))},
		{"until every row had ended", fmt.Sprintf("%.1f s, %v of the hub's time", figures.Took.Seconds(), time.Duration(float64(figures.Took)*f.StatusSpeed).Round(time.Second))},
	})
}

func (f flags) fairness(ctx context.Context, dir string, out io.Writer) error {
	if f.Storm == 0 {
		return nil
	}
	figures, err := fairness{Speed: f.Speed, Orders: f.Quiet, Storm: f.Storm}.measure(ctx, dir)
	if err != nil {
		return err
	}
	return table(out, fmt.Sprintf("A run of %d orders beside a storm of %d waiting and %d coming of another merchant, the hub %g times as fast", f.Quiet, f.Storm, f.Storm, f.Speed), [][2]string{
		{"alone", fmt.Sprintf("%.1f s", figures.Alone.Seconds())},
		{"beside the storm", fmt.Sprintf("%.1f s", figures.Beside.Seconds())},
		{"ratio", fmt.Sprintf("%.2f", figures.ratio())},
		{"labels of the quiet merchant", fmt.Sprint(figures.Labelled)},
		{"of the other at that time: labels asked for, notifications", fmt.Sprintf("%d, %d", figures.StormLabelled, figures.StormNotifications)},
		{"the storm went on", fmt.Sprint(figures.StormIsRunning)},
	})
}

func table(out io.Writer, title string, rows [][2]string) error {
	fmt.Fprintf(out, "\n%s\n", title)
	aligned := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintf(aligned, "  %s\t%s\n", row[0], row[1])
	}
	return aligned.Flush()
}
