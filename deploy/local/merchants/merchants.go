// Package merchants connects merchants' accounts for the programs of this module, as `starter
// connect` does for people.
package merchants

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/accounts/consent"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// Application is despacho as a hub knows it.
type Application struct {
	Hub           string
	ID, Secret    string
	Speed         float64
	DownloadHosts []string
	// KeyFile holds the keys that encrypt accounts; MakeKeys makes it.
	KeyFile string
	Store   *storage.Store
}

// MakeKeys makes the keys that encrypt accounts, unless they are there.
func (a Application) MakeKeys() error {
	if _, err := os.Stat(a.KeyFile); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	keys, err := accounts.NewKeys()
	if err != nil {
		return err
	}
	if err := accounts.CreateKeyFile(a.KeyFile, keys); err != nil {
		return fmt.Errorf("the keys that encrypt accounts could not be made: %w", err)
	}
	return nil
}

// ConnectWithCode exchanges an authorization code and keeps the account. A merchant that is named
// must be the code's.
func (a Application) ConnectWithCode(ctx context.Context, merchant, code string) (accounts.Account, error) {
	oauth, err := a.oauth()
	if err != nil {
		return accounts.Account{}, err
	}
	grant, err := oauth.Exchange(ctx, multivende.Secret(code))
	if err != nil {
		return accounts.Account{}, fmt.Errorf("the code could not be exchanged: %w", err)
	}
	return a.keep(ctx, merchant, grant)
}

// ConnectByConsent leads the merchant to the hub's consent page, shown by show, and keeps the account.
func (a Application) ConnectByConsent(ctx context.Context, merchant string, show func(ctx context.Context, address, redirect string)) (accounts.Account, error) {
	oauth, err := a.oauth()
	if err != nil {
		return accounts.Account{}, err
	}
	grant, _, err := consent.Page{OAuth: oauth, Hub: a.Hub, Callback: consent.CallbackAddress, Show: show}.Grant(ctx)
	if err != nil {
		return accounts.Account{}, err
	}
	return a.keep(ctx, merchant, grant)
}

func (a Application) oauth() (*multivende.OAuth, error) {
	return multivende.NewOAuth(multivende.OAuthConfig{
		BaseURL: a.Hub, ClientID: a.ID, ClientSecret: multivende.Secret(a.Secret), AllowHosts: a.DownloadHosts, Speed: a.Speed,
	})
}

func (a Application) keep(ctx context.Context, merchant string, grant multivende.Grant) (accounts.Account, error) {
	if merchant != "" && merchant != grant.Merchant {
		return accounts.Account{}, fmt.Errorf("the code belongs to merchant %s, not to %s; nothing was stored", grant.Merchant, merchant)
	}
	keys, err := accounts.LoadKeys(a.KeyFile, "")
	if err != nil {
		return accounts.Account{}, err
	}
	account, _, err := (&accounts.Vault{Store: a.Store, Keys: keys}).Connect(ctx, grant, time.Now())
	return account, err
}
