package tickets

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/hooks/hookstest"
	"github.com/despacho/despacho/multivende/sandbox"
)

// TestThoseWhoListenHearOfLabelsThatAreThere, and not of one that failed.
func TestThoseWhoListenHearOfLabelsThatAreThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Channel: "ripley", Every: 2, LabelFails: sandbox.AlwaysTimes}}})
	scope := w.Scope("ripley")
	ear := hookstest.Listen(t, w.Store, scope.Merchant)
	w.documents.Outbox = ear.Outbox
	truth := w.Of(scope, sandbox.FateLabelable)[:6]
	page := w.collects(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)
	ready := ear.Of(contract.LabelReady)
	require.NotEmpty(t, ready)
	assert.Less(t, len(ready), len(truth))
	for _, entry := range page.Ended {
		if entry.Outcome == contract.Labelled {
			assert.Contains(t, ready, entry.Order.ID)
			assert.Equal(t, hooks.Order{
				ID: entry.Order.ID, Connection: scope.Connection.ID, Channel: "ripley", Batch: hooks.BatchID(scope.Merchant, scope.Run),
			}, ready[entry.Order.ID])
		}
	}
}
