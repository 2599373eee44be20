package multivende

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// TokenTimeout is how long a request for a token may take. It must not be cut short: an
// interrupted request may have used up its code or refresh token.
const TokenTimeout = time.Minute

// The lives of a token and a refresh token, for answers that do not give them.
const (
	tokenLife   = 6 * time.Hour
	refreshLife = 48 * time.Hour
)

// OAuthConfig is what an application needs to get tokens from the hub. Zero values mean the
// defaults of [Config].
type OAuthConfig struct {
	BaseURL      string
	ClientID     string // required
	ClientSecret Secret // required
	PathsFile    string
	AllowHosts   []string
	Speed        float64
	Timeouts     Timeouts // Request is TokenTimeout by default
	Observe      func(context.Context, Call)
	UserAgent    string
}

// OAuth gets tokens for merchants who give the application access. It is safe for concurrent use.
type OAuth struct {
	client   *Client
	clientID string
	secret   func() string
}

// Grant holds the tokens that a code or a refresh token was exchanged for. Its times are the hub's.
type Grant struct {
	Merchant         string
	Token            Secret
	ExpiresAt        time.Time
	RefreshToken     Secret
	RefreshExpiresAt time.Time
	Scopes           Scopes
	// At is the hub's time at which the tokens were given.
	At time.Time
}

// NewOAuth makes an OAuth. Its error names everything that is wrong with the configuration.
func NewOAuth(config OAuthConfig) (*OAuth, error) {
	config.Timeouts.Request = cmp.Or(config.Timeouts.Request, TokenTimeout)
	config.Timeouts.Headers = cmp.Or(config.Timeouts.Headers, config.Timeouts.Request)
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
	client.limiter = nil // a pause for one merchant must not let another's token end
	if transport, ok := client.api.Transport.(*http.Transport); ok {
		transport.DisableKeepAlives = true // only a new connection makes certain what was sent
	}
	return &OAuth{client: client, clientID: strings.TrimSpace(config.ClientID), secret: config.ClientSecret.Reveal}, nil
}

// Clock is the hub's clock, learnt from the answers to requests for tokens.
func (o *OAuth) Clock() *Clock { return o.client.clock }

// ConsentURL is the address of the page on which a merchant gives the application access. The hub
// then sends the browser to the redirect address, which it must know beforehand, with ?code=ac-…
// and perhaps the state, which the guide does not mention. Each consent makes a new connection.
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

// Exchange turns an authorization code, good once within a day, into tokens. After an error,
// [FateOf] says whether the code was used up.
func (o *OAuth) Exchange(ctx context.Context, code Secret) (Grant, error) {
	return o.grant(ctx, tokenRequest{GrantType: "authorization_code", Code: code.Reveal()})
}

// Refresh turns a refresh token, good once, into a new pair. It is sent once, whatever the
// answer; after an error, [FateOf] says whether it may be sent again.
func (o *OAuth) Refresh(ctx context.Context, refreshToken Secret) (Grant, error) {
	return o.grant(ctx, tokenRequest{GrantType: "refresh_token", RefreshToken: refreshToken.Reveal()})
}

// tokenRequest is a request in the guide's form: snake case, and the id as a number.
type tokenRequest struct {
	ClientID     any    `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	GrantType    string `json:"grant_type"`
	Code         string `json:"code,omitempty"`
	RefreshToken string `json:"refresh_token,omitempty"`
}

// wholeNumber matches texts that every JSON reader takes for the same number.
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
	if !grant.ExpiresAt.After(grant.At) { // missing, or by another clock than the answer's Date
		grant.ExpiresAt, grant.RefreshExpiresAt = grant.At.Add(tokenLife), grant.At.Add(refreshLife)
	}
	grant.RefreshExpiresAt = cmp.Or(grant.RefreshExpiresAt, grant.At.Add(refreshLife))
	if grant.Token == "" || grant.RefreshToken == "" || strings.ContainsFunc(grant.Token.Reveal(), notInToken) {
		return Grant{}, &Error{Class: Broken, Route: o.client.label(routeAccessToken), Status: http.StatusOK, MayBeDone: true, Excerpt: "the answer holds no usable tokens"}
	}
	return grant, nil
}

// longText is a text that may be as long as an access token.
type longText string

func (t *longText) UnmarshalJSON(raw []byte) error {
	*t = ""
	if words := strings.Join(strings.Fields(scalar(raw)), ""); len(words) <= 64<<10 {
		*t = longText(words)
	}
	return nil
}

// Fate says what became of a request for tokens that brought none.
type Fate string

// The fates. Codes and refresh tokens are good once, so only some fates allow sending them again.
const (
	NotSent   Fate = "not_sent"  // nothing reached the hub
	Lost      Fate = "lost"      // it may have been carried out, and the answer is lost
	Postponed Fate = "postponed" // the hub is busy (429, 503) and wants it later
	Denied    Fate = "denied"    // any other 4xx: what was sent is not valid
)

// FateOf tells from the error of a request for tokens what became of it.
func FateOf(err error) Fate {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return Lost // we ended it ourselves
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusServiceUnavailable:
		return Postponed
	case e.Status >= 400 && e.Status < 500:
		return Denied
	case e.Status == 0 && !e.MayBeDone:
		return NotSent
	}
	return Lost
}
