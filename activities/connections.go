package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	Country  string `json:"country,omitempty"`
	// SkipReason says why it cannot have labels; empty when it can.
	SkipReason string `json:"skip_reason,omitempty"`
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

// under is the connection with its channel's overrides out of all, and the reason why there are no
// labels: its channel's, or that nothing can be asked by its id.
func (c Connection) under(overrides map[string]string) Connection {
	c.Overrides = channels.Overrides(overrides, c.Provider)
	_, c.SkipReason = c.channel().CanLabel(c.Country)
	c.SkipReason = lo.CoalesceOrEmpty(unusableID("connection", c.ID), c.SkipReason)
	return c
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
	for _, c := range listed {
		if len(in.Only) > 0 && !slices.Contains(in.Only, c.ID) {
			continue
		}
		connection := connectionOf(c).under(in.Channels)
		connection.SkipReason = lo.CoalesceOrEmpty(connection.SkipReason, allowed(c.ID))
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

func connectionOf(c multivende.Connection) Connection {
	channel := channels.BySlug(c.Provider)
	return Connection{
		ID: c.ID, Name: lo.CoalesceOrEmpty(c.Name, c.DisplayName, channel.Name), Channel: channel.Slug, Provider: c.Provider, Country: c.Country,
	}
}

// allowed tells of a connection why it is not worked on: what the seller and the operator
// settled, and what the merchant granted. Empty: it is.
func (a *Connections) allowed(ctx context.Context, merchant string) (func(connection string) string, error) {
	settings, err := accounts.ReadSettings(ctx, a.Store, merchant)
	if err != nil {
		return nil, err
	}
	var account *accounts.Account
	if a.Accounts != nil {
		found, err := a.Accounts.Look(ctx, merchant)
		if err != nil && !errors.Is(err, accounts.ErrNotConnected) {
			return nil, err
		}
		account = lo.Ternary(err == nil, &found, nil)
	}
	return func(connection string) string {
		if ok, reason := settings.WorksOn(connection); !ok {
			return reason
		}
		if account == nil {
			return ""
		}
		_, reason := account.WorksOn(connection)
		return reason
	}, nil
}
