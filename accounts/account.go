package accounts

import (
	"regexp"
	"time"

	"github.com/despacho/despacho/multivende"
)

var merchantPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// ValidMerchant says whether a text can be a merchant's id.
func ValidMerchant(id string) bool { return merchantPattern.MatchString(id) }

// State says whether an account can be worked with.
type State string

// The states of an account.
const (
	Alive State = "alive"
	// NeedsConsent: its tokens can no longer be renewed; the merchant must give a new code.
	NeedsConsent State = "needs_consent"
)

// Account is a merchant's access to the hub. Times are the hub's unless said otherwise.
type Account struct {
	Merchant string `json:"-"`
	// Generation counts the pairs of tokens.
	Generation int64 `json:"generation"`
	State      State `json:"state"`
	// Reason says why it needs consent.
	Reason string `json:"reason,omitempty"`
	// ConnectedAt is when a code was exchanged last; our time.
	ConnectedAt      time.Time         `json:"connected_at"`
	ExpiresAt        time.Time         `json:"expires_at"`
	RefreshExpiresAt time.Time         `json:"refresh_expires_at"`
	Scopes           multivende.Scopes `json:"scopes"`
	// HubTime and OurTime are what both clocks showed when the pair was given.
	HubTime time.Time `json:"hub_time"`
	OurTime time.Time `json:"our_time"`
	// Demanded: the pair was asked for because the hub had refused the one before.
	Demanded bool `json:"demanded,omitempty"`
	// TokenRefused: the hub refuses the token, and it cannot be renewed.
	TokenRefused bool `json:"token_refused,omitempty"`
	// Renewal is what became of the refresh token so far.
	Renewal Renewal `json:"renewal,omitzero"`

	Token        multivende.Secret `json:"-"`
	RefreshToken multivende.Secret `json:"-"`
}

// Renewal is what was tried with an account's present refresh token. Its times are ours.
type Renewal struct {
	// Until: it was, or may have been, sent; what is not known by then is lost. Zero: nothing is under way.
	Until time.Time `json:"until,omitzero"`
	// NotBefore: the hub does not want it earlier.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Tries counts all sends, Lost those without an answer, AfterEnd those after the token's end.
	Tries    int `json:"tries,omitempty"`
	Lost     int `json:"lost,omitempty"`
	AfterEnd int `json:"after_end,omitempty"`
	// Trouble is why the last try did not work.
	Trouble string `json:"trouble,omitempty"`
}

// Needed are the scopes without which labels cannot be made.
var Needed = []string{"read:channels", "read:checkouts", "write:checkouts"}

// Life is how long the token still lives at a time of the hub's; not positive when it has ended.
func (a Account) Life(hubNow time.Time) time.Duration { return a.ExpiresAt.Sub(hubNow) }

// Usable says whether the hub may still take the token.
func (a Account) Usable(hubNow time.Time) bool { return !a.TokenRefused && a.Life(hubNow) > 0 }

// HubNow is about the hub's time when our clock shows now, if the hub's runs so many times as fast.
func (a Account) HubNow(now time.Time, speed float64) time.Time {
	return a.HubTime.Add(time.Duration(float64(max(now.Sub(a.OurTime), 0)) * speed))
}

// take makes a pair of tokens the account's.
func (a *Account) take(grant multivende.Grant, now time.Time) {
	a.Generation++
	a.State, a.Reason, a.TokenRefused, a.Renewal = Alive, "", false, Renewal{}
	a.Token, a.RefreshToken = grant.Token, grant.RefreshToken
	a.ExpiresAt, a.RefreshExpiresAt, a.HubTime, a.OurTime = grant.ExpiresAt, grant.RefreshExpiresAt, grant.At, now
	if len(grant.Scopes) > 0 {
		a.Scopes = grant.Scopes
	}
}

// stop ends the renewing: only a new code helps.
func (a *Account) stop(reason string, refused bool) {
	a.State, a.Reason, a.Renewal = NeedsConsent, reason, Renewal{}
	a.TokenRefused = a.TokenRefused || refused
}

// Doubts says, in a sentence for people, why the hub may refuse work on a connection by the scopes
// that it told; empty when they name it, or when it told none. The hub's own answer decides: the ids
// in its scopes need not be those of connections.
func (a Account) Doubts(connection string) string {
	if len(a.Scopes) == 0 {
		return ""
	}
	for _, scope := range Needed {
		switch {
		case !a.Scopes.Has(scope):
			return "the merchant's scopes do not tell of " + scope + ", so the hub may refuse this connection; if it does, a new code with it is needed (starter connect)"
		case !a.Scopes.Covers(scope, connection):
			return "the merchant's scope " + scope + " does not name this connection, so the hub may refuse it"
		}
	}
	return ""
}
