package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
)

// Schedules is what the command line asks of Temporal Schedules.
type Schedules interface {
	// Set makes a schedule, or gives the one that is there new hours and another request.
	Set(ctx context.Context, schedule ScheduledRuns) (created bool, err error)
	// List returns the schedules of a merchant.
	List(ctx context.Context, merchant string) ([]ScheduleLine, error)
	// Pause, Resume, Trigger and Delete answer ErrNoSchedule when there is none.
	Pause(ctx context.Context, merchant, name, note string) error
	Resume(ctx context.Context, merchant, name, note string) error
	Trigger(ctx context.Context, merchant, name string) error
	Delete(ctx context.Context, merchant, name string) error
}

// ErrNoSchedule is the answer when a merchant has no schedule of a name.
var ErrNoSchedule = errors.New("no such schedule in Temporal")

// ScheduledRuns is a schedule of runs.
type ScheduledRuns struct {
	Merchant string
	Name     string
	Spec     sdk.ScheduleSpec
	// CatchUp is how late a run may still begin that was due while Temporal was down.
	CatchUp time.Duration
	Input   contract.LabelRunInput
}

// ScheduleLine is a schedule as it is listed.
type ScheduleLine struct {
	Name     string      `json:"name"`
	Merchant string      `json:"merchant"`
	Hours    string      `json:"hours"`
	TimeZone string      `json:"time_zone"`
	Paused   bool        `json:"paused"`
	Note     string      `json:"note,omitempty"`
	Next     []time.Time `json:"next"`
	LastRun  string      `json:"last_run,omitempty"`
}

// ScheduleID is the id of a merchant's schedule.
func ScheduleID(merchant, name string) string { return "schedule/" + merchant + "/" + name }

// TemporalSchedules is [Schedules] on a Temporal server.
type TemporalSchedules struct{ Client sdk.Client }

// action starts a run; Temporal appends the time to its id.
func (s ScheduledRuns) action() *sdk.ScheduleWorkflowAction {
	return &sdk.ScheduleWorkflowAction{
		ID: contract.RunID(s.Merchant, s.Name), Workflow: contract.LabelRunType, Args: []any{s.Input}, TaskQueue: contract.TaskQueue,
		StaticSummary: summary(s.Input), Priority: contract.FairShare(s.Merchant),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			contract.MerchantAttribute.ValueSet(s.Merchant), contract.StateAttribute.ValueSet(string(contract.RunRunning)),
		),
	}
}

// Set creates the schedule, or updates the one that is there. No run begins while the last one is open.
func (t TemporalSchedules) Set(ctx context.Context, s ScheduledRuns) (created bool, err error) {
	id := ScheduleID(s.Merchant, s.Name)
	_, err = t.Client.ScheduleClient().Create(ctx, sdk.ScheduleOptions{
		ID: id, Spec: s.Spec, Action: s.action(), Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: s.CatchUp,
		TypedSearchAttributes: temporal.NewSearchAttributes(contract.MerchantAttribute.ValueSet(s.Merchant)),
	})
	if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return err == nil, err
	}
	return false, t.Client.ScheduleClient().GetHandle(ctx, id).Update(ctx, sdk.ScheduleUpdateOptions{
		DoUpdate: func(input sdk.ScheduleUpdateInput) (*sdk.ScheduleUpdate, error) {
			schedule := input.Description.Schedule
			schedule.Spec, schedule.Action = &s.Spec, s.action()
			schedule.Policy = &sdk.SchedulePolicies{Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: s.CatchUp}
			return &sdk.ScheduleUpdate{Schedule: &schedule}, nil
		},
	})
}

// List reads the schedules from visibility, so one that was made just now may be missing.
func (t TemporalSchedules) List(ctx context.Context, merchant string) ([]ScheduleLine, error) {
	query := ""
	if merchant != "" {
		query = contract.MerchantAttribute.GetName() + " = '" + merchant + "'"
	}
	found, err := t.Client.ScheduleClient().List(ctx, sdk.ScheduleListOptions{PageSize: 100, Query: query})
	if err != nil {
		return nil, err
	}
	lines := []ScheduleLine{}
	for found.HasNext() {
		entry, err := found.Next()
		if err != nil {
			return nil, err
		}
		if line, ours := lineOf(entry); ours {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

func lineOf(entry *sdk.ScheduleListEntry) (ScheduleLine, bool) {
	parts := strings.Split(entry.ID, "/")
	if len(parts) != 3 || parts[0] != "schedule" {
		return ScheduleLine{}, false
	}
	line := ScheduleLine{Merchant: parts[1], Name: parts[2], Paused: entry.Paused, Note: entry.Note, Next: entry.NextActionTimes}
	if entry.Spec != nil {
		line.Hours, line.TimeZone = HoursOf(*entry.Spec), entry.Spec.TimeZoneName
	}
	for _, action := range entry.RecentActions {
		if action.StartWorkflowResult != nil {
			line.LastRun = action.StartWorkflowResult.WorkflowID
		}
	}
	line.Next = line.Next[:min(len(line.Next), nextShown)]
	return line, true
}

// nextShown is how many of a schedule's coming runs are listed.
const nextShown = 3

// HoursOf writes the hours of a schedule for people: "08:30, 13:00 mon-fri".
func HoursOf(spec sdk.ScheduleSpec) string {
	if len(spec.CronExpressions) > 0 {
		return "cron " + strings.Join(spec.CronExpressions, "; ")
	}
	var times []string
	days := ""
	for _, c := range spec.Calendars {
		for _, hour := range c.Hour {
			for _, minute := range c.Minute {
				times = append(times, fmt.Sprintf("%02d:%02d", hour.Start, minute.Start))
			}
		}
		days = daysOf(c.DayOfWeek)
		if c.Comment != "" {
			days = c.Comment
		}
	}
	return strings.TrimSpace(strings.Join(times, ", ") + " " + days)
}

func daysOf(ranges []sdk.ScheduleRange) string {
	var words []string
	for _, r := range ranges {
		words = append(words, Weekdays[r.Start%7])
		if r.End > r.Start {
			words[len(words)-1] += "-" + Weekdays[r.End%7]
		}
	}
	return strings.Join(words, ",")
}

// Pause lets nothing begin by the schedule.
func (t TemporalSchedules) Pause(ctx context.Context, merchant, name, note string) error {
	return noSchedule(t.handle(ctx, merchant, name).Pause(ctx, sdk.SchedulePauseOptions{Note: note}))
}

// Resume lets it begin again.
func (t TemporalSchedules) Resume(ctx context.Context, merchant, name, note string) error {
	return noSchedule(t.handle(ctx, merchant, name).Unpause(ctx, sdk.ScheduleUnpauseOptions{Note: note}))
}

// Trigger begins a run now, unless the last one is open.
func (t TemporalSchedules) Trigger(ctx context.Context, merchant, name string) error {
	return noSchedule(t.handle(ctx, merchant, name).Trigger(ctx, sdk.ScheduleTriggerOptions{Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP}))
}

// Delete ends the schedule; runs that it has begun go on.
func (t TemporalSchedules) Delete(ctx context.Context, merchant, name string) error {
	return noSchedule(t.handle(ctx, merchant, name).Delete(ctx))
}

func (t TemporalSchedules) handle(ctx context.Context, merchant, name string) sdk.ScheduleHandle {
	return t.Client.ScheduleClient().GetHandle(ctx, ScheduleID(merchant, name))
}

func noSchedule(err error) error {
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return fmt.Errorf("%w: %w", ErrNoSchedule, err)
	}
	return err
}

// Weekdays are the names of days that a schedule may take, from Sunday on.
var Weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
