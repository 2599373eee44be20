package intake

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/hooks/hookstest"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestWhatAChangeOfARecordIsToThoseWhoListen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before, after contract.IntakeOrderState
		events        []contract.WebhookEvent
	}{
		{"", contract.IntakeWaiting, []contract.WebhookEvent{contract.OrderReceived}},
		{"", contract.IntakeEnded, nil},
		{"", contract.IntakeCancelled, nil},
		{contract.IntakeWaiting, contract.IntakeHeldBack, nil},
		{contract.IntakeWaiting, contract.IntakeCancelled, []contract.WebhookEvent{contract.OrderCancelled}},
		{contract.IntakeLabelled, contract.IntakeTakeOut, []contract.WebhookEvent{contract.OrderCancelled, contract.LabelTakeOut}},
		{contract.IntakeCancelled, contract.IntakeTakeOut, []contract.WebhookEvent{contract.LabelTakeOut}},
		{contract.IntakeTakeOut, contract.IntakeTakeOut, nil},
	} {
		got := eventsOf(contract.IntakeRecord{State: c.before}, contract.IntakeRecord{State: c.after})
		assert.Equal(t, c.events, got, "%s to %s", c.before, c.after)
	}
}

// TestThoseWhoListenHearOfOrdersThatComeAndAreCancelled: one before its label was published, one after.
func TestThoseWhoListenHearOfOrdersThatComeAndAreCancelled(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	ear := hookstest.Listen(t, w.Store, w.merchant())
	w.intake.Outbox = ear.Outbox
	w.poll(time.Time{})
	orders := lo.Filter(w.fated("ripley", sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return w.state(o) == contract.IntakeWaiting })
	require.GreaterOrEqual(t, len(orders), 2)
	published, waiting := orders[0], orders[1]
	received := ear.Of(contract.OrderReceived)
	for _, order := range orders {
		assert.Equal(t, hooks.Order{ID: order.ID, Connection: order.Connection, Channel: "ripley", Reason: contract.WhyWaitsForRun}, received[order.ID])
	}
	assert.Empty(t, ear.Of(contract.OrderCancelled))

	w.publish(published.ID, "morning")
	w.look()
	w.Cancel(published)
	w.Cancel(waiting)
	w.poll(w.Client.Clock().Now().Add(-5 * time.Minute))
	w.poll(w.Client.Clock().Now().Add(-5 * time.Minute))
	assert.ElementsMatch(t, []string{published.ID, waiting.ID}, lo.Keys(ear.Of(contract.OrderCancelled)))
	assert.Equal(t, []string{published.ID}, lo.Keys(ear.Of(contract.LabelTakeOut)))
	assert.Len(t, ear.Of(contract.OrderReceived), len(received), "no order comes twice")
}
