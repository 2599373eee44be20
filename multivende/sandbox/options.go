package sandbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
)

// Options describe a hub's world. The zero value is a world of 110 orders that
// can be labelled, from seed 0, on our own clock, without faults.
type Options struct {
	// Seed makes the world: equal seeds make equal worlds but for their dates.
	Seed int64
	// Orders is how many orders can be labelled; unpaid, cancelled, unsupported
	// and web-shop orders are added to them. Zero means 110.
	Orders int
	// History is how many sales of the last week, already shipped, are added.
	History int
	// Speed is how many times as fast as ours the hub's clock runs. Zero means 1.
	Speed float64
	// Faults is the fault plan, as ParseFaults reads it.
	Faults []Fault
	// LabelsDir holds label files (*.zpl, *.txt, *.pdf) that are handed out
	// instead of drawn ones: those of LabelsDir/<provider> if there are any, else
	// those of LabelsDir, in name order, in rotation over the orders, unchanged.
	LabelsDir string
	// Dir, when set, keeps the world's changes in a journal: a hub made again with
	// the same Dir continues where the last one stopped, however it stopped.
	Dir string
	// FalabellaFormat is "pdf" (also when empty) or "zpl".
	FalabellaFormat string
	// Token is the bearer that the hub accepts, MerchantID its merchant; both are
	// made from the seed when empty.
	Token, MerchantID string
	// ClientID (digits) and ClientSecret are the application's; made from the seed when empty.
	ClientID, ClientSecret string
	// Redirects are the addresses to which a consent may lead; nil means
	// http://127.0.0.1:8477/callback.
	Redirects []string
	// GiveStateBack has the consent page lead back with the state with which it was opened; the
	// guide knows no state.
	GiveStateBack bool
	// OAuthOnly refuses Token: only tokens that OAuth hands out are accepted.
	OAuthOnly bool
	// OldTokensLive leaves a token alive to its end when it has been refreshed;
	// otherwise it is refused from then on.
	OldTokensLive bool
	// RefreshDiesWithToken refuses a refresh once the token has expired, as one
	// article of the guide says; otherwise the refresh token lives 48 hours.
	RefreshDiesWithToken bool
	// Scopes are what the account grants; nil means everything for everything.
	Scopes Scopes
	// Webhooks is the address to which notifications are sent, until POST
	// /sandbox/webhooks names another; empty for none. WebhookRates say how often
	// a notification goes wrong.
	Webhooks     string
	WebhookRates WebhookRates
	// WebhookClient sends the notifications; nil means a client of the hub's own.
	WebhookClient *http.Client
	// Arrivals is how many new sales come per hour of the hub's clock.
	Arrivals float64
	// StatusDelays are how long statuses take to a channel, by provider, where that
	// is not to be the world's own time for it.
	StatusDelays map[string]time.Duration
	// OddIDs gives every second connection, order, sale, task and warehouse an id that is no UUID: with
	// spaces, accents, colons, slashes and the like; some are of no use to anybody.
	OddIDs bool

	// MovedRoutes are routes that answer under another path only: templates by the
	// route's name, or by that which DESPACHO_HUB_PATHS gives it.
	MovedRoutes map[string]string

	// Dialect is how the hub words what the guide leaves open.
	Dialect Dialect

	// TaskTime is how long tasks take. Zero means a minute per label.
	TaskTime TaskTime

	// IgnoreFilter names lists that show every connection's entries whatever connection they are
	// asked for: "labels", "sales".
	IgnoreFilter []string
	// Nameless is how many of 100 sales, and their deliveries, do not name their connection.
	Nameless int
	// Warehouses says where warehouses stand: at the "items" (some orders then lie in two), at the
	// "deliveries", nowhere ("none"), or at both, with one for each order (empty).
	Warehouses string
	// Now is our clock; nil means time.Now.
	Now func() time.Time
	// PageSize is the length of a list's page. Zero means 50.
	PageSize int
}

func (o Options) withDefaults() (Options, error) {
	if o.Orders == 0 {
		o.Orders = 110
	}
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.PageSize == 0 {
		o.PageSize = 50
	}
	if o.FalabellaFormat == "" {
		o.FalabellaFormat = "pdf"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	id, secret := credentials(o.Seed)
	o.ClientID, o.ClientSecret = cmp.Or(o.ClientID, id), cmp.Or(o.ClientSecret, secret)
	if o.Redirects == nil {
		o.Redirects = []string{"http://127.0.0.1:8477/callback"}
	}
	if o.Scopes == nil {
		o.Scopes = everything()
	}
	if len(o.StatusDelays) == 0 {
		o.StatusDelays = nil
	}
	if len(o.Faults) == 0 {
		o.Faults = nil
	}
	if o.MerchantID == "" {
		o.MerchantID = identifiers(o.Seed)("merchant")
	}
	if o.Token == "" {
		sum := sha256.Sum256(fmt.Appendf(nil, "token %d", o.Seed))
		o.Token = "sandbox." + hex.EncodeToString(sum[:16]) + "." + hex.EncodeToString(sum[16:])
	}
	return o, o.check()
}

func (o Options) check() error {
	if err := o.Dialect.check(); err != nil {
		return err
	}
	switch {
	case o.Orders < 0 || o.Orders > 1_000_000:
		return fmt.Errorf("sandbox: %d orders: give a number from 1 to 1,000,000", o.Orders)
	case o.History < 0 || o.History > 1_000_000:
		return fmt.Errorf("sandbox: %d sales of the last week: give a number from 0 to 1,000,000", o.History)
	case o.Speed < 0:
		return fmt.Errorf("sandbox: speed %g: a clock does not run backwards", o.Speed)
	case o.PageSize < 0:
		return fmt.Errorf("sandbox: page size %d: give a number from 1 on", o.PageSize)
	case o.Arrivals < 0 || o.Arrivals > 1_000_000:
		return fmt.Errorf("sandbox: %g arrivals an hour: give a number from 0 to 1,000,000", o.Arrivals)
	case refuseWebhooks(o.Webhooks, o.WebhookRates) != "":
		return fmt.Errorf("sandbox: %s", refuseWebhooks(o.Webhooks, o.WebhookRates))
	case lo.SomeBy(lo.Values(o.StatusDelays), func(delay time.Duration) bool { return delay <= 0 }):
		return errors.New("sandbox: a status takes some time to its channel")
	case o.TaskTime.Fixed < 0 || o.TaskTime.PerLabel < 0:
		return errors.New("sandbox: a task takes some time")
	case len(lo.Without(o.IgnoreFilter, ListLabels, ListSales)) > 0:
		return fmt.Errorf("sandbox: lists without a filter %q: give %s, %s", o.IgnoreFilter, ListLabels, ListSales)
	case o.Nameless < 0 || o.Nameless > 100:
		return fmt.Errorf("sandbox: %d of 100 sales without a connection: give a number from 0 to 100", o.Nameless)
	case !slices.Contains([]string{"", AtItems, AtDeliveries, AtNone}, o.Warehouses):
		return fmt.Errorf("sandbox: warehouses at %q: give %s, %s or %s", o.Warehouses, AtItems, AtDeliveries, AtNone)
	case o.FalabellaFormat != "pdf" && o.FalabellaFormat != "zpl":
		return fmt.Errorf("sandbox: Falabella's format %q: give pdf or zpl", o.FalabellaFormat)
	}
	return nil
}

// identifiers makes the ids of a seed's world: version 5 UUIDs of what they name.
func identifiers(seed int64) func(format string, arguments ...any) string {
	space := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "sandbox world %d", seed))
	return func(format string, arguments ...any) string {
		return uuid.NewSHA1(space, fmt.Appendf(nil, format, arguments...)).String()
	}
}
