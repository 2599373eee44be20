package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

var (
	// ErrNotConnected is the answer for a merchant without an account.
	ErrNotConnected = errors.New("the merchant is not connected; connect it with starter connect")
	// ErrLocked is the answer when the keys do not open an account.
	ErrLocked = errors.New("the keys do not open the account: the key set lacks its key, or the object was changed; see DESPACHO_ACCOUNTS_KEY_FILE")
	// ErrNoKeys is the answer where there are no keys.
	ErrNoKeys = errors.New("there are no keys for accounts: set DESPACHO_ACCOUNTS_KEY_FILE; starter accounts-key new makes them")
)

// Vault keeps accounts in the label store. Without Keys it can only look at them.
type Vault struct {
	Store *storage.Store
	Keys  *Keys
}

// object is an account as it is stored. About is readable for all who may read the bucket, and
// sealed together with the tokens: neither can be changed or moved to another merchant.
type object struct {
	About  json.RawMessage `json:"about"`
	Sealed []byte          `json:"sealed"`
}

// secrets is what is sealed.
type secrets struct {
	Token        string `json:"token"`
	RefreshToken string `json:"refresh_token"`
}

// Look reads an account without its tokens, and without proof that it is ours.
func (v *Vault) Look(ctx context.Context, merchant string) (Account, error) {
	account, _, _, err := v.read(ctx, merchant)
	return account, err
}

// Open reads an account with its tokens, and the tag for [Vault.Save].
func (v *Vault) Open(ctx context.Context, merchant string) (account Account, etag string, err error) {
	account, stored, etag, err := v.read(ctx, merchant)
	if err != nil {
		return Account{}, "", err
	}
	if v.Keys == nil {
		return Account{}, "", ErrNoKeys
	}
	plain, err := v.Keys.cipher.Decrypt(stored.Sealed, bound(merchant, stored.About))
	if err != nil {
		return Account{}, "", fmt.Errorf("merchant %s: %w", merchant, ErrLocked)
	}
	var opened secrets
	if err := json.Unmarshal(plain, &opened); err != nil {
		return Account{}, "", fmt.Errorf("merchant %s: %w", merchant, ErrLocked)
	}
	account.Token, account.RefreshToken = multivende.Secret(opened.Token), multivende.Secret(opened.RefreshToken)
	return account, etag, nil
}

func (v *Vault) read(ctx context.Context, merchant string) (account Account, stored object, etag string, err error) {
	etag, err = v.Store.GetTagged(ctx, storage.AccountCredentials(merchant), &stored)
	if errors.Is(err, storage.ErrNotFound) {
		return account, stored, "", fmt.Errorf("merchant %s: %w", merchant, ErrNotConnected)
	}
	if err == nil {
		err = json.Unmarshal(stored.About, &account)
	}
	account.Merchant = merchant
	return account, stored, etag, err
}

// Save writes an account if it is still the one that etag names ("": if there is none yet), and
// returns its new tag; else storage.ErrChanged.
func (v *Vault) Save(ctx context.Context, account Account, etag string) (string, error) {
	if v.Keys == nil {
		return "", ErrNoKeys
	}
	about, err := json.Marshal(account)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(secrets{Token: account.Token.Reveal(), RefreshToken: account.RefreshToken.Reveal()})
	if err != nil {
		return "", err
	}
	sealed, err := v.Keys.cipher.Encrypt(plain, bound(account.Merchant, about))
	if err != nil {
		return "", fmt.Errorf("seal the account of merchant %s: %w", account.Merchant, err)
	}
	return v.Store.PutIf(ctx, storage.AccountCredentials(account.Merchant), object{About: about, Sealed: sealed}, etag)
}

// bound is what the sealed part holds on to.
func bound(merchant string, about []byte) []byte {
	return append([]byte("despacho account "+merchant+"\n"), about...)
}

// Connect makes what a code was exchanged for the merchant's account, over what was there, and
// says whether there was one.
func (v *Vault) Connect(ctx context.Context, grant multivende.Grant, now time.Time) (account Account, again bool, err error) {
	for range changeTries {
		account, etag, err := v.Open(ctx, grant.Merchant)
		switch {
		case errors.Is(err, ErrNotConnected):
			account = Account{Merchant: grant.Merchant}
		case errors.Is(err, ErrLocked): // its tokens are lost with their key
			account, _, etag, err = v.read(ctx, grant.Merchant)
		}
		if err != nil && !errors.Is(err, ErrNotConnected) {
			return Account{}, false, err
		}
		account.take(grant, now)
		account.ConnectedAt, account.Demanded, account.Scopes = now, false, grant.Scopes
		_, err = v.Save(ctx, account, etag)
		if !errors.Is(err, storage.ErrChanged) {
			return account, etag != "", err
		}
	}
	return Account{}, false, fmt.Errorf("the account of merchant %s changes all the time; try again", grant.Merchant)
}

// Merchants are the ids of all that are connected, in order.
func (v *Vault) Merchants(ctx context.Context) ([]string, error) {
	var merchants []string
	err := v.Store.List(ctx, storage.AllAccountsPrefix(), func(o storage.Object) error {
		segment, _, _ := strings.Cut(strings.TrimPrefix(o.Key, storage.AllAccountsPrefix()), "/")
		merchant, whole := storage.ID(segment, "", "")
		if whole && o.Key == storage.AccountCredentials(merchant) {
			merchants = append(merchants, merchant)
		}
		return nil
	})
	return merchants, err
}

// Disconnect forgets a merchant's tokens. What was settled for it stays.
func (v *Vault) Disconnect(ctx context.Context, merchant string) error {
	return v.Store.Delete(ctx, storage.AccountCredentials(merchant))
}
