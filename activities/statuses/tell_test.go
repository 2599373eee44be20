package statuses

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/hooks/hookstest"
	"github.com/despacho/despacho/multivende/sandbox"
)

// TestThoseWhoListenHearHowAStatusOfARunEnded sends one status and waits for it.
func TestThoseWhoListenHearHowAStatusOfARunEnded(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		channel string
		fault   sandbox.Fault
		change  func(w *world, o sandbox.ReportOrder)
		silent  bool
		event   contract.WebhookEvent
		outcome contract.StatusOutcome
		reason  contract.ReasonCode
	}{
		"on the channel before the label":     {channel: "linio", event: contract.StatusVerified, outcome: contract.StatusSynced},
		"on the channel after the label":      {channel: "fcom", event: contract.StatusVerified, outcome: contract.StatusSynced},
		"not for the channel":                 {channel: "dafiti", fault: sandbox.Fault{NotRequested: true}, event: contract.StatusVerified, outcome: contract.StatusNotNeeded},
		"refused by the channel, before it":   {channel: "linio", fault: sandbox.Fault{StatusRefused: "sin stock"}, event: contract.StatusFailed, outcome: contract.StatusRefused, reason: contract.WhyChannelSays},
		"refused by the channel, after it":    {channel: "fcom", fault: sandbox.Fault{StatusRefused: "sin stock"}, event: contract.StatusFailed, outcome: contract.StatusRefused, reason: contract.WhyChannelSays},
		"never on the channel":                {channel: "fcom", fault: sandbox.Fault{StatusStuck: sandbox.AlwaysTimes}, event: contract.StatusFailed, outcome: contract.StatusLate, reason: contract.WhyStatusNotThere},
		"cancelled: the intake tells of that": {channel: "fcom", change: (*world).Cancel, silent: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.fault.Channel, c.fault.Every = c.channel, 1
			var faults []sandbox.Fault
			if c.fault.NotRequested || c.fault.StatusRefused != "" || c.fault.StatusStuck > 0 {
				faults = append(faults, c.fault)
			}
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: faults})
			scope := w.Scope(c.channel)
			ear := hookstest.Listen(t, w.Store, scope.Merchant)
			w.statuses.Outbox = ear.Outbox
			order := w.Unsent(scope)[0]
			w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, []sandbox.ReportOrder{order})...)
			in := sendInput(scope)
			await := awaitInput(in, activitiestest.MustStep(w, w.statuses.SendStatuses, in))
			assert.Empty(t, ear.Heard(), "nothing is known yet")
			await.Last = true
			w.Pass(40 * time.Minute)
			if c.change != nil {
				c.change(w, order)
			}
			for range 2 {
				activitiestest.MustStep(w, w.statuses.AwaitStatuses, await)
			}
			if c.silent {
				assert.Empty(t, ear.Heard())
				return
			}
			assert.Equal(t, []hookstest.Told{{Event: c.event, Orders: []hooks.Order{{
				ID: order.ID, Connection: scope.Connection.ID, Channel: c.channel, Batch: hooks.BatchID(scope.Merchant, scope.Run),
				Status: string(in.Status), Outcome: string(c.outcome), Reason: c.reason,
			}}}}, ear.Heard())
		})
	}
}

// TestThoseWhoListenHearOfAStatusThatTheHubDoesNotTake, whether the order goes on to its label or not.
func TestThoseWhoListenHearOfAStatusThatTheHubDoesNotTake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{activitiestest.GoneRoute("change-status")["404 page"]}})
	scope := w.Scope("linio")
	ear := hookstest.Listen(t, w.Store, scope.Merchant)
	w.statuses.Outbox = ear.Outbox
	orders := activitiestest.OrdersOfReport(scope, w.Unsent(scope)[:2])
	orders[1].Listed = false
	w.pend(scope, "read-00001", orders...)
	page := w.Page(scope, activitiestest.MustStep(w, w.statuses.SendStatuses, sendInput(scope)).Page)
	require.Len(t, page.Ready, 1)
	require.Len(t, page.Ended, 1)
	failed := ear.Of(contract.StatusFailed)
	require.Len(t, failed, 2)
	for _, order := range orders {
		assert.Equal(t, string(contract.StatusRefused), failed[order.ID].Outcome)
		assert.Equal(t, page.Ended[0].Code, failed[order.ID].Reason)
		assert.NotEmpty(t, failed[order.ID].Reason)
	}
}

func TestThoseWhoListenHearOfAPageThatARunGivesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300})
	scope := w.Scope("fcom").LastWord()
	ear := hookstest.Listen(t, w.Store, scope.Merchant)
	w.statuses.Outbox = ear.Outbox
	orders := w.Unsent(scope)[:3]
	w.pend(scope, "after-00000-00001", activitiestest.OrdersOfReport(scope, orders)...)
	in := UnsettledInput{Scope: scope, Page: "after-00000-00001", Status: channels.ReadyToShip, Code: contract.WhyHubRefuses}
	require.NoError(t, w.statuses.TellUnsettled(t.Context(), in))
	require.NoError(t, w.statuses.TellUnsettled(t.Context(), in))
	failed := ear.Of(contract.StatusFailed)
	assert.Len(t, failed, 3)
	for _, order := range orders {
		assert.Equal(t, hooks.Order{
			ID: order.ID, Connection: scope.Connection.ID, Channel: "fcom", Batch: hooks.BatchID(scope.Merchant, scope.Run),
			Status: "ready_to_ship", Outcome: "not_synced", Reason: contract.WhyHubRefuses,
		}, failed[order.ID])
	}
}

// TestThoseWhoListenHearHowAPartnersStatusEnded: also of rows that are given up.
func TestThoseWhoListenHearHowAPartnersStatusEnded(t *testing.T) {
	t.Parallel()
	s, orders := newStatusScene(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Channel: "ripley", Every: 2, StatusRefused: "sin stock"}}}, ripley(6))
	ear := hookstest.Listen(t, s.Store, s.scope.Merchant)
	s.changes.Outbox = ear.Outbox
	_, err := s.step(nil)
	require.NoError(t, err)
	s.Pass(4 * time.Minute)
	_, err = s.step(nil)
	require.NoError(t, err)
	verified, failed := ear.Of(contract.StatusVerified), ear.Of(contract.StatusFailed)
	assert.NotEmpty(t, verified)
	assert.NotEmpty(t, failed)
	assert.Equal(t, len(orders), len(verified)+len(failed))
	for _, order := range orders {
		told := verified[order.ID]
		if told.ID == "" {
			told = failed[order.ID]
			assert.Equal(t, string(contract.StatusRefused), told.Outcome)
			assert.NotEmpty(t, told.Reason)
		}
		assert.Equal(t, hooks.BatchID(s.scope.Merchant, "k"), told.Change)
		assert.Equal(t, "shipped", told.Status)
	}

	given, _ := newStatusScene(t, sandbox.Options{Orders: 200}, ripley(2))
	late := hookstest.Listen(t, given.Store, given.scope.Merchant)
	given.changes.Outbox = late.Outbox
	_, err = given.step(nil)
	require.NoError(t, err)
	_, err = activitiestest.TryStep(given.world, given.changes.GiveUpStatuses, GiveUpStatusesInput{
		StatusScope: given.scope, Page: 1, Round: given.round + 1, Reason: contract.Reason{Words: "the hub answered 400", Code: contract.WhyHubRefuses}, Sent: []activities.SentStatus{},
	}, nil)
	require.NoError(t, err)
	assert.Len(t, late.Of(contract.StatusFailed), 2)
}
