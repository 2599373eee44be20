package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

var (
	// ErrNotConnected is returned for a merchant without an account.
	ErrNotConnected = errors.New("the merchant is not connected; connect it with starter connect")
	// ErrLocked is returned if the keys cannot decrypt an account.
	ErrLocked = errors.New("the account cannot be decrypted: its key is missing from the key set, or the stored object was changed; check DESPACHO_ACCOUNTS_KEY_FILE")
	// ErrNoKeys is returned if there are no keys.
	ErrNoKeys = errors.New("there are no keys for accounts: set DESPACHO_ACCOUNTS_KEY_FILE; make a key file with starter accounts-key new")
)

// Vault keeps accounts in the label store. Without Keys it can only look at them.
type Vault struct {
	Store *storage.Store
	Keys  *Keys
}

// storedAccount is an account as it is stored. About is readable by everyone who may read the bucket, but
// is authenticated together with the tokens: it cannot be changed, nor moved to another merchant.
type storedAccount struct {
	About  json.RawMessage `json:"about"`
	Sealed []byte          `json:"sealed"`
}

// secrets is the part that is encrypted.
type secrets struct {
	Token        string `json:"token"`
	RefreshToken string `json:"refresh_token"`
}

// ReadPublic reads an account without its tokens, and without proof that it is authentic.
func (v *Vault) ReadPublic(ctx context.Context, merchant string) (Account, error) {
	account, _, _, err := v.read(ctx, merchant)
	return account, err
}

// ReadWithTokens reads an account with its tokens, and the etag for [Vault.Save].
func (v *Vault) ReadWithTokens(ctx context.Context, merchant string) (account Account, etag string, err error) {
	account, stored, etag, err := v.read(ctx, merchant)
	if err != nil {
		return Account{}, "", err
	}
	if v.Keys == nil {
		return Account{}, "", ErrNoKeys
	}
	plain, err := v.Keys.cipher.Decrypt(stored.Sealed, authenticatedData(merchant, stored.About))
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

func (v *Vault) read(ctx context.Context, merchant string) (account Account, stored storedAccount, etag string, err error) {
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

// SaveAccount writes an account if it is still the version that etag names ("": none exists yet), and
// returns the new etag; otherwise the error is storage.ErrChanged.
func (v *Vault) SaveAccount(ctx context.Context, account Account, etag string) (string, error) {
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
	sealed, err := v.Keys.cipher.Encrypt(plain, authenticatedData(account.Merchant, about))
	if err != nil {
		return "", fmt.Errorf("encrypt the account of merchant %s: %w", account.Merchant, err)
	}
	return v.Store.PutIf(ctx, storage.AccountCredentials(account.Merchant), storedAccount{About: about, Sealed: sealed}, etag)
}

// authenticatedData is the data that is authenticated together with the encrypted part.
func authenticatedData(merchant string, about []byte) []byte {
	return append([]byte("despacho account "+merchant+"\n"), about...)
}

// Connect makes the tokens of a grant the merchant's account, replacing an earlier one; again says
// that there was one.
func (v *Vault) Connect(ctx context.Context, grant multivende.Grant, now time.Time) (account Account, again bool, err error) {
	for range changeTries {
		account, etag, err := v.ReadWithTokens(ctx, grant.Merchant)
		switch {
		case errors.Is(err, ErrNotConnected):
			account = Account{Merchant: grant.Merchant}
		case errors.Is(err, ErrLocked): // its tokens were lost with their key
			account, _, etag, err = v.read(ctx, grant.Merchant)
		}
		if err != nil && !errors.Is(err, ErrNotConnected) {
			return Account{}, false, err
		}
		account.acceptGrant(grant, now)
		account.ConnectedAt, account.RenewedOnDemand, account.Scopes = now, false, grant.Scopes
		_, err = v.SaveAccount(ctx, account, etag)
		if !errors.Is(err, storage.ErrChanged) {
			return account, etag != "", err
		}
	}
	return Account{}, false, fmt.Errorf("the account of merchant %s was changed by others at the same time; try again", grant.Merchant)
}

// Listed is an account as a list shows it.
type Listed struct {
	Merchant string
	// Version is another one after each change of the account; empty if the server does not tell.
	Version string
}

// ListAccounts lists all connected merchants, sorted, with a request for each thousand objects.
func (v *Vault) ListAccounts(ctx context.Context) ([]Listed, error) {
	var found []Listed
	err := v.Store.List(ctx, storage.AllAccountsPrefix(), func(o storage.Object) error {
		segment, _, _ := strings.Cut(strings.TrimPrefix(o.Key, storage.AllAccountsPrefix()), "/")
		merchant, whole := storage.IDInKey(segment, "", "")
		if whole && o.Key == storage.AccountCredentials(merchant) {
			found = append(found, Listed{Merchant: merchant, Version: o.ETag})
		}
		return nil
	})
	return found, err
}

// Merchants lists the ids of all connected merchants, sorted.
func (v *Vault) Merchants(ctx context.Context) ([]string, error) {
	found, err := v.ListAccounts(ctx)
	return lo.Map(found, func(l Listed, _ int) string { return l.Merchant }), err
}

// Disconnect deletes a merchant's tokens. Its settings stay.
func (v *Vault) Disconnect(ctx context.Context, merchant string) error {
	return v.Store.Delete(ctx, storage.AccountCredentials(merchant))
}
