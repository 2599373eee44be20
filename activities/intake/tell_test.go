package intake

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
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
