package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/samber/lo"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
)

// scheduleShown is the schedule that is made, and started once out of turn.
const scheduleShown = "demo"

// runOnSchedule makes a schedule, lets it start a run now, and follows that to its end.
func (w *workbench) runOnSchedule(ctx context.Context, out io.Writer) (contract.RunResult, error) {
	fmt.Fprintln(out, "\nOn working days at 8:30 and 13:00, and once now: starter schedule set, starter schedule trigger")
	schedules := client.TemporalSchedules{Client: w.temporal}
	_, err := schedules.Set(ctx, client.ScheduledRuns{
		Merchant: w.from.merchant, Name: scheduleShown, Spec: workingDays(), CatchUp: time.Hour, Input: contract.LabelRunInput{Merchant: w.from.merchant},
	})
	if err == nil {
		err = schedules.Trigger(ctx, w.from.merchant, scheduleShown)
	}
	if err != nil {
		return contract.RunResult{}, fmt.Errorf("the schedule could not be made: %w", err)
	}
	fmt.Fprintf(out, "schedule %s of merchant %s made and triggered\n", scheduleShown, w.from.merchant)
	id, err := w.scheduledRun(ctx)
	if err != nil {
		return contract.RunResult{}, err
	}
	fmt.Fprintf(out, "Watch it: %s\n", runPage(w.running, id))
	result, err := terminal.Follow(ctx, w.runs(), id, terminal.NewProgress(io.Discard), progressEvery)
	if err != nil {
		return result, err
	}
	fmt.Fprintf(out, "  run %s: %d of %d orders labelled\n", result.Run, result.Outcomes[contract.Labelled], result.Requested)
	return result, verdict(result)
}

// workingDays is 8:30 and 13:00 in Santiago, from Monday to Friday.
func workingDays() sdk.ScheduleSpec {
	at := func(hour, minute int) sdk.ScheduleCalendarSpec {
		return sdk.ScheduleCalendarSpec{
			Hour: []sdk.ScheduleRange{{Start: hour}}, Minute: []sdk.ScheduleRange{{Start: minute}}, DayOfWeek: []sdk.ScheduleRange{{Start: 1, End: 5}},
		}
	}
	return sdk.ScheduleSpec{TimeZoneName: "America/Santiago", Calendars: []sdk.ScheduleCalendarSpec{at(8, 30), at(13, 0)}}
}

// scheduledRun waits for the run that the schedule starts, and returns its workflow id.
func (w *workbench) scheduledRun(ctx context.Context) (string, error) {
	bounded, cancel := context.WithTimeout(ctx, hearWithin)
	defer cancel()
	query := fmt.Sprintf("WorkflowType = 'LabelRun' AND StartTime > '%s'", time.Now().Add(-time.Minute).UTC().Format(time.RFC3339))
	prefix := contract.RunID(w.from.merchant, scheduleShown)
	for {
		found, err := w.runs().List(bounded, query, 10)
		if err != nil {
			return "", err
		}
		run, there := lo.Find(found, func(d client.Description) bool { return strings.HasPrefix(d.WorkflowID, prefix+"-") })
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
