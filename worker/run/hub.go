package run

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/rates"
)

// hubs makes the hub's clients: one for the merchant whose token is in the settings, and one for each
// merchant with an account. Each has a rate limit of its own.
type hubs struct {
	settings Settings
	observe  func(context.Context, multivende.Call)
	waited   func(merchant string, waited time.Duration)
	// rates are this worker's shares of what the hub grants each merchant.
	rates *rates.Keeper
	// vault is nil where there are no accounts.
	vault *accounts.Vault
	// demand asks for the renewal of a token.
	demand func(ctx context.Context, merchant string, generation int64) error

	mu      sync.Mutex
	clients map[string]*multivende.Client
}

func newHubs(settings Settings, observe func(context.Context, multivende.Call), waited func(merchant string, waited time.Duration), keeper *rates.Keeper) *hubs {
	return &hubs{settings: settings, observe: observe, waited: waited, rates: keeper, clients: map[string]*multivende.Client{}}
}

// Hub returns the client of a merchant, or an error of class not_authorised for one whose token
// this worker does not have. Whether a merchant has an account shows at the client's first call.
func (h *hubs) Hub(merchant string) (*multivende.Client, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if client := h.clients[merchant]; client != nil {
		return client, nil
	}
	config, err := h.config(merchant)
	if err != nil {
		return nil, err
	}
	config.Share = h.rates.Merchant(merchant)
	client, err := multivende.New(config)
	if err != nil {
		return nil, err
	}
	if source, ok := config.Token.(*accounts.Source); ok {
		source.HubClock = client.Clock()
	}
	h.clients[merchant] = client
	return client, nil
}

func (h *hubs) config(merchant string) (multivende.Config, error) {
	config := h.settings.hubConfig()
	config.Merchant, config.Observe = merchant, h.observe
	config.Waited = func(waited time.Duration) { h.waited(merchant, waited) }
	switch {
	case h.settings.hasToken() && merchant == h.settings.Merchant:
		return config, nil
	case h.vault == nil:
		return config, &otherMerchant{asked: merchant, serves: h.settings.Merchant}
	case !accounts.ValidMerchant(merchant):
		return config, &multivende.Error{Class: multivende.NotAuthorised, Excerpt: fmt.Sprintf("%.64q is not a merchant's id", merchant)}
	}
	config.Token = &accounts.Source{Vault: h.vault, Merchant: merchant, Speed: h.settings.HubSpeed, Demand: h.demand}
	return config, nil
}

// clock is the hub's clock as learnt from a merchant's calls; nil before the first.
func (h *hubs) clock(merchant string) *multivende.Clock {
	h.mu.Lock()
	defer h.mu.Unlock()
	if client := h.clients[merchant]; client != nil {
		return client.Clock()
	}
	return nil
}

func (h *hubs) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, client := range h.clients {
		client.Close()
	}
}

// hubConfig is what the clients of all merchants have in common, and the settings' own token.
func (s Settings) hubConfig() multivende.Config {
	var token multivende.TokenSource = multivende.StaticToken(s.Token.Reveal())
	if s.TokenFile != "" {
		token = &tokenFile{path: s.TokenFile}
	}
	return multivende.Config{
		BaseURL: s.Hub, Merchant: s.Merchant, Token: token, PathsFile: s.HubPaths,
		RequestsPerSecond: s.HubRequestsPerSecond, Speed: s.HubSpeed, AllowHosts: s.DownloadHosts,
	}
}

// Token returns the token in the file, as a token source of the hub's client.
func (t *tokenFile) Token(context.Context) (string, error) {
	token, err := t.read()
	return token.Reveal(), err
}

// otherMerchant is the error of a request for a merchant whose token this worker does not have.
type otherMerchant struct{ asked, serves string }

func (e *otherMerchant) Error() string {
	return fmt.Sprintf("this worker serves merchant %s only and has no token for merchant %.64q: name %s in the request, or set DESPACHO_MERCHANT and its token, or connect the merchant (starter connect)", e.serves, e.asked, e.serves)
}

// As gives the error its class.
func (e *otherMerchant) As(target any) bool {
	hub, ok := target.(**multivende.Error)
	if ok {
		*hub = &multivende.Error{Class: multivende.NotAuthorised, Excerpt: e.Error()}
	}
	return ok
}
