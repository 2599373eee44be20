package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	starter "github.com/despacho/despacho/starter/run"
	"github.com/despacho/despacho/workflows"
)

// scheduleShown is the schedule that is made, and started once out of turn.
const scheduleShown = "demo"

// runOnSchedule makes a schedule, lets it start a run now, and follows that to its end.
func (w *workbench) runOnSchedule(ctx context.Context, out io.Writer) (books.Result, error) {
	fmt.Fprintln(out, "\nOn working days at 8:30 and 13:00, and once now: starter schedule set, starter schedule trigger")
	for _, arguments := range [][]string{
		{"schedule", "set", "--at", "08:30,13:00", "--days", "mon-fri", "--time-zone", "America/Santiago"},
		{"schedule", "trigger"},
	} {
		arguments = append(append([]string{"--merchant", w.from.merchant}, arguments...), "--name", scheduleShown)
		if code := w.starter(out).Main(ctx, arguments); code != starter.ExitComplete {
			return books.Result{}, errors.New("the schedule could not be made")
		}
	}
	id, err := w.scheduledRun(ctx)
	if err != nil {
		return books.Result{}, err
	}
	fmt.Fprintf(out, "Watch it: %s\n", runPage(w.running, id))
	result, err := starter.Follow(ctx, w.runs(), id, starter.NewProgress(io.Discard), progressEvery)
	if err != nil {
		return result, err
	}
	fmt.Fprintf(out, "  run %s: %d of %d orders labelled\n", result.Run, result.Outcomes[books.Labelled], result.Requested)
	return result, verdict(result)
}

// scheduledRun waits for the run that the schedule starts, and returns its workflow id.
func (w *workbench) scheduledRun(ctx context.Context) (string, error) {
	bounded, cancel := context.WithTimeout(ctx, hearWithin)
	defer cancel()
	query := fmt.Sprintf("WorkflowType = 'LabelRun' AND StartTime > '%s'", time.Now().Add(-time.Minute).UTC().Format(time.RFC3339))
	prefix := workflows.RunID(w.from.merchant, scheduleShown)
	for {
		found, err := w.runs().List(bounded, query, 10)
		if err != nil {
			return "", err
		}
		run, there := lo.Find(found, func(d starter.Description) bool { return strings.HasPrefix(d.WorkflowID, prefix+"-") })
		if there {
			return run.WorkflowID, nil
		}
		select {
		case <-bounded.Done():
			return "", fmt.Errorf("the schedule started no run: %w", context.Cause(bounded))
		case <-time.After(lookOften):
		}
	}
}
