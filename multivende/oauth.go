package multivende

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// TokenTimeout is how long a request for a token may take. It is never cut short: a request that
// is broken off may have used up its code or refresh token.
const TokenTimeout = time.Minute

// The lives of a token and a refresh token, for answers that do not tell them.
const (
	tokenLife   = 6 * time.Hour
	refreshLife = 48 * time.Hour
)

// OAuthConfig is what an application needs to get tokens from the hub. Zero values take the
// defaults of [Config].
type OAuthConfig struct {
	BaseURL      string
	ClientID     string // required
	ClientSecret Secret // required
	PathsFile    string
	AllowHosts   []string
	Speed        float64
	Timeouts     Timeouts // Request is TokenTimeout by default
	Observe      func(Call)
	UserAgent    string
}

// OAuth gets tokens for merchants who let the application in. Safe for concurrent use.
type OAuth struct {
	client   *Client
	clientID string
	secret   func() string
}

// Grant is what a code or a refresh token was exchanged for. Its times are the hub's.
type Grant struct {
	Merchant         string
	Token            Secret
	ExpiresAt        time.Time
	RefreshToken     Secret
	RefreshExpiresAt time.Time
	Scopes           Scopes
	// At is the hub's time when it was given.
	At time.Time
}

// NewOAuth makes it. Its error names everything that is wrong with the configuration at once.
func NewOAuth(config OAuthConfig) (*OAuth, error) {
	orDefault(&config.Timeouts.Request, TokenTimeout)
	orDefault(&config.Timeouts.Headers, config.Timeouts.Request)
	client, err := New(Config{
		BaseURL: config.BaseURL, PathsFile: config.PathsFile, AllowHosts: config.AllowHosts, Speed: config.Speed,
		Timeouts: config.Timeouts, Observe: config.Observe, UserAgent: config.UserAgent, Token: StaticToken(""),
	})
	wrong := []error{err}
	if strings.TrimSpace(config.ClientID) == "" {
		wrong = append(wrong, errors.New("hub: the application's client id is needed"))
	}
	if config.ClientSecret == "" {
		wrong = append(wrong, errors.New("hub: the application's client secret is needed"))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	client.limiter = nil // another merchant's pause is no reason to let this one's token end
	if transport, ok := client.api.Transport.(*http.Transport); ok {
		transport.DisableKeepAlives = true // on a new connection it is certain what was sent
	}
	return &OAuth{client: client, clientID: strings.TrimSpace(config.ClientID), secret: config.ClientSecret.Reveal}, nil
}

// Clock is the hub's clock, as the answers to requests for tokens tell it.
func (o *OAuth) Clock() *Clock { return o.client.clock }

// ConsentURL is the page on which a merchant lets the application in; afterwards the browser is
// sent to the redirect address with ?code=ac-…, and with the state where the hub gives it back, of
// which it says nothing. The hub knows that address beforehand. Each consent makes a new connection
// beside those that are there.
func (o *OAuth) ConsentURL(redirect, state string, scopes []string) string {
	query := url.Values{
		"response_type": {"code"}, "client_id": {o.clientID}, "redirect_uri": {redirect}, "scope": {strings.Join(scopes, " ")},
		"state": {state},
	}
	path := o.client.routes[routeConsent].template
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return o.client.base.String() + path + separator + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// Exchange turns an authorization code, good for a day and once, into tokens. [FateOf] says of
// its error whether the code was used up.
func (o *OAuth) Exchange(ctx context.Context, code Secret) (Grant, error) {
	return o.grant(ctx, tokenRequest{GrantType: "authorization_code", Code: code.Reveal()})
}

// Refresh turns a refresh token, good once, into a new pair. It is sent once, whatever comes
// back; [FateOf] says of its error whether it may be sent again.
func (o *OAuth) Refresh(ctx context.Context, refreshToken Secret) (Grant, error) {
	return o.grant(ctx, tokenRequest{GrantType: "refresh_token", RefreshToken: refreshToken.Reveal()})
}

// tokenRequest is a request as the guide writes it: snake case, and the id as a number.
type tokenRequest struct {
	ClientID     any    `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	GrantType    string `json:"grant_type"`
	Code         string `json:"code,omitempty"`
	RefreshToken string `json:"refresh_token,omitempty"`
}

// wholeNumber is what every reader of JSON takes for the same number.
var wholeNumber = regexp.MustCompile(`^[1-9][0-9]{0,14}$`)

func (o *OAuth) grant(ctx context.Context, asked tokenRequest) (Grant, error) {
	asked.ClientID, asked.ClientSecret = o.clientID, o.secret()
	if wholeNumber.MatchString(o.clientID) {
		asked.ClientID = json.Number(o.clientID)
	}
	var read struct {
		Merchant         text            `json:"MerchantId"`
		Token            longText        `json:"token"`
		ExpiresAt        moment          `json:"expiresAt"`
		RefreshToken     text            `json:"refreshToken"`
		RefreshExpiresAt moment          `json:"refreshTokenExpiresAt"`
		Scopes           json.RawMessage `json:"scopes"`
	}
	r := request{route: routeAccessToken, body: asked, public: true, secrets: []string{asked.ClientSecret, asked.Code, asked.RefreshToken}}
	if err := o.client.send(ctx, r, &read); err != nil {
		return Grant{}, err
	}
	grant := Grant{
		Merchant: string(read.Merchant), Token: Secret(read.Token), RefreshToken: Secret(read.RefreshToken),
		ExpiresAt: time.Time(read.ExpiresAt), RefreshExpiresAt: time.Time(read.RefreshExpiresAt),
		Scopes: scopesOf(read.Scopes), At: o.client.clock.Now(),
	}
	if !grant.ExpiresAt.After(grant.At) { // not told, or by another clock than the answer's Date
		grant.ExpiresAt, grant.RefreshExpiresAt = grant.At.Add(tokenLife), grant.At.Add(refreshLife)
	}
	orDefault(&grant.RefreshExpiresAt, grant.At.Add(refreshLife))
	if grant.Token == "" || grant.RefreshToken == "" || strings.ContainsFunc(grant.Token.Reveal(), notInToken) {
		return Grant{}, &Error{Class: Broken, Route: o.client.label(routeAccessToken), Status: http.StatusOK, MayBeDone: true, Excerpt: "the answer holds no usable tokens"}
	}
	return grant, nil
}

// longText is an access token, which is longer than other texts.
type longText string

func (t *longText) UnmarshalJSON(raw []byte) error {
	*t = ""
	if words := strings.Join(strings.Fields(scalar(raw)), ""); len(words) <= 64<<10 {
		*t = longText(words)
	}
	return nil
}

// Fate is what became of a request for tokens that did not bring any.
type Fate string

// The fates. What was sent for tokens is good once, so only some of them allow to send it again.
const (
	NotSent   Fate = "not_sent"  // nothing reached the hub
	Lost      Fate = "lost"      // it may have been carried out, and the answer is lost
	Postponed Fate = "postponed" // the hub is busy (429, 503) and wants it later
	Denied    Fate = "denied"    // any other 4xx: what was sent is no good
)

// FateOf says what became of a request for tokens, by its error.
func FateOf(err error) Fate {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return Lost // broken off by ourselves
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusServiceUnavailable:
		return Postponed
	case e.Status >= 400 && e.Status < 500:
		return Denied
	case e.Status == 0 && !e.MayBeDone:
		return NotSent
	}
	return Lost
}
