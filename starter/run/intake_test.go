package run

import (
	"context"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// fakeIntakes is Temporal as the commands about orders see it. Merchant m1 has
// an Intake; that of m2 does not answer; others have none.
type fakeIntakes struct{}

// fakeLabelIntake takes labels of order W-1 alone.
type fakeLabelIntake struct{}

func (fakeLabelIntake) BringLabel(_ context.Context, _ string, request contract.BringLabel) (contract.BroughtLabel, error) {
	if request.Order != "W-1" {
		return contract.BroughtLabel{Outcome: contract.BroughtRefused, Reason: contract.Reason{Words: "the hub makes the label of this order"}}, nil
	}
	return contract.BroughtLabel{DeliveryOrder: "d-1", Outcome: contract.BroughtStored, Labels: []contract.BroughtFile{{Format: "zpl", Count: 1, Notes: []string{"removed ~JR"}}}}, nil
}

func (*fakeIntakes) Progress(_ context.Context, merchant string) (contract.IntakeProgress, error) {
	switch merchant {
	case "m1":
		at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
		return contract.IntakeProgress{Merchant: merchant, Waiting: 3, IntakeState: contract.IntakeState{
			LastPoll: at, Notifications: 12, Trouble: "the hub is busy", Looked: contract.LookedOver{Near: 2},
		}}, nil
	case "m2":
		return contract.IntakeProgress{}, client.ErrNoAnswer
	}
	return contract.IntakeProgress{}, client.ErrNoRun
}

func (*fakeIntakes) Confirm(_ context.Context, _ string, request contract.ConfirmRequest) (contract.ConfirmedOrders, error) {
	return contract.ConfirmedOrders{Orders: lo.Map(request.Orders, func(name string, _ int) contract.ConfirmedOrder {
		if name == "unpaid" {
			return contract.ConfirmedOrder{Order: name, DeliveryOrder: name, Outcome: contract.ConfirmHeldBack, Reason: contract.Reason{Words: "the sale is not paid yet"}}
		}
		return contract.ConfirmedOrder{Order: name, DeliveryOrder: name, Outcome: contract.ConfirmAccepted}
	})}, nil
}

func (*fakeIntakes) Begin(context.Context, string) error { return nil }

// fakeSchedules are Temporal Schedules in memory.
type fakeSchedules struct {
	there map[string]client.ScheduledRuns
}

func (f *fakeSchedules) Set(_ context.Context, s client.ScheduledRuns) (bool, error) {
	_, there := f.there[s.Name]
	f.there[s.Name] = s
	return !there, nil
}

func (f *fakeSchedules) List(context.Context, string) ([]client.ScheduleLine, error) {
	var lines []client.ScheduleLine
	for name, s := range f.there {
		lines = append(lines, client.ScheduleLine{Name: name, Merchant: s.Merchant, Hours: client.HoursOf(s.Spec), TimeZone: s.Spec.TimeZoneName, Paused: true, Note: "stock-take"})
	}
	return lines, nil
}

func (f *fakeSchedules) known(name string) error {
	if _, there := f.there[name]; !there {
		return client.ErrNoSchedule
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
	for _, r := range []contract.IntakeRecord{
		{Order: "d1", Number: "2000001", State: contract.IntakeTakeOut, Run: "done", Connection: "c1", ConnectionName: "Tienda", Reason: contract.Reason{Words: "it was cancelled after its label was made: take it out of the pile"}},
		{Order: "d3", Number: "2000003", State: contract.IntakeHeldBack, Connection: "c2", ConnectionName: "Otra", Reason: contract.Reason{Words: "the sale is not paid yet"}},
		{Order: "d5", State: contract.IntakeWaiting, Connection: "c2", ConnectionName: "Otra"},
	} {
		require.NoError(t, store.Put(t.Context(), storage.IntakeOrder("m1", r.Order), r))
		require.NoError(t, store.Put(t.Context(), storage.IntakeInState("m1", string(r.State), r.Order), struct{}{}))
	}
	since := time.Date(2026, 11, 20, 15, 30, 0, 0, time.Local)
	for _, r := range []contract.PickUpRecord{
		{PickUp: "p-2", Code: "RT2", Checkout: "s-2", Number: "3000002", Connection: "c2", ConnectionName: "Otra", Channel: "paris", Status: string(channels.ReceivedByStore), Since: since.Add(time.Hour)},
		{PickUp: "p-1", Code: "RT1", Checkout: "s-1", Number: "3000001", Connection: "c2", ConnectionName: "Otra", Channel: "paris", Status: string(channels.Pending), Since: since},
		{PickUp: "p-3", Code: "RT3", Number: "3000003", Status: string(channels.Completed)},
	} {
		require.NoError(t, store.Put(t.Context(), storage.IntakePickUp("m1", r.Waits(), r.PickUp), r))
	}
	require.NoError(t, store.Put(t.Context(), storage.IntakeConnections("m1"), []activities.Connection{
		{ID: "c1", Name: "Tienda", Channel: "mercadolibre"}, {ID: "c2", Name: "Otra", Channel: "paris"}, {ID: "c3", Name: "Vitrina", Channel: "shopify", SkipReason: contract.Cause{Words: "a web shop"}},
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
		"no zone":                   {scheduleSetCommand{At: "8:00"}, "", "not a time zone"},
		"a zone that is none":       {scheduleSetCommand{At: "8:00", TimeZone: "Chile"}, "", "is not a time zone"},
		"this machine's zone":       {scheduleSetCommand{At: "8:00", TimeZone: "Local"}, "", "not a time zone"},
		"25 o'clock":                {scheduleSetCommand{At: "25:00", TimeZone: "UTC"}, "", "not a time of day"},
		"a day that is none":        {scheduleSetCommand{At: "8:00", Days: "lun-vie", TimeZone: "UTC"}, "", "is not a list of days"},
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
			assert.Equal(t, test.hours, client.HoursOf(spec))
			assert.Equal(t, test.command.TimeZone, spec.TimeZoneName)
		})
	}
	t.Run("days wrap around the week", func(t *testing.T) {
		t.Parallel()
		days, err := parseDays("fri-mon")
		require.NoError(t, err)
		assert.Equal(t, []sdk.ScheduleRange{{Start: 5, End: 6}, {Start: 0, End: 1}}, days)
	})
}
