package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// connectionsLimit bounds the connections of a merchant that a run works on.
const connectionsLimit = 200

// Connection is a marketplace connection of a merchant.
type Connection struct {
	ID string `json:"id"`
	// Name is the seller's alias, else the marketplace's name.
	Name string `json:"name"`
	// Channel is the slug of its row in channels; Provider is the hub's own spelling, for routes.
	Channel  string `json:"channel"`
	Provider string `json:"provider"`
	// Country is where it is, as far as anybody can tell; CountrySaid is the hub's word, Marketplace
	// its name for the channel there.
	Country     string `json:"country,omitempty"`
	CountrySaid string `json:"country_said,omitempty"`
	Marketplace string `json:"marketplace,omitempty"`
	// SkipReason says why it cannot have labels; empty when it can.
	SkipReason string `json:"skip_reason,omitempty"`
	// Note is what somebody should know of it: what was only assumed, what may be refused.
	Note string `json:"note,omitempty"`
	// Overrides are what the installation settled for its channel where the guide is silent.
	Overrides map[string]string `json:"overrides,omitempty"`
}

func (c Connection) channel() channels.Channel { return c.table().BySlug(c.Channel) }

func (c Connection) mode(shippingMode string) channels.Mode {
	return c.table().ModeOf(c.Channel, shippingMode)
}

func (c Connection) table() channels.Table {
	table, _ := channels.New(c.Overrides) // they were checked when they were settled
	return table
}

// under are the connections with their channels' overrides out of all, the country of each, and the
// reason why one has no labels: its channel's, or that nothing can be asked by its id.
func under(connections []Connection, overrides map[string]string) []Connection {
	table, _ := channels.New(overrides) // they were checked when they were settled
	places := table.Locate(lo.Map(connections, func(c Connection, _ int) channels.Shop {
		return channels.Shop{ID: c.ID, Slug: c.Provider, Said: c.CountrySaid, Names: []string{c.Name, c.Marketplace}}
	}))
	return lo.Map(connections, func(c Connection, i int) Connection {
		c.Country, c.Note = places[i].Country, ""
		c.Overrides = channels.Overrides(overrides, c.Provider)
		if _, c.SkipReason = c.channel().CanLabel(c.Country); len(c.channel().Countries) > 0 {
			c.Note = places[i].Note
		}
		c.SkipReason = lo.CoalesceOrEmpty(unusableID("connection", c.ID), c.SkipReason)
		return c
	})
}

// Connections are the steps about marketplace connections.
type Connections struct {
	Hubs  Hubs
	Store *storage.Store
	// Accounts are nil where there are none.
	Accounts *accounts.Vault
}

// FindConnectionsInput selects a merchant's connections; empty Only means all.
type FindConnectionsInput struct {
	Merchant string   `json:"merchant"`
	Only     []string `json:"only,omitempty"`
	// Channels are overrides of the table of channels (channels.New).
	Channels map[string]string `json:"channels,omitempty"`
}

// FoundConnections are a merchant's connections, and the hub's time when they were read.
type FoundConnections struct {
	Connections []Connection `json:"connections"`
	HubTime     time.Time    `json:"hub_time"`
}

// FindConnections lists the merchant's connections and says of each whether
// labels can be had there. A wanted one that the hub does not list stands in
// the answer with that reason.
func (a *Connections) FindConnections(ctx context.Context, in FindConnectionsInput) (FoundConnections, error) {
	found, err := a.find(ctx, in)
	return found, translate(err)
}

func (a *Connections) find(ctx context.Context, in FindConnectionsInput) (FoundConnections, error) {
	if _, err := channels.New(in.Channels); err != nil {
		return FoundConnections{}, final(ErrorRequest, err.Error())
	}
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return FoundConnections{}, err
	}
	listed, err := hub.Connections(ctx)
	if err != nil {
		return FoundConnections{}, err
	}
	allowed, err := a.allowed(ctx, in.Merchant)
	if err != nil {
		return FoundConnections{}, err
	}
	var found FoundConnections
	for _, connection := range connectionsOf(listed, in.Channels) {
		if len(in.Only) > 0 && !slices.Contains(in.Only, connection.ID) {
			continue
		}
		allowed(&connection)
		found.Connections = append(found.Connections, connection)
	}
	for _, id := range lo.Uniq(in.Only) {
		if !lo.ContainsBy(found.Connections, func(c Connection) bool { return c.ID == id }) {
			found.Connections = append(found.Connections, Connection{ID: id, SkipReason: "the hub lists no such connection of this merchant"})
		}
	}
	if len(found.Connections) > connectionsLimit {
		return FoundConnections{}, final(ErrorRequest, fmt.Sprintf("the merchant has %d connections; a run takes at most %d: name them with --connection", len(found.Connections), connectionsLimit))
	}
	found.HubTime = hub.Clock().Now()
	return found, nil
}

// connectionsOf are all of a merchant's connections: those that the hub is silent about are judged by the others.
func connectionsOf(listed []multivende.Connection, overrides map[string]string) []Connection {
	return under(lo.Map(listed, func(c multivende.Connection, _ int) Connection {
		channel := channels.BySlug(c.Provider)
		return Connection{
			ID: c.ID, Name: lo.CoalesceOrEmpty(c.Name, c.DisplayName, channel.Name), Channel: channel.Slug, Provider: c.Provider,
			CountrySaid: c.Country, Marketplace: c.DisplayName,
		}
	}), overrides)
}

// allowed notes on a connection why it is not worked on, which the seller and the operator settle,
// and where the scopes that the merchant granted do not name it. That is no veto: how the hub writes
// them is its own affair, and it refuses what it does not allow.
func (a *Connections) allowed(ctx context.Context, merchant string) (func(*Connection), error) {
	settings, err := accounts.ReadSettings(ctx, a.Store, merchant)
	if err != nil {
		return nil, err
	}
	var account accounts.Account
	if a.Accounts != nil {
		account, err = a.Accounts.Look(ctx, merchant)
		if err != nil && !errors.Is(err, accounts.ErrNotConnected) {
			return nil, err
		}
	}
	return func(c *Connection) {
		_, reason := settings.WorksOn(c.ID)
		c.SkipReason = lo.CoalesceOrEmpty(c.SkipReason, reason)
		if doubt := account.Doubts(c.ID); doubt != "" && c.SkipReason == "" {
			c.Note = strings.Join(lo.Compact([]string{c.Note, doubt}), "; ")
		}
	}, nil
}
