package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/samber/lo"
)

// How long codes and tokens live, on the hub's clock.
const (
	codeLife    = 24 * time.Hour
	tokenLife   = 6 * time.Hour
	refreshLife = 48 * time.Hour
)

// oauth is the account's consent to the application, and what was handed out for it.
type oauth struct {
	applications []*application // the rows of the account's application list, oldest first
	codes        map[string]*code
	tokens       map[string]*token
	refreshes    map[string]*refreshToken
	issued       int
	revoked      bool   // the account has taken the application's rights away
	scopes       Scopes // what tokens are granted that are issued from now on
	report       ReportOAuth
	underWay     map[*application]int // refreshes that are being answered
}

// application is one connection between the application and the account: the
// first one stands when the world begins, each consent adds another.
type application struct {
	id        string
	asked     []string // scopes; nil for all that the application is registered with
	createdAt time.Time
	token     *token // the newest
	refresh   *refreshToken
}

type code struct {
	application *application
	expires     time.Time
	spent       bool
}

type token struct {
	application *application
	expires     time.Time
	granted     Scopes
	dead        bool
}

type refreshToken struct {
	application *application
	expires     time.Time
	spent, dead bool
	ended       string // how its last refresh was answered: a status, or "lost"; empty for never
}

func (h *Hub) foundOAuth(start time.Time) {
	h.oauth = oauth{
		codes: map[string]*code{}, tokens: map[string]*token{}, refreshes: map[string]*refreshToken{},
		underWay: map[*application]int{}, scopes: h.options.Scopes, report: ReportOAuth{Refused: map[string]int{}},
	}
	h.consent(start, nil)
}

// consent adds a row to the application list.
func (h *Hub) consent(now time.Time, asked []string) *application {
	a := &application{id: h.id("application %d", len(h.oauth.applications)), asked: asked, createdAt: now}
	h.oauth.applications = append(h.oauth.applications, a)
	return a
}

// consented is a consent by the page: a new row, and a code for it.
func (h *Hub) consented(now time.Time, asked []string) string {
	h.oauth.report.Consents++
	h.consent(now, asked)
	text, _ := h.newCode(now)
	return text
}

// newCode makes a code for the newest row of the application list.
func (h *Hub) newCode(now time.Time) (string, *code) {
	h.oauth.issued++
	text := "ac-" + h.id("code %d", h.oauth.issued)
	made := &code{application: lo.LastOrEmpty(h.oauth.applications), expires: now.Add(codeLife)}
	h.oauth.codes[text] = made
	h.oauth.report.Codes++
	return text, made
}

// pair is a token with the refresh token beside it.
type pair struct {
	token, refresh               string
	tokenExpires, refreshExpires time.Time
	granted                      Scopes
	number                       int
}

// issue hands out a new pair for an application; the one before is dead.
func (h *Hub) issue(now time.Time, a *application) pair {
	h.oauth.issued++
	if a.token != nil {
		a.token.dead = !h.options.OldTokensLive
		a.refresh.dead = true
	}
	granted := h.oauth.scopes.among(a.asked)
	p := pair{
		refresh: "rt-" + h.id("refresh token %d", h.oauth.issued), number: h.oauth.issued, granted: granted,
		tokenExpires: now.Add(tokenLife), refreshExpires: now.Add(refreshLife),
	}
	p.token = h.jwt(now, a, p)
	a.token = &token{application: a, expires: p.tokenExpires, granted: granted}
	a.refresh = &refreshToken{application: a, expires: p.refreshExpires}
	h.oauth.tokens[p.token], h.oauth.refreshes[p.refresh] = a.token, a.refresh
	return p
}

// jwt is a token's text: its claims also hold the refresh token, as at the real hub.
func (h *Hub) jwt(now time.Time, a *application, p pair) string {
	claims, _ := json.Marshal(map[string]any{ // texts and numbers only
		"_id": h.id("token %d", p.number), "status": "created", "OauthClientId": h.id("oauth client"), "MerchantId": h.options.MerchantID,
		"MerchantAppId": a.id, "CreatedById": h.id("user"), "OwnerId": h.id("user"), "scopes": p.granted.view(h.connections, p.number, h.scopeID),
		"expiresAt": stamp(p.tokenExpires), "refreshToken": p.refresh, "refreshTokenExpiresAt": stamp(p.refreshExpires),
		"iat": now.Unix(), "exp": p.tokenExpires.Unix(),
	})
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(claims)
	sign := hmac.New(sha256.New, []byte(h.options.ClientSecret))
	_, _ = sign.Write([]byte(text)) // a hash takes everything
	return text + "." + encode(sign.Sum(nil))
}

// exchange returns a pair of tokens for a code, or says why not.
func (h *Hub) exchange(now time.Time, text string) (p pair, a *application, refused string) {
	c := h.oauth.codes[text]
	switch {
	case c == nil:
		return pair{}, nil, "authorization code is invalid"
	case c.spent:
		return pair{}, nil, "authorization code has been used"
	case !now.Before(c.expires):
		return pair{}, nil, "authorization code has expired"
	}
	c.spent, h.oauth.revoked = true, false
	h.oauth.report.Exchanges++
	return h.issue(now, c.application), c.application, ""
}

// refreshPair returns a new pair for a refresh token, or says why not.
func (h *Hub) refreshPair(now time.Time, text string) (p pair, a *application, refused string) {
	old := h.oauth.refreshes[text]
	switch {
	case old == nil:
		return pair{}, nil, "refresh token is invalid"
	case old.spent:
		return pair{}, nil, "refresh token has been used"
	case old.dead:
		return pair{}, nil, "refresh token has been revoked"
	case !now.Before(old.expires):
		return pair{}, nil, "refresh token has expired"
	case h.options.RefreshDiesWithToken && !now.Before(old.expires.Add(tokenLife-refreshLife)):
		return pair{}, nil, "refresh token has expired with its token"
	}
	old.spent = true
	h.oauth.report.Refreshes++
	return h.issue(now, old.application), old.application, ""
}

// revoke ends the application's rights: everything handed out is dead.
func (h *Hub) revoke() {
	h.oauth.revoked = true
	h.oauth.report.Revocations++
	h.killTokens()
	for _, r := range h.oauth.refreshes {
		r.dead = true
	}
	for _, c := range h.oauth.codes {
		c.spent = true
	}
}

func (h *Hub) killTokens() {
	for _, t := range h.oauth.tokens {
		t.dead = true
	}
}

// accepts tells whether a bearer token is valid now, and what it may do.
func (h *Hub) accepts(text string) (Scopes, bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if text != "" && text == h.options.Token && !h.options.OAuthOnly {
		return nil, !h.oauth.revoked
	}
	t := h.oauth.tokens[text]
	if t == nil || t.dead || !h.clock.now().Before(t.expires) {
		return nil, false
	}
	return t.granted, true
}

// ClientID is the application's client_id: eleven digits.
func (h *Hub) ClientID() string { return h.options.ClientID }

// ClientSecret is the application's client_secret.
func (h *Hub) ClientSecret() string { return h.options.ClientSecret }

// NewCode makes an authorization code for the newest row of the account's application list, as
// "Generar código de autorización" does there. It fails when the journal does.
func (h *Hub) NewCode() (string, error) {
	text, _, err := h.codeByHand()
	return text, err
}

func (h *Hub) codeByHand() (string, *code, error) {
	now := h.lock()
	defer h.mutex.Unlock()
	if err := h.record(entry{At: now, Kind: "code"}); err != nil {
		return "", nil, err
	}
	text, made := h.newCode(now)
	return text, made, nil
}

// credentials are the application's of a seed.
func credentials(seed int64) (id, secret string) {
	sum := sha256.Sum256(fmt.Appendf(nil, "application %d", seed))
	number := 10_000_000_000 + (uint64(sum[0])<<24|uint64(sum[1])<<16|uint64(sum[2])<<8|uint64(sum[3]))*20
	return strconv.FormatUint(number, 10), hex.EncodeToString(sum[4:28])
}
