package accounts

import (
	"regexp"
	"time"

	"github.com/despacho/despacho/multivende"
)

var merchantPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// ValidMerchant reports whether a text can be a merchant's id.
func ValidMerchant(id string) bool { return merchantPattern.MatchString(id) }

// State says whether despacho can work with an account.
type State string

// The states of an account.
const (
	Alive State = "alive"
	// NeedsConsent: its tokens can no longer be renewed; the merchant must give a new code.
	NeedsConsent State = "needs_consent"
)

// Account is a merchant's access to the hub. Its times are the hub's unless a comment says
// otherwise.
type Account struct {
	Merchant string `json:"-"`
	// Generation counts the pairs of tokens, from 1.
	Generation int64 `json:"generation"`
	State      State `json:"state"`
	// Reason says why the account needs consent.
	Reason string `json:"reason,omitempty"`
	// ConnectedAt is when a code was last exchanged, by our clock.
	ConnectedAt      time.Time         `json:"connected_at"`
	ExpiresAt        time.Time         `json:"expires_at"`
	RefreshExpiresAt time.Time         `json:"refresh_expires_at"`
	Scopes           multivende.Scopes `json:"scopes"`
	// HubTime and OurTime are what the two clocks showed when the pair was issued.
	HubTime time.Time `json:"hub_time"`
	OurTime time.Time `json:"our_time"`
	// RenewedOnDemand: this pair was requested because the hub had refused the one before.
	RenewedOnDemand bool `json:"demanded,omitempty"`
	// TokenRefused: the hub refuses the token, and the token cannot be renewed.
	TokenRefused bool `json:"token_refused,omitempty"`
	// Renewal records the attempts to use the present refresh token.
	Renewal Renewal `json:"renewal,omitzero"`

	Token        multivende.Secret `json:"-"`
	RefreshToken multivende.Secret `json:"-"`
}

// Renewal records what was tried with an account's present refresh token. Its times are ours.
type Renewal struct {
	// Until is set when the refresh token was sent, or may have been: without an answer by then,
	// the answer counts as lost. Zero: no renewal is under way.
	Until time.Time `json:"until,omitzero"`
	// NotBefore: the hub asked us not to try earlier.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Tries counts all attempts, Lost those without an answer, AfterEnd those after the token
	// expired.
	Tries    int `json:"tries,omitempty"`
	Lost     int `json:"lost,omitempty"`
	AfterEnd int `json:"after_end,omitempty"`
	// Trouble is why the last attempt failed.
	Trouble string `json:"trouble,omitempty"`
}

// NeededScopes lists the scopes without which labels cannot be made.
var NeededScopes = []string{"read:channels", "read:checkouts", "write:checkouts"}

// Life is how long the token is still valid at hubNow (the hub's time); zero or negative once it
// has expired.
func (a Account) Life(hubNow time.Time) time.Duration { return a.ExpiresAt.Sub(hubNow) }

// Usable reports whether the hub may still accept the token.
func (a Account) Usable(hubNow time.Time) bool { return !a.TokenRefused && a.Life(hubNow) > 0 }

// HubNow estimates the hub's time from our clock; speed is how many times faster the hub's clock
// runs.
func (a Account) HubNow(now time.Time, speed float64) time.Time {
	return a.HubTime.Add(time.Duration(float64(max(now.Sub(a.OurTime), 0)) * speed))
}

// acceptGrant stores a new pair of tokens in the account.
func (a *Account) acceptGrant(grant multivende.Grant, now time.Time) {
	a.Generation++
	a.State, a.Reason, a.TokenRefused, a.Renewal = Alive, "", false, Renewal{}
	a.Token, a.RefreshToken = grant.Token, grant.RefreshToken
	a.ExpiresAt, a.RefreshExpiresAt, a.HubTime, a.OurTime = grant.ExpiresAt, grant.RefreshExpiresAt, grant.At, now
	if len(grant.Scopes) > 0 {
		a.Scopes = grant.Scopes
	}
}

// requireConsent ends the renewals: only a new code helps.
func (a *Account) requireConsent(reason string, refused bool) {
	a.State, a.Reason, a.Renewal = NeedsConsent, reason, Renewal{}
	a.TokenRefused = a.TokenRefused || refused
}

// ScopeDoubts says, in a sentence for people, why the hub may refuse work on a connection, judging by
// the scopes that it listed; "" if they name the connection, or if it listed none. The hub's own
// answer decides: the ids in its scopes are not necessarily those of connections.
func (a Account) ScopeDoubts(connection string) string {
	if len(a.Scopes) == 0 {
		return ""
	}
	for _, scope := range NeededScopes {
		switch {
		case !a.Scopes.Has(scope):
			return "the merchant's scopes do not include " + scope + ", so the hub may refuse this connection; if it does, ask the merchant for a new code with that scope and run starter connect"
		case !a.Scopes.Covers(scope, connection):
			return "the merchant's scope " + scope + " does not name this connection, so the hub may refuse it"
		}
	}
	return ""
}
