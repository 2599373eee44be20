package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/despacho/despacho/storage"
)

// Policy says when labels of a connection are made.
type Policy string

// The policies. An empty policy is ByHand.
const (
	ByHand             Policy = "by-hand"
	AtHours            Policy = "at-hours"
	WhenStockConfirmed Policy = "when-stock-confirmed"
	AsOrdersCome       Policy = "as-orders-come"
)

// Policies are all policies.
var Policies = []Policy{ByHand, AtHours, WhenStockConfirmed, AsOrdersCome}

// Settings are what is settled for a merchant: by the seller, and by the operator.
type Settings struct {
	// Connections are the marketplace connections that are worked on; empty means all.
	Connections []string `json:"connections,omitempty"`
	// Paused: nothing is begun for the merchant until it is resumed.
	Paused bool `json:"paused,omitempty"`
	// PausedConnections are connections for which nothing is begun.
	PausedConnections []string `json:"paused_connections,omitempty"`
	// Policies by connection; "" holds for those without one of their own.
	Policies map[string]Policy `json:"policies,omitempty"`
	// BindsEarly: where the policy for those without one of their own is AsOrdersCome, it counts also
	// on channels on which asking for a label binds the order.
	BindsEarly bool `json:"binds_early,omitempty"`
}

// PolicyOf is the policy of a connection.
func (s Settings) PolicyOf(connection string) Policy {
	for _, key := range []string{connection, ""} {
		if policy := s.Policies[key]; policy != "" {
			return policy
		}
	}
	return ByHand
}

// MayBindEarly says whether somebody has settled that orders of a connection may be bound as they
// come: for it by name, or for all knowing that.
func (s Settings) MayBindEarly(connection string) bool {
	return s.Policies[connection] != "" || s.BindsEarly
}

// WorksOn says whether work on a connection may begin, and if not, why in a sentence for people.
func (s Settings) WorksOn(connection string) (ok bool, reason string) {
	switch {
	case s.Paused:
		return false, "the merchant is paused; starter resume lets it go on"
	case slices.Contains(s.PausedConnections, connection):
		return false, "the connection is paused; starter resume --connection lets it go on"
	case len(s.Connections) > 0 && !slices.Contains(s.Connections, connection):
		return false, "the seller limits despacho to other connections"
	}
	return true, ""
}

// changeTries bounds how often a change is tried that others overtake.
const changeTries = 10

// ReadSettings reads a merchant's settings; without any, the zero value.
func ReadSettings(ctx context.Context, store *storage.Store, merchant string) (Settings, error) {
	settings, _, err := readSettings(ctx, store, merchant)
	return settings, err
}

func readSettings(ctx context.Context, store *storage.Store, merchant string) (settings Settings, etag string, err error) {
	etag, err = store.GetTagged(ctx, storage.AccountSettings(merchant), &settings)
	if errors.Is(err, storage.ErrNotFound) {
		return Settings{}, "", nil
	}
	return settings, etag, err
}

// ChangeSettings changes a merchant's settings, whoever else changes them meanwhile: change is
// called again on what the other left. Its error ends the change.
func ChangeSettings(ctx context.Context, store *storage.Store, merchant string, change func(*Settings) error) (Settings, error) {
	for range changeTries {
		settings, etag, err := readSettings(ctx, store, merchant)
		if err != nil {
			return Settings{}, err
		}
		if err := change(&settings); err != nil {
			return Settings{}, err
		}
		_, err = store.PutIf(ctx, storage.AccountSettings(merchant), settings, etag)
		if !errors.Is(err, storage.ErrChanged) {
			return settings, err
		}
	}
	return Settings{}, fmt.Errorf("the settings of merchant %s change all the time; try again", merchant)
}
