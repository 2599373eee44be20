package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
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

// Settings are what the seller and the operator chose for a merchant.
type Settings struct {
	// Connections are the connections that despacho works on; empty means all.
	Connections []string `json:"connections,omitempty"`
	// Paused: nothing is started for the merchant until it is resumed.
	Paused bool `json:"paused,omitempty"`
	// PausedConnections are the connections for which nothing is started.
	PausedConnections []string `json:"paused_connections,omitempty"`
	// Policies are by connection; the key "" is for those without their own.
	Policies map[string]Policy `json:"policies,omitempty"`
	// BindsEarly: if the policy under "" is AsOrdersCome, it also holds on channels where
	// requesting a label binds the order.
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

// MayBindEarly reports whether somebody decided that orders of a connection may be bound as they
// come in: for that connection by name, or for all connections with BindsEarly.
func (s Settings) MayBindEarly(connection string) bool {
	return s.Policies[connection] != "" || s.BindsEarly
}

// WorksOn reports whether work on a connection may begin, and if not, why.
func (s Settings) WorksOn(connection string) (ok bool, reason contract.Reason) {
	switch {
	case s.Paused:
		return false, wording.Reason(contract.WhyMerchantPaused)
	case slices.Contains(s.PausedConnections, connection):
		return false, wording.Reason(contract.WhyConnectionPaused)
	case len(s.Connections) > 0 && !slices.Contains(s.Connections, connection):
		return false, wording.Reason(contract.WhyConnectionsLimited)
	}
	return true, contract.Reason{}
}

// changeTries bounds how often a change is tried while others write the same settings.
const changeTries = 10

// ReadSettings reads a merchant's settings; the zero value if it has none.
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

// ChangeSettings changes a merchant's settings safely while others change them too: change is
// called again on each newer version. An error of change ends it and is returned.
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
	return Settings{}, fmt.Errorf("the settings of merchant %s were changed by others at the same time; try again", merchant)
}
