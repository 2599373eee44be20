package run

import (
	"context"
	"fmt"

	"github.com/despacho/despacho/multivende"
)

// newHub makes the client of the one merchant that the settings name.
func newHub(settings Settings, observe func(multivende.Call)) (oneMerchant, error) {
	config := settings.hubConfig()
	config.Observe = observe
	hub, err := multivende.New(config)
	return oneMerchant{merchant: settings.Merchant, client: hub}, err
}

func (s Settings) hubConfig() multivende.Config {
	var token multivende.TokenSource = multivende.StaticToken(s.Token.Reveal())
	if s.TokenFile != "" {
		token = &tokenFile{path: s.TokenFile}
	}
	return multivende.Config{
		BaseURL: s.Hub, Merchant: s.Merchant, Token: token, PathsFile: s.HubPaths,
		RequestsPerSecond: s.HubRequestsPerSecond, Workers: s.Workers, Speed: s.HubSpeed, AllowHosts: s.DownloadHosts,
	}
}

// Token makes the file a token source of the hub's client.
func (t *tokenFile) Token(context.Context) (string, error) {
	token, err := t.read()
	return token.Reveal(), err
}

// oneMerchant serves exactly one merchant; it stands in until there are accounts.
type oneMerchant struct {
	merchant string
	client   *multivende.Client
}

// Hub returns the client of the merchant that this worker serves, or an error
// of class not_authorised for any other.
func (o oneMerchant) Hub(merchant string) (*multivende.Client, error) {
	if merchant != o.merchant {
		return nil, &otherMerchant{asked: merchant, serves: o.merchant}
	}
	return o.client, nil
}

// otherMerchant is a request for a merchant that this worker has no token of.
type otherMerchant struct{ asked, serves string }

func (e *otherMerchant) Error() string {
	return fmt.Sprintf("this worker serves merchant %s only and has no token of merchant %.64q: name %s in the request, or set DESPACHO_MERCHANT and its token", e.serves, e.asked, e.serves)
}

// As gives the error its class.
func (e *otherMerchant) As(target any) bool {
	hub, ok := target.(**multivende.Error)
	if ok {
		*hub = &multivende.Error{Class: multivende.NotAuthorised, Excerpt: e.Error()}
	}
	return ok
}
