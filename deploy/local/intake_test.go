package main

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// heard is where an order stands in the intake; empty while it was not heard of.
func (d desk) heard(t *testing.T, order string) contract.IntakeOrderState {
	t.Helper()
	record, _ := intakebook.ReadIntakeRecord(t.Context(), d.store, d.merchant, order)
	return record.State
}

func (d desk) becomes(t *testing.T, state contract.IntakeOrderState, orders ...sandbox.ReportOrder) {
	t.Helper()
	for _, order := range orders {
		eventually(t, order.ID+" is "+string(state), func() bool { return d.heard(t, order.ID) == state })
	}
}

func TestOrdersAreHeardOfConfirmedMadeJoinedAndTakenOut(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	// An hour of the hub's, from one poll to the next, takes 12 seconds.
	desk := openDesk(t, startDemo(t, filepath.Join(folder, "data"), "--no-run", "--speed", "300", "--env", env), env)
	intakes := client.TemporalIntakes{Client: desk.runs.Client}
	request := desk.request(t, "Ripley Chile")
	orders := lo.Filter(desk.report(t).Orders, func(o sandbox.ReportOrder, _ int) bool {
		return lo.Contains(request.Connections, o.Connection) && o.Fate == sandbox.FateLabelable
	})
	require.Greater(t, len(orders), 3)
	confirmed, left := orders[:3], orders[3:]
	_, err := accounts.ChangeSettings(t.Context(), desk.store, desk.merchant, func(s *accounts.Settings) error {
		s.Policies = map[string]accounts.Policy{request.Connections[0]: accounts.WhenStockConfirmed}
		return nil
	})
	require.NoError(t, err)

	confirm := func() {
		names := lo.Map(confirmed, func(o sandbox.ReportOrder, _ int) string { return o.ID })
		answers, err := intakes.Confirm(t.Context(), desk.merchant, contract.ConfirmRequest{Orders: names})
		require.NoError(t, err)
		for _, answer := range answers.Orders {
			assert.Equal(t, contract.ConfirmAccepted, answer.Outcome, answer.Reason.Words)
		}
	}
	confirm() // starts the intake, and reads what it has not heard of
	desk.becomes(t, contract.IntakeLabelled, confirmed...)
	confirm()
	desk.becomes(t, contract.IntakeWaiting, left...)
	require.NoError(t, intakes.Begin(t.Context(), desk.merchant))
	eventually(t, "the first window is complete", func() bool {
		progress, err := intakes.Progress(t.Context(), desk.merchant)
		return err == nil && !progress.Complete.IsZero()
	})

	morning := desk.end(t, desk.start(t, "morning", request))
	for _, order := range confirmed {
		assert.Equal(t, contract.Labelled, morning.rows()[order.ID].Outcome)
	}
	for _, order := range left {
		assert.Equal(t, contract.NotReady, morning.rows()[order.ID].Outcome, "its stock is not confirmed")
	}
	requireAskedOnce(t, lo.Filter(desk.report(t).Orders, func(o sandbox.ReportOrder, _ int) bool {
		return lo.ContainsBy(confirmed, func(c sandbox.ReportOrder) bool { return c.ID == o.ID })
	}))

	answer, err := http.Post(readSettings(t, env)["DESPACHO_HUB"]+"/sandbox/cancel/"+confirmed[0].ID, "application/json", nil)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	desk.becomes(t, contract.IntakeTakeOut, confirmed[0])

	t.Run("schedules start runs", func(t *testing.T) {
		schedules := client.TemporalSchedules{Client: desk.runs.Client}
		one := client.ScheduledRuns{
			Merchant: desk.merchant, Name: "daily", CatchUp: time.Hour, Input: desk.request(t, "Paris"),
			Spec: sdk.ScheduleSpec{CronExpressions: []string{"0 0 1 1 *"}, TimeZoneName: "America/Santiago"},
		}
		created, err := schedules.Set(t.Context(), one)
		require.NoError(t, err)
		assert.True(t, created)
		one.Spec.CronExpressions = []string{"0 0 2 1 *"}
		created, err = schedules.Set(t.Context(), one)
		require.NoError(t, err)
		assert.False(t, created)
		require.NoError(t, schedules.Trigger(t.Context(), desk.merchant, "daily"))
		var run client.Description
		eventually(t, "a run of the schedule", func() bool {
			found, err := desk.runs.List(t.Context(), "WorkflowType = 'LabelRun'", 100)
			ours, ok := lo.Find(found, func(d client.Description) bool { return strings.HasPrefix(d.Run, "daily-") })
			run = ours
			return err == nil && ok
		})
		within, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		result, err := desk.runs.Wait(within, run.WorkflowID)
		require.NoError(t, err)
		assert.NotZero(t, result.Outcomes[contract.Labelled])
		eventually(t, "the schedule is listed", func() bool {
			lines, err := schedules.List(t.Context(), desk.merchant)
			return err == nil && len(lines) == 1 && lines[0].TimeZone == "America/Santiago"
		})
		require.NoError(t, schedules.Pause(t.Context(), desk.merchant, "daily", "stock-take"))
		require.NoError(t, schedules.Resume(t.Context(), desk.merchant, "daily", ""))
		require.NoError(t, schedules.Delete(t.Context(), desk.merchant, "daily"))
		require.ErrorIs(t, schedules.Pause(t.Context(), desk.merchant, "daily", ""), client.ErrNoSchedule)
	})
}
