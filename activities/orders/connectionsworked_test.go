package orders

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestConnectionsThatAreNotWorkedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 30})
	merchant := w.Sandbox.Merchant()
	reasons := func() map[string]string {
		w.Helper()
		reasons := map[string]string{}
		for _, c := range activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: merchant}).Connections {
			reasons[c.ID] = c.SkipReason.Words
		}
		return reasons
	}
	settle := func(settings accounts.Settings) {
		w.Helper()
		_, err := accounts.ChangeSettings(t.Context(), w.Store, merchant, func(s *accounts.Settings) error { *s = settings; return nil })
		require.NoError(t, err)
	}
	paris, norte := w.Scope("paris").Connection.ID, w.Scope("mercadolibre").Connection.ID

	settle(accounts.Settings{PausedConnections: []string{paris}})
	assert.Contains(t, reasons()[paris], "the connection is paused")
	assert.Empty(t, reasons()[norte])
	settle(accounts.Settings{Connections: []string{paris}})
	assert.Empty(t, reasons()[paris])
	assert.Contains(t, reasons()[norte], "limits despacho to other connections")
	settle(accounts.Settings{Paused: true})
	assert.Contains(t, reasons()[paris], "the merchant is paused")

	settle(accounts.Settings{})
	all := multivende.GrantedConnections{All: true}
	w.connections.Accounts = activitiestest.VaultWith(t, w.Store, merchant, multivende.Scopes{
		"read:channels": all, "read:checkouts": all, "write:checkouts": {IDs: []string{paris}},
	}, time.Hour)
	assert.Empty(t, reasons()[paris])
	assert.Empty(t, reasons()[norte], "scopes that do not name it are no veto: the hub decides")
	notes := lo.SliceToMap(activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: merchant}).Connections, func(c activities.Connection) (string, string) { return c.ID, c.Note })
	assert.Empty(t, notes[paris])
	assert.Contains(t, notes[norte], "write:checkouts does not name this connection, so the hub may refuse it")
}
