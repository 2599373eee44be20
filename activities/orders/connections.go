package orders

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// connectionsLimit bounds the connections of a merchant that a run works on.
const connectionsLimit = 200

// Connections holds the steps about marketplace connections. Register it with a worker.
type Connections struct {
	Hubs  activities.Hubs
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
	Connections []activities.Connection `json:"connections"`
	HubTime     time.Time               `json:"hub_time"`
}

// FindConnections lists the merchant's connections and says of each whether labels are available
// there. A wanted connection that the hub does not list is in the answer with that reason.
func (a *Connections) FindConnections(ctx context.Context, in FindConnectionsInput) (FoundConnections, error) {
	if _, err := channels.New(in.Channels); err != nil {
		return FoundConnections{}, activities.FinalError(contract.ErrorRequest, err.Error())
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
	for _, connection := range activities.ConnectionsOf(listed, in.Channels) {
		if len(in.Only) > 0 && !slices.Contains(in.Only, connection.ID) {
			continue
		}
		if err := a.withBrought(ctx, in.Merchant, &connection); err != nil {
			return FoundConnections{}, err
		}
		allowed(&connection)
		found.Connections = append(found.Connections, connection)
	}
	for _, id := range lo.Uniq(in.Only) {
		if !lo.ContainsBy(found.Connections, func(c activities.Connection) bool { return c.ID == id }) {
			found.Connections = append(found.Connections, activities.Connection{ID: id, SkipReason: contract.Cause(wording.Reason(contract.WhyConnectionNotListed))})
		}
	}
	if len(found.Connections) > connectionsLimit {
		return FoundConnections{}, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("the merchant has %d connections, but a run takes at most %d; name some with --connection", len(found.Connections), connectionsLimit))
	}
	found.HubTime = hub.Clock().Now()
	return found, nil
}

// withBrought lets a run work on a connection without labels of the hub's where partners have brought some.
func (a *Connections) withBrought(ctx context.Context, merchant string, c *activities.Connection) error {
	if c.SkipReason.Words == "" || activities.UnusableID(contract.WhyConnectionIDUnusable, c.ID).Words != "" {
		return nil
	}
	there, err := a.Store.ListAfter(ctx, storage.WaitingPrefix(merchant, c.ID), "", 1)
	if err == nil && len(there.Objects) > 0 {
		c.NoLabels, c.SkipReason = c.SkipReason, contract.Cause{}
	}
	return err
}

// allowed notes on a connection why it is not worked on, which the seller and the operator settle,
// and where the scopes that the merchant granted do not name it. That is no veto: how the hub writes
// them is its own affair, and it refuses what it does not allow.
func (a *Connections) allowed(ctx context.Context, merchant string) (func(*activities.Connection), error) {
	settings, err := accounts.ReadSettings(ctx, a.Store, merchant)
	if err != nil {
		return nil, err
	}
	var account accounts.Account
	if a.Accounts != nil {
		account, err = a.Accounts.ReadPublic(ctx, merchant)
		if err != nil && !errors.Is(err, accounts.ErrNotConnected) {
			return nil, err
		}
	}
	return func(c *activities.Connection) {
		_, reason := settings.WorksOn(c.ID)
		c.BroughtOnly = c.SkipReason.Words != "" && reason.Words == "" && activities.UnusableID(contract.WhyConnectionIDUnusable, c.ID).Words == ""
		c.SkipReason = contract.Cause(contract.FirstReason(contract.Reason(c.SkipReason), reason))
		if doubt := account.ScopeDoubts(c.ID); doubt != "" && c.SkipReason.Words == "" {
			c.Note = strings.Join(lo.Compact([]string{c.Note, doubt}), "; ")
		}
	}, nil
}
