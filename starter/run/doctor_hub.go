package run

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/starter/terminal"
)

const (
	// shortLife is how much life of a token is worth a warning: renewing should have begun.
	shortLife = 45 * time.Minute
	// clocks may differ so much before it is worth a warning, and before signatures fail.
	clocksWarn = 30 * time.Second
	clocksFail = 10 * time.Minute
)

// hubCall is a call to the hub, for the hub's support.
type hubCall struct {
	At           time.Time `json:"at"`
	Route        string    `json:"route"`
	Method       string    `json:"method"`
	Status       int       `json:"status"`
	Class        string    `json:"class,omitempty"`
	Milliseconds int64     `json:"milliseconds"`
}

// examineHub asks the hub whose token it is, what it may do and what time it is.
func (e *examination) examineHub(ctx context.Context, _ desk) {
	token, ok := e.token()
	if !ok {
		return
	}
	hub, err := multivende.New(multivende.Config{
		BaseURL: e.command.Hub, Merchant: e.merchant, Token: multivende.StaticToken(token.Reveal()), PathsFile: e.command.HubPaths,
		Speed: cmp.Or(e.command.HubSpeed, 1), AllowHosts: e.command.DownloadHosts,
		Observe: func(_ context.Context, call multivende.Call) {
			e.calls = append(e.calls, hubCall{e.now().UTC(), call.Route, call.Method, call.Status, string(call.Class), call.Duration.Milliseconds()})
		},
	})
	if err != nil {
		e.fail("hub", "check DESPACHO_HUB, DESPACHO_HUB_PATHS and DESPACHO_DOWNLOAD_HOSTS", "%v", err)
		return
	}
	e.hub = hub
	info, err := hub.AppInfo(ctx)
	if !e.answered(err) {
		return
	}
	e.ok("hub", "%s answers application %s", e.command.Hub, cmp.Or(info.AppName, info.ID))
	if info.MerchantID != "" && info.MerchantID != e.merchant {
		e.fail("token", "check DESPACHO_MERCHANT, or connect the right merchant", "the token is merchant %s's, not %s's", info.MerchantID, e.merchant)
	} else {
		e.examineLife(token)
	}
	e.examineScopes(ctx)
	e.examineClock()
}

// token is the merchant's token, from its account or pasted.
func (e *examination) token() (multivende.Secret, bool) {
	if e.account != nil {
		if e.account.State == accounts.NeedsConsent {
			e.fail("token", accounts.HowToConsent, "the account needs consent: %s", e.account.Reason)
			return "", false
		}
		return e.account.Token, true
	}
	if e.locked {
		return "", false
	}
	token, err := e.pastedToken()
	switch {
	case err != nil:
		e.fail("token", "check DESPACHO_TOKEN_FILE", "%v", err)
	case token == "" && e.store == nil:
		e.fail("token", "fix S3 first", "whether merchant %s is connected is not known: the label store is unreachable", e.merchant)
	case token == "":
		e.fail("token", "starter connect, or set DESPACHO_TOKEN_FILE", "merchant %s is not connected, and there is no pasted token", e.merchant)
	}
	return token, err == nil && token != ""
}

// answered says whether the hub took the token, and why not.
func (e *examination) answered(err error) bool {
	switch multivende.ClassOf(err) {
	case "":
		if err != nil {
			e.fail("hub", "", "%v", err)
		}
		return err == nil
	case multivende.NotAuthorised:
		do := "write a new token into DESPACHO_TOKEN_FILE"
		if e.account != nil {
			do = "is the worker running? it renews tokens; else: " + accounts.HowToConsent
		}
		e.ok("hub", "%s answers", e.command.Hub)
		e.fail("token", do, "%v", err)
	case multivende.Unreachable:
		e.fail("hub", "check DESPACHO_HUB, the network and any proxy", "%v", err)
	case multivende.Busy:
		e.warn("hub", "try again later", "%v", err)
	case multivende.NotFound, multivende.NoRoute, multivende.Refused, multivende.Broken, multivende.LinkExpired, multivende.Stalled, multivende.NeedsConsent:
		e.fail("hub", "does the hub use another path? set it in the file of DESPACHO_HUB_PATHS", "%v", err)
	}
	return false
}

func (e *examination) examineLife(token multivende.Secret) {
	expires, known := expiryOf(token)
	if e.account != nil {
		expires, known = e.account.ExpiresAt, true
	}
	if !known {
		e.ok("token", "accepted; when it ends is not known (six hours after it was made)")
		return
	}
	life := expires.Sub(e.hub.Clock().Now()).Round(time.Minute)
	switch {
	case life > shortLife:
		e.ok("token", "valid for another %s", life)
	case e.account != nil:
		e.warn("token", "it should be renewed by now: is the worker running, and workflow credentials/"+e.merchant+" open?", "valid for another %s only", life)
	default:
		e.warn("token", "write a new one into DESPACHO_TOKEN_FILE, or connect the merchant: starter connect", "valid for another %s only", life)
	}
}

// expiryOf reads the end of a token where the token itself says it.
func expiryOf(token multivende.Secret) (time.Time, bool) {
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		ExpiresAt time.Time `json:"expiresAt"`
		Exp       int64     `json:"exp"`
	}
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return time.Time{}, false
	}
	if claims.ExpiresAt.IsZero() && claims.Exp > 0 {
		claims.ExpiresAt = time.Unix(claims.Exp, 0)
	}
	return claims.ExpiresAt, !claims.ExpiresAt.IsZero()
}

// examineScopes tells what the merchant has granted; of a pasted token, what can be read.
func (e *examination) examineScopes(ctx context.Context) {
	connections, err := e.hub.Connections(ctx)
	if err != nil {
		e.fail("scopes", "the application needs read:channels; a new code with it is needed", "connections cannot be listed: %v", err)
		return
	}
	if e.account == nil {
		err := e.hub.CheckoutsLight(ctx, multivende.CheckoutsLightQuery{UpdatedFrom: e.hub.Clock().Now().Add(-time.Minute)}, func([]multivende.CheckoutLight) error { return nil })
		if err != nil {
			e.fail("scopes", "the application needs read:checkouts; a new code with it is needed", "sales cannot be listed: %v", err)
			return
		}
		e.ok("scopes", "%s and sales can be read; write:checkouts cannot be tried without writing", terminal.Count(len(connections), "connection"))
		return
	}
	missing := lo.Reject(accounts.NeededScopes, func(scope string, _ int) bool { return e.account.Scopes.Has(scope) })
	doubted := lo.FilterMap(connections, func(c multivende.Connection, _ int) (string, bool) {
		return c.Name + " (" + c.ID + ")", e.account.ScopeDoubts(c.ID) != ""
	})
	switch {
	case len(missing) > 0:
		e.fail("scopes", "add them to the application and get a new code: "+accounts.HowToConsent, "not granted: %s", strings.Join(missing, ", "))
	case len(doubted) == len(connections) && len(doubted) > 0:
		e.warn("scopes", "despacho uses them anyway; where the hub refuses one, the merchant has to grant it",
			"the scopes name none of the %s: their ids may be of something else", terminal.Count(len(connections), "connection"))
	case len(doubted) > 0:
		e.warn("scopes", "despacho uses them anyway; where the hub refuses one, the merchant has to grant it",
			"the scopes do not name %s", strings.Join(doubted, ", "))
	default:
		e.ok("scopes", "%s, for all %s", strings.Join(accounts.NeededScopes, ", "), terminal.Count(len(connections), "connection"))
	}
}

func (e *examination) examineClock() {
	clock := e.hub.Clock()
	if clock.Speed() != 1 {
		e.warn("clock", "this is right for a sandbox only; otherwise set DESPACHO_HUB_SPEED to 1", "DESPACHO_HUB_SPEED says that the hub's clock runs %g times faster than ours", clock.Speed())
		return
	}
	difference := clock.Now().Sub(e.now()).Round(time.Second)
	said := fmt.Sprintf("the hub's clock differs by %s", difference)
	switch size := difference.Abs(); {
	case !clock.Known():
		e.warn("clock", "", "the hub's answers have no Date")
	case size > clocksFail:
		e.fail("clock", "set this machine's clock (NTP): S3 refuses signatures that are older than 15 minutes", "%s", said)
	case size > clocksWarn:
		e.warn("clock", "set this machine's clock (NTP)", "%s", said)
	default:
		e.ok("clock", "%s", said)
	}
}
