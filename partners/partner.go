package partners

import (
	"slices"
	"time"
)

// Scope is what a key may be used for.
type Scope string

// The scopes.
const (
	// Runs: start, look at, retry and cancel batches, and read their files.
	Runs Scope = "runs"
	// Orders: read what the intake knows, and confirm stock.
	Orders Scope = "orders"
	// Labels: read the label of a single order.
	Labels Scope = "labels"
	// Statuses: report shipment statuses.
	Statuses Scope = "statuses"
	// Webhooks: choose where events are sent.
	Webhooks Scope = "webhooks"
)

// Scopes lists all scopes.
func Scopes() []Scope { return []Scope{Runs, Orders, Labels, Statuses, Webhooks} }

// Partner is a key as it is stored: everything but the key. Times are ours.
type Partner struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Merchants []string  `json:"merchants"`
	Scopes    []Scope   `json:"scopes"`
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires"`
	Revoked   time.Time `json:"revoked,omitzero"`
	// LastUsed is right to the hour.
	LastUsed time.Time `json:"last_used,omitzero"`
	// Secrets are those that open the door, the newest first.
	Secrets []Secret `json:"secrets"`
}

// Secret is a key that opens the door until a moment; Until is zero for as long as the partner's.
type Secret struct {
	SHA256  string    `json:"sha256"`
	Created time.Time `json:"created"`
	Until   time.Time `json:"until,omitzero"`
}

// State says whether a key works.
type State string

// The states of a key.
const (
	Works   State = "works"
	Expired State = "expired"
	Revoked State = "revoked"
)

// State is where the key stands at a time.
func (p Partner) State(now time.Time) State {
	switch {
	case !p.Revoked.IsZero():
		return Revoked
	case !now.Before(p.Expires):
		return Expired
	}
	return Works
}

// Opens says whether a key opens the door at a time.
func (p Partner) Opens(key Key, now time.Time) bool {
	if p.ID != key.ID() || p.State(now) != Works {
		return false
	}
	opened := false
	for _, secret := range p.Secrets {
		if key.opens(secret.SHA256) && (secret.Until.IsZero() || now.Before(secret.Until)) {
			opened = true
		}
	}
	return opened
}

// Serves says whether the key is one of a merchant's.
func (p Partner) Serves(merchant string) bool { return slices.Contains(p.Merchants, merchant) }

// May says whether the key has a scope.
func (p Partner) May(scope Scope) bool { return slices.Contains(p.Scopes, scope) }
