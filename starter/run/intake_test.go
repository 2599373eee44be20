package run

import (
	"context"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

// fakeIntakes is Temporal as the commands about orders see it. Merchant m1 has
// an Intake; that of m2 does not answer; others have none.
type fakeIntakes struct{}

func (*fakeIntakes) Progress(_ context.Context, merchant string) (workflows.IntakeProgress, error) {
	switch merchant {
	case "m1":
		at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
		return workflows.IntakeProgress{Merchant: merchant, Waiting: 3, IntakeState: workflows.IntakeState{
			LastPoll: at, Notices: 12, Trouble: "the hub is busy", Looked: activities.LookedOver{Near: 2},
		}}, nil
	case "m2":
		return workflows.IntakeProgress{}, ErrNoAnswer
	}
	return workflows.IntakeProgress{}, ErrNoRun
}

func (*fakeIntakes) Confirm(_ context.Context, _ string, request workflows.ConfirmRequest) (activities.ConfirmedOrders, error) {
	return activities.ConfirmedOrders{Orders: lo.Map(request.Orders, func(name string, _ int) activities.ConfirmedOrder {
		if name == "unpaid" {
			return activities.ConfirmedOrder{Order: name, DeliveryOrder: name, Outcome: activities.ConfirmHeldBack, Reason: "the sale is not paid yet"}
		}
		return activities.ConfirmedOrder{Order: name, DeliveryOrder: name, Outcome: activities.ConfirmAccepted}
	})}, nil
}

func (*fakeIntakes) Begin(context.Context, string) error { return nil }

// fakeSchedules are Temporal Schedules in memory.
type fakeSchedules struct {
	there map[string]ScheduledRuns
}

func (f *fakeSchedules) Set(_ context.Context, s ScheduledRuns) (bool, error) {
	_, there := f.there[s.Name]
	f.there[s.Name] = s
	return !there, nil
}

func (f *fakeSchedules) List(context.Context, string) ([]ScheduleLine, error) {
	var lines []ScheduleLine
	for name, s := range f.there {
		lines = append(lines, ScheduleLine{Name: name, Merchant: s.Merchant, Hours: hoursOf(s.Spec), TimeZone: s.Spec.TimeZoneName, Paused: true, Note: "stock-take"})
	}
	return lines, nil
}

func (f *fakeSchedules) known(name string) error {
	if _, there := f.there[name]; !there {
		return ErrNoSchedule
	}
	return nil
}

func (f *fakeSchedules) Pause(_ context.Context, _, name, _ string) error  { return f.known(name) }
func (f *fakeSchedules) Resume(_ context.Context, _, name, _ string) error { return f.known(name) }
func (f *fakeSchedules) Trigger(_ context.Context, _, name string) error   { return f.known(name) }
func (f *fakeSchedules) Delete(_ context.Context, _, name string) error {
	err := f.known(name)
	delete(f.there, name)
	return err
}

// heardOf leaves what an intake has heard of m1's orders, and its connections.
func heardOf(t *testing.T, store *storage.Store) {
	t.Helper()
	for _, r := range []activities.IntakeRecord{
		{Order: "d1", Number: "2000001", State: activities.IntakeTakeOut, Run: "done", Connection: "c1", ConnectionName: "Tienda", Reason: "it was cancelled after its label was made: take it out of the pile"},
		{Order: "d3", Number: "2000003", State: activities.IntakeHeldBack, Connection: "c2", ConnectionName: "Otra", Reason: "the sale is not paid yet"},
		{Order: "d5", State: activities.IntakeWaiting, Connection: "c2", ConnectionName: "Otra"},
	} {
		require.NoError(t, store.Put(t.Context(), storage.IntakeOrder("m1", r.Order), r))
		require.NoError(t, store.Put(t.Context(), storage.IntakeInState("m1", string(r.State), r.Order), struct{}{}))
	}
	since := time.Date(2026, 11, 20, 15, 30, 0, 0, time.Local)
	for _, r := range []activities.PickUpRecord{
		{PickUp: "p-2", Code: "RT2", Checkout: "s-2", Number: "3000002", Connection: "c2", ConnectionName: "Otra", Channel: "paris", Status: channels.ReceivedByStore, Since: since.Add(time.Hour)},
		{PickUp: "p-1", Code: "RT1", Checkout: "s-1", Number: "3000001", Connection: "c2", ConnectionName: "Otra", Channel: "paris", Status: channels.Pending, Since: since},
		{PickUp: "p-3", Code: "RT3", Number: "3000003", Status: channels.Completed},
	} {
		require.NoError(t, store.Put(t.Context(), storage.IntakePickUp("m1", r.Waits(), r.PickUp), r))
	}
	require.NoError(t, store.Put(t.Context(), storage.IntakeConnections("m1"), []activities.Connection{
		{ID: "c1", Name: "Tienda", Channel: "mercadolibre"}, {ID: "c2", Name: "Otra", Channel: "paris"}, {ID: "c3", Name: "Vitrina", Channel: "shopify", SkipReason: "a web shop"},
	}))
}

func TestHoursOfASchedule(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		command scheduleSetCommand
		hours   string
		wrong   string
	}{
		"every day":                 {scheduleSetCommand{At: "08:30,13:00", TimeZone: "America/Santiago"}, "08:30, 13:00 every day", ""},
		"on working days":           {scheduleSetCommand{At: "8:05", Days: "Mon-Fri", TimeZone: "UTC"}, "08:05 mon-fri", ""},
		"over the weekend":          {scheduleSetCommand{At: "8:05", Days: "fri-mon,wed", TimeZone: "UTC"}, "08:05 fri-mon,wed", ""},
		"by a cron expression":      {scheduleSetCommand{Cron: "30 8 * * 1-5", TimeZone: "America/Lima"}, "cron 30 8 * * 1-5", ""},
		"by a word":                 {scheduleSetCommand{Cron: "@hourly", TimeZone: "America/Lima"}, "cron @hourly", ""},
		"no hours":                  {scheduleSetCommand{TimeZone: "UTC"}, "", "either --at or --cron"},
		"both":                      {scheduleSetCommand{At: "8:00", Cron: "@daily", TimeZone: "UTC"}, "", "either --at or --cron"},
		"no zone":                   {scheduleSetCommand{At: "8:00"}, "", "no time zone"},
		"a zone that is none":       {scheduleSetCommand{At: "8:00", TimeZone: "Chile"}, "", "is no time zone"},
		"this machine's zone":       {scheduleSetCommand{At: "8:00", TimeZone: "Local"}, "", "no time zone"},
		"25 o'clock":                {scheduleSetCommand{At: "25:00", TimeZone: "UTC"}, "", "not a time of day"},
		"a day that is none":        {scheduleSetCommand{At: "8:00", Days: "lun-vie", TimeZone: "UTC"}, "", "are no days"},
		"a cron that is short":      {scheduleSetCommand{Cron: "30 8", TimeZone: "UTC"}, "", "five are needed"},
		"days beside a cron":        {scheduleSetCommand{Cron: "@daily", Days: "mon", TimeZone: "UTC"}, "", "--days does not go"},
		"a zone within the cron":    {scheduleSetCommand{Cron: "TZ=UTC 30 8 * * *", TimeZone: "UTC"}, "", "--time-zone names the zone"},
		"the same time given twice": {scheduleSetCommand{At: "08:30, 8:30", TimeZone: "UTC"}, "08:30 every day", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, err := test.command.spec()
			if test.wrong != "" {
				problem := requireCode(t, err, ExitUsage)
				assert.Contains(t, problem.Message, test.wrong)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.hours, hoursOf(spec))
			assert.Equal(t, test.command.TimeZone, spec.TimeZoneName)
		})
	}
	t.Run("days wrap around the week", func(t *testing.T) {
		t.Parallel()
		days, err := parseDays("fri-mon")
		require.NoError(t, err)
		assert.Equal(t, []client.ScheduleRange{{Start: 5, End: 6}, {Start: 0, End: 1}}, days)
	})
}

func TestScheduledRunsAreStartedAsByHand(t *testing.T) {
	t.Parallel()
	input := workflows.LabelRunInput{Merchant: "m1", Format: "pdf"}
	action := ScheduledRuns{Merchant: "m1", Name: "morning", Input: input}.action()
	assert.Equal(t, "run/m1/morning", action.ID)
	assert.Equal(t, labelRunType, action.Workflow)
	assert.Equal(t, []any{input}, action.Args)
	assert.Equal(t, workflows.TaskQueue, action.TaskQueue)
	assert.Equal(t, workflows.FairShare("m1"), action.Priority)
	_, key, err := workflows.ParseRunID(action.ID + "-2026-11-21T11:30:00Z")
	require.NoError(t, err)
	assert.Equal(t, "morning-2026-11-21T11-30-00Z", key)
}

func TestSchedulesAreListedAsTheyWereSet(t *testing.T) {
	t.Parallel()
	spec, err := (&scheduleSetCommand{At: "08:30", Days: "mon-fri", TimeZone: "America/Santiago"}).spec()
	require.NoError(t, err)
	next := []time.Time{time.Unix(1, 0), time.Unix(2, 0), time.Unix(3, 0), time.Unix(4, 0)}
	line, ours := lineOf(&client.ScheduleListEntry{ID: ScheduleID("m1", "morning"), Spec: &spec, NextActionTimes: next})
	assert.True(t, ours)
	assert.Equal(t, ScheduleLine{Merchant: "m1", Name: "morning", Hours: "08:30 mon-fri", TimeZone: "America/Santiago", Next: next[:3]}, line)
	_, ours = lineOf(&client.ScheduleListEntry{ID: "somebody-else"})
	assert.False(t, ours)
	assert.Equal(t, "mon-fri,sun", daysOf([]client.ScheduleRange{{Start: 1, End: 5}, {Start: 0}}))
}
