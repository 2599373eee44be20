package activities

import (
	"cmp"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// UnusableID says why nothing can be asked by an id of the hub's, under the code for what it is of; no
// reason when it can, and when there is no id.
func UnusableID(code contract.ReasonCode, id string) contract.Reason {
	if why := multivende.WhyUnusable(id); id != "" && why != "" {
		return wording.Reason(code, "detail", why)
	}
	return contract.Reason{}
}

// Connection is a marketplace connection of a merchant.
type Connection struct {
	ID string `json:"id"`
	// Name is the seller's alias, else the marketplace's name.
	Name string `json:"name"`
	// Channel is the slug of its row in channels; Provider is the hub's own spelling, for routes.
	Channel  string `json:"channel"`
	Provider string `json:"provider"`
	// Country is where it is, as far as that is known; CountrySaid is the hub's word, Marketplace the
	// hub's name for the channel there.
	Country     string `json:"country,omitempty"`
	CountrySaid string `json:"country_said,omitempty"`
	Marketplace string `json:"marketplace,omitempty"`
	// SkipReason says why it cannot have labels; empty when it can.
	SkipReason contract.Cause `json:"skip_reason,omitzero"`
	// NoLabels says why the hub makes no labels for it, where partners have brought some: a run takes these and lists nothing.
	NoLabels contract.Cause `json:"no_labels,omitzero"`
	// BroughtOnly: it is skipped because the hub makes no labels for it, and for nothing else. Whoever names an order there
	// whose label was brought and published is answered all the same.
	BroughtOnly bool `json:"brought_only,omitempty"`
	// Note is what people should know about it: what was only assumed, what may be refused.
	Note string `json:"note,omitempty"`
	// Overrides is what the installation settled for its channel where the guide is silent.
	Overrides map[string]string `json:"overrides,omitempty"`
}

// Row returns the connection's marketplace in the table of channels.
func (c Connection) Row() channels.Channel { return c.Table().BySlug(c.Channel) }

// Mode returns the rules for orders of a shipping mode there.
func (c Connection) Mode(shippingMode string) channels.Mode {
	return c.Table().ModeOf(c.Channel, shippingMode)
}

// Table returns the table of channels with the installation's overrides.
func (c Connection) Table() channels.Table {
	table, _ := channels.New(c.Overrides) // they were checked when they were settled
	return table
}

// ConnectionsUnder returns the connections with their channels' overrides, each one's country and, where it has
// no labels, the reason: its channel's, or that its id is unusable.
func ConnectionsUnder(connections []Connection, overrides map[string]string) []Connection {
	table, _ := channels.New(overrides) // they were checked when they were settled
	places := table.Locate(lo.Map(connections, func(c Connection, _ int) channels.ConnectionHints {
		return channels.ConnectionHints{ID: c.ID, Slug: c.Provider, HubCountry: c.CountrySaid, Names: []string{c.Name, c.Marketplace}}
	}))
	return lo.Map(connections, func(c Connection, i int) Connection {
		c.Country, c.Note = places[i].Country, ""
		c.Overrides = channels.OverridesFor(overrides, c.Provider)
		_, reason := c.Row().CanLabel(c.Country)
		if len(c.Row().Countries) > 0 {
			c.Note = places[i].Note
		}
		c.SkipReason = contract.Cause(contract.FirstReason(UnusableID(contract.WhyConnectionIDUnusable, c.ID), reason))
		return c
	})
}

// ConnectionsOf returns all of a merchant's connections. The country of those that the hub is silent
// about is deduced from the others.
func ConnectionsOf(listed []multivende.Connection, overrides map[string]string) []Connection {
	return ConnectionsUnder(lo.Map(listed, func(c multivende.Connection, _ int) Connection {
		channel := channels.BySlug(c.Provider)
		return Connection{
			ID: c.ID, Name: cmp.Or(c.Name, c.DisplayName, channel.Name), Channel: channel.Slug, Provider: c.Provider,
			CountrySaid: c.Country, Marketplace: c.DisplayName,
		}
	}), overrides)
}
