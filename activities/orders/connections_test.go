package orders

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/wording"
)

func TestFindConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 30})
	all := activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.Sandbox.Merchant()})
	byName := func(name string) activities.Connection {
		c, _ := lo.Find(all.Connections, func(c activities.Connection) bool { return c.Name == name })
		return c
	}
	t.Run("every connection stands there, those without labels with their reason", func(t *testing.T) {
		assert.Len(t, all.Connections, len(w.Sandbox.Report().Connections))
		for _, c := range w.Sandbox.Report().Connections {
			found, _ := lo.Find(all.Connections, func(f activities.Connection) bool { return f.ID == c.ID })
			assert.Equal(t, c.Labels, found.SkipReason.Words == "", "%s: %s", c.Name, found.SkipReason.Words)
			assert.Equal(t, c.Provider, found.Provider)
			assert.NotEmpty(t, found.Name)
		}
	})
	t.Run("the seller's name for it comes before the marketplace's", func(t *testing.T) {
		assert.Equal(t, "mercadolibre", byName("Tienda Norte").Channel)
		assert.Equal(t, "linio", byName("Linio").Channel)
	})
	t.Run("Walmart has labels in Chile only", func(t *testing.T) {
		assert.Empty(t, byName("Walmart").SkipReason.Words)
		assert.Contains(t, byName("Walmart México").SkipReason.Words, "CL")
	})
	t.Run("another spelling of a channel is the same channel, the route keeps the hub's", func(t *testing.T) {
		assert.Equal(t, []string{"woocommerce", "wocommerce"}, []string{byName("WooCommerce").Channel, byName("WooCommerce").Provider})
	})
	t.Run("the hub's time comes with them", func(t *testing.T) {
		w.AssertNow(all.HubTime)
	})
	t.Run("wanted connections alone, and those that the hub does not list by name", func(t *testing.T) {
		wanted := byName("Paris").ID
		some := activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.Sandbox.Merchant(), Only: []string{wanted, "nobody", wanted, "nobody"}})
		assert.Equal(t, []activities.Connection{byName("Paris"), {ID: "nobody", SkipReason: contract.Cause(wording.Reason(contract.WhyConnectionNotListed))}}, some.Connections)
	})
	t.Run("an installation settles what the guide leaves open, and nothing else", func(t *testing.T) {
		open, there := lo.Find(all.Connections, func(c activities.Connection) bool {
			return c.SkipReason.Words != "" && channels.BySlug(c.Channel).Inferred
		})
		require.True(t, there)
		overrides := map[string]string{open.Provider: "yes", "ripley/own van": "no"}
		settled := activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.Sandbox.Merchant(), Channels: overrides}).Connections
		for i, c := range all.Connections {
			switch c.Provider {
			case open.Provider:
				assert.Empty(t, settled[i].SkipReason.Words)
			case "ripley":
				assert.Equal(t, channels.NoLabel, settled[i].Mode("Own Van").Label)
				assert.Equal(t, channels.HubListDecides, c.Mode("Own Van").Label)
			default:
				assert.Equal(t, c, settled[i])
			}
		}
		_, err := activitiestest.TryStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.Sandbox.Merchant(), Channels: map[string]string{"paris": "no"}}, nil)
		activitiestest.RequireFinal(t, contract.ErrorRequest, err)
	})
	t.Run("a merchant without account is not worked for", func(t *testing.T) {
		_, err := activitiestest.TryStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: "stranger"}, nil)
		activitiestest.RequireFinal(t, contract.ErrorNotAuthorised, err)
	})
}

func TestFindConnectionsWhenTheHubIsBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 30, Faults: []sandbox.Fault{{Route: "connections", Answer: "503"}}})
	in := FindConnectionsInput{Merchant: w.Sandbox.Merchant()}
	_, err := activitiestest.TryStep(w, w.connections.FindConnections, in, nil)
	application := activitiestest.ApplicationError(t, err)
	assert.Equal(t, contract.ErrorHub, application.Type())
	assert.False(t, application.NonRetryable())
	assert.NotEmpty(t, activitiestest.MustStep(w, w.connections.FindConnections, in).Connections)
}
