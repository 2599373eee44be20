package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"syscall"
	"text/tabwriter"
	"time"

	"go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

// figures are what a run cost.
type figures struct {
	labels       int
	run, process time.Duration
	hub          hubFigures
	activities   int    // scheduled, over all workflows of the run
	longest      int64  // events in the largest history
	longestName  string // its workflow
	memory       int64  // the process's peak, bytes
	partly       bool   // an earlier process began the run
}

// hubFigures count calls to the hub: in all, and those for connections whose channel hears of a
// status before or after the label, with the labels of those.
type hubFigures struct {
	all                 int
	split               bool // the sandbox tells them apart by connection
	with, without       float64
	withStatus, outside int // labels
}

// measure reads what the run cost from Temporal's histories, the hub's counts and the system.
func (w *workbench) measure(ctx context.Context, id string, result contract.RunResult) (figures, error) {
	run, err := w.runs().Describe(ctx, id)
	if err != nil {
		return figures{}, err
	}
	f := figures{
		labels: result.Outcomes[contract.Labelled], run: run.Closed.Sub(run.Started), process: time.Since(w.begun),
		memory: peakMemory(), partly: run.Started.Before(w.begun),
	}
	if f.hub, err = w.hubFigures(ctx, result); err != nil {
		return f, err
	}
	return f, w.countHistories(ctx, &f, result)
}

func (w *workbench) hubFigures(ctx context.Context, result contract.RunResult) (f hubFigures, err error) {
	if w.from.calls == nil {
		f.all, err = w.countedByWorker(ctx)
		return f, err
	}
	f.split = true
	calls, shared := w.from.calls.byConnection()
	f.all = shared
	labels := max(result.Outcomes[contract.Labelled], 1)
	for _, c := range result.Connections {
		labelled := c.Outcomes[contract.Labelled]
		count := float64(calls[c.ID]) + float64(shared*labelled)/float64(labels)
		f.all += calls[c.ID]
		if channel := channels.BySlug(c.Channel); channel.StatusFirst != "" || channel.StatusAfter != "" {
			f.with, f.withStatus = f.with+count, f.withStatus+labelled
		} else {
			f.without, f.outside = f.without+count, f.outside+labelled
		}
	}
	return f, nil
}

// countHistories goes through the histories of all workflows of the run.
func (w *workbench) countHistories(ctx context.Context, f *figures, result contract.RunResult) error {
	query := fmt.Sprintf("%s = '%s' AND %s = '%s'", contract.RunAttribute.GetName(), result.Run,
		contract.MerchantAttribute.GetName(), result.Merchant)
	for page := []byte(nil); ; {
		answer, err := w.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, NextPageToken: page})
		if err != nil {
			return err
		}
		for _, execution := range answer.GetExecutions() {
			if err := w.countHistory(ctx, f, execution); err != nil {
				return err
			}
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			return nil
		}
	}
}

func (w *workbench) countHistory(ctx context.Context, f *figures, execution *workflowpb.WorkflowExecutionInfo) error {
	id, run := execution.GetExecution().GetWorkflowId(), execution.GetExecution().GetRunId()
	history := w.temporal.GetWorkflowHistory(ctx, id, run, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	events := int64(0)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			return err
		}
		events = event.GetEventId()
		if event.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED {
			f.activities++
		}
	}
	if events > f.longest {
		f.longest, f.longestName = events, execution.GetType().GetName()
	}
	return nil
}

// peakMemory is the most that this process ever had resident, in bytes.
func peakMemory() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}

// write shows the figures in a small table.
func (f figures) write(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintf(table, "\nWhat it took\n")
	fmt.Fprintf(table, "  seconds\t%.1f\tof the run; %.1f since the servers were up\n", f.run.Seconds(), f.process.Seconds())
	switch {
	case f.partly:
		fmt.Fprintf(table, "  hub calls\t%d\tby this process; another began the run\n", f.hub.all)
	case f.hub.split:
		fmt.Fprintf(table, "  hub calls per label\t%s\twithout a status (%d labels)\n", ratio(f.hub.without, f.hub.outside), f.hub.outside)
		fmt.Fprintf(table, "  \t%s\twith a status (%d labels)\n", ratio(f.hub.with, f.hub.withStatus), f.hub.withStatus)
	default:
		fmt.Fprintf(table, "  hub calls per label\t%s\tover all channels\n", ratio(float64(f.hub.all), f.labels))
	}
	fmt.Fprintf(table, "  activities per label\t%s\t%d scheduled\n", ratio(float64(f.activities), f.labels), f.activities)
	fmt.Fprintf(table, "  events\t%d\tin the largest history, a %s\n", f.longest, f.longestName)
	fmt.Fprintf(table, "  peak memory\t%d MB\tof this process, the servers included\n", f.memory>>20)
}

func ratio(count float64, labels int) string {
	if labels == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", count/float64(labels))
}
