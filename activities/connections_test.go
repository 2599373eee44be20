package activities

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestFindConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 30})
	all := must(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.hub.Merchant()})
	byName := func(name string) Connection {
		c, _ := lo.Find(all.Connections, func(c Connection) bool { return c.Name == name })
		return c
	}
	t.Run("every connection stands there, those without labels with their reason", func(t *testing.T) {
		assert.Len(t, all.Connections, len(w.hub.Report().Connections))
		for _, c := range w.hub.Report().Connections {
			found, _ := lo.Find(all.Connections, func(f Connection) bool { return f.ID == c.ID })
			assert.Equal(t, c.Labels, found.SkipReason == "", "%s: %s", c.Name, found.SkipReason)
			assert.Equal(t, c.Provider, found.Provider)
			assert.NotEmpty(t, found.Name)
		}
	})
	t.Run("the seller's name for it comes before the marketplace's", func(t *testing.T) {
		assert.Equal(t, "mercadolibre", byName("Tienda Norte").Channel)
		assert.Equal(t, "linio", byName("Linio").Channel)
	})
	t.Run("Walmart has labels in Chile only", func(t *testing.T) {
		assert.Empty(t, byName("Walmart").SkipReason)
		assert.Contains(t, byName("Walmart México").SkipReason, "CL")
	})
	t.Run("another spelling of a channel is the same channel, the route keeps the hub's", func(t *testing.T) {
		assert.Equal(t, []string{"woocommerce", "wocommerce"}, []string{byName("WooCommerce").Channel, byName("WooCommerce").Provider})
	})
	t.Run("the hub's time comes with them", func(t *testing.T) {
		assert.WithinDuration(t, w.hub.Now(), all.HubTime, 3e9)
	})
	t.Run("wanted connections alone, and those that the hub does not list by name", func(t *testing.T) {
		wanted := byName("Paris").ID
		some := must(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.hub.Merchant(), Only: []string{wanted, "nobody", wanted, "nobody"}})
		assert.Equal(t, []Connection{byName("Paris"), {ID: "nobody", SkipReason: "the hub lists no such connection of this merchant"}}, some.Connections)
	})
	t.Run("an installation settles what the guide leaves open, and nothing else", func(t *testing.T) {
		open, there := lo.Find(all.Connections, func(c Connection) bool { return c.SkipReason != "" && channels.BySlug(c.Channel).Inferred })
		require.True(t, there)
		overrides := map[string]string{open.Provider: "yes", "ripley/own van": "no"}
		settled := must(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.hub.Merchant(), Channels: overrides}).Connections
		for i, c := range all.Connections {
			switch c.Provider {
			case open.Provider:
				assert.Empty(t, settled[i].SkipReason)
			case "ripley":
				assert.Equal(t, channels.No, settled[i].mode("Own Van").Label)
				assert.Equal(t, channels.Listed, c.mode("Own Van").Label)
			default:
				assert.Equal(t, c, settled[i])
			}
		}
		_, err := does(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.hub.Merchant(), Channels: map[string]string{"paris": "no"}}, nil)
		requireFinal(t, ErrorRequest, err)
	})
	t.Run("a merchant without account is not worked for", func(t *testing.T) {
		_, err := does(w, w.connections.FindConnections, FindConnectionsInput{Merchant: "stranger"}, nil)
		requireFinal(t, ErrorNotAuthorised, err)
	})
}

func TestFindConnectionsWhenTheHubIsBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 30, Faults: []sandbox.Fault{{Route: "connections", Answer: "503"}}})
	in := FindConnectionsInput{Merchant: w.hub.Merchant()}
	_, err := does(w, w.connections.FindConnections, in, nil)
	application := applicationError(t, err)
	assert.Equal(t, ErrorHub, application.Type())
	assert.False(t, application.NonRetryable())
	assert.NotEmpty(t, must(w, w.connections.FindConnections, in).Connections)
}
