package run

import (
	"context"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service/secretfile"
	"github.com/despacho/despacho/storage"
)

// hubFlags say where the hub is.
type hubFlags struct {
	Hub           string   `env:"DESPACHO_HUB" default:"https://app.multivende.com" placeholder:"URL" help:"Address of the hub ($$DESPACHO_HUB)."`
	HubPaths      string   `env:"DESPACHO_HUB_PATHS" placeholder:"FILE" help:"File that overrides the hub's path templates ($$DESPACHO_HUB_PATHS)."`
	HubSpeed      float64  `env:"DESPACHO_HUB_SPEED" default:"1" help:"How many times faster than ours the hub's clock runs ($$DESPACHO_HUB_SPEED): 1 in production."`
	DownloadHosts []string `env:"DESPACHO_DOWNLOAD_HOSTS" placeholder:"HOST,…" help:"Hosts that may be called without https ($$DESPACHO_DOWNLOAD_HOSTS)."`
}

// keyFlags say which keys encrypt accounts.
type keyFlags struct {
	AccountsKeyFile string            `env:"DESPACHO_ACCOUNTS_KEY_FILE" placeholder:"FILE" help:"File with the key set that encrypts accounts ($$DESPACHO_ACCOUNTS_KEY_FILE)."`
	AccountsKey     multivende.Secret `env:"DESPACHO_ACCOUNTS_KEY" hidden:"" help:"The key set itself ($$DESPACHO_ACCOUNTS_KEY)."`
}

// applicationFlags are the application as the hub knows it.
type applicationFlags struct {
	hubFlags
	keyFlags
	ClientID         string            `env:"DESPACHO_CLIENT_ID" placeholder:"ID" help:"The application's client_id ($$DESPACHO_CLIENT_ID)."`
	ClientSecret     multivende.Secret `env:"DESPACHO_CLIENT_SECRET" hidden:"" help:"The application's client_secret itself."`
	ClientSecretFile string            `env:"DESPACHO_CLIENT_SECRET_FILE" placeholder:"FILE" help:"File with the application's client_secret ($$DESPACHO_CLIENT_SECRET_FILE); $$DESPACHO_CLIENT_SECRET is the secret itself."`
}

// oauth is the application's way to tokens.
func (f applicationFlags) oauth() (*multivende.OAuth, error) {
	secret, err := secretfile.Choose(secretfile.ClientSecret, f.ClientSecret.Reveal(), f.ClientSecretFile)
	if err != nil {
		return nil, usageProblem("the file holds what the hub gave the application, and nothing else", "%v", err)
	}
	oauth, err := multivende.NewOAuth(multivende.OAuthConfig{
		BaseURL: f.Hub, ClientID: f.ClientID, ClientSecret: multivende.Secret(secret), PathsFile: f.HubPaths, AllowHosts: f.DownloadHosts, Speed: f.HubSpeed,
	})
	if err != nil {
		return nil, &Problem{Code: ExitUsage, Message: err.Error(), Hint: "DESPACHO_CLIENT_ID and DESPACHO_CLIENT_SECRET are what the hub gave the application; DESPACHO_HUB is its address", Cause: err}
	}
	return oauth, nil
}

// keys are those that encrypt accounts; there must be some.
func (f keyFlags) keys() (*accounts.Keys, error) {
	keys, err := accounts.LoadKeys(f.AccountsKeyFile, f.AccountsKey)
	if err == nil && keys == nil {
		err = accounts.ErrNoKeys
	}
	if err != nil {
		return nil, &Problem{Code: ExitUsage, Message: err.Error(), Hint: "starter accounts-key new --to FILE makes a key set; DESPACHO_ACCOUNTS_KEY_FILE names it, here and at every worker", Cause: err}
	}
	return keys, nil
}

// vault is where accounts are; without keys they can only be looked at.
func (d desk) vault(ctx context.Context, keys *accounts.Keys) (*accounts.Vault, error) {
	store, err := d.Objects(ctx, d.bucket)
	if err != nil {
		return nil, &Problem{Code: ExitUsage, Message: err.Error(), Hint: "check AWS_* and DESPACHO_BUCKET", Cause: err}
	}
	return &accounts.Vault{Store: store, Keys: keys}, nil
}

// someMerchant is the merchant that a command is about.
func (d desk) someMerchant() (string, error) {
	switch {
	case d.merchant == "":
		return "", usageProblem("give --merchant ID or set DESPACHO_MERCHANT", "there is no merchant")
	case !accounts.ValidMerchant(d.merchant):
		return "", usageProblem("it is the hub's id of the merchant", "merchant %q is not an id: 1 to 64 letters, digits, dots, hyphens and underscores", d.merchant)
	}
	return d.merchant, nil
}

func openObjects(ctx context.Context, bucket string) (*storage.Store, error) {
	return storage.Open(ctx, storage.Config{Bucket: bucket})
}
