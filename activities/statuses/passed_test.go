package statuses

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

func TestAStatusThatTheOrderHasPassedIsNotSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to            channels.Status
		before, after channels.Status // the first sending
		outcome       contract.StatusOutcome
		reason        string
		sendings      int
	}{
		"before the first sending":           {channels.ReadyToShip, channels.Shipped, channels.Shipped, contract.StatusNotAllowed, "the order is already shipped: it cannot go back to ready_to_ship", 0},
		"when the order is delivered":        {channels.Shipped, channels.Delivered, channels.Delivered, contract.StatusNotAllowed, "the order is already delivered: it cannot go back to shipped", 0},
		"when the order is cancelled":        {channels.Shipped, channels.Cancelled, channels.Cancelled, contract.StatusNotAllowed, "the order is cancelled, and its status can no longer change", 0},
		"a second time, once it has gone on": {channels.Shipped, channels.ReadyToShip, channels.Delivered, contract.StatusNotNeeded, "the order is delivered meanwhile", 1},
		"a second time, once it is gone":     {channels.Shipped, channels.ReadyToShip, channels.Cancelled, contract.StatusRefused, "the order was cancelled meanwhile", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOddHub(t, func(o *oddHub) map[string]any {
				if len(o.sent) == 0 {
					return o.in("ripley", "Dropshipping", c.before)
				}
				return o.in("ripley", "Dropshipping", c.after)
			}, nil)
			ended := o.settle(StatusScope{Merchant: o.Sandbox.Merchant(), Key: "k", To: c.to, Settings: contract.DefaultSettings()}, contract.StatusRow{})
			assert.Equal(t, c.outcome, ended.Outcome)
			assert.Equal(t, c.reason, ended.Reason.Words)
			assert.Len(t, o.sent, c.sendings)
		})
	}
}
