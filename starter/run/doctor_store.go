package run

import (
	"context"
	"errors"
	"strings"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service/secretfile"
)

// examineStore looks at S3, and at what is settled and stored for the merchant.
func (e *examination) examineStore(ctx context.Context, d desk) {
	store, err := d.Objects(ctx, d.bucket)
	if err != nil {
		e.fail("S3", "check AWS_* and DESPACHO_BUCKET", "%v", err)
		return
	}
	found, err := store.Examine(ctx)
	if err != nil {
		e.fail("S3", "check AWS_*, DESPACHO_BUCKET and the rights on the bucket", "%v", err)
		return
	}
	e.store = store
	e.ok("S3", "bucket %s can be read and written", store.Bucket())
	switch {
	case found.Unconditional != nil:
		e.fail("S3 conditional writes", "despacho does not start on such a server", "%v", found.Unconditional)
	case found.WhyUntested != "":
		e.warn("S3 conditional writes", "give the credentials these rights, or look at what the worker logs at its start", "%s", found.WhyUntested)
	default:
		e.ok("S3 conditional writes", "If-None-Match and If-Match are supported")
	}
	switch {
	case found.NoExpiry:
		e.ok("S3 expiry", "the server offers no expiry rules, or does not show them; the worker deletes old objects itself")
	case len(found.KindsWithoutRule) > 0:
		e.warn("S3 expiry", "run: starter setup", "no expiry rule for %s", strings.Join(found.KindsWithoutRule, ", "))
	default:
		e.ok("S3 expiry", "every kind of object has an expiry rule")
	}
	e.examineAccount(ctx)
}

// examineAccount reads what is stored of the merchant.
func (e *examination) examineAccount(ctx context.Context) {
	settings, err := accounts.ReadSettings(ctx, e.store, e.merchant)
	switch {
	case err != nil:
		e.fail("merchant's settings", "", "%v", err)
	case settings.Paused:
		e.warn("merchant's settings", "starter resume --merchant "+e.merchant, "the merchant is paused")
	case len(settings.PausedConnections) > 0:
		e.warn("merchant's settings", "starter resume --merchant "+e.merchant+" --connection ID", "paused connections: %s", strings.Join(settings.PausedConnections, ", "))
	default:
		e.ok("merchant's settings", "nothing is paused")
	}
	account, err := e.openAccount(ctx)
	switch {
	case errors.Is(err, accounts.ErrNotConnected):
	case err != nil:
		e.locked = true
		e.fail("account", "set DESPACHO_ACCOUNTS_KEY_FILE to the file that the worker has", "%v", err)
	default:
		e.account = &account
	}
}

// openAccount opens the account; without keys only what is readable of it.
func (e *examination) openAccount(ctx context.Context) (accounts.Account, error) {
	keys, err := accounts.LoadKeys(e.command.AccountsKeyFile, e.command.AccountsKey)
	if err != nil {
		return accounts.Account{}, err
	}
	vault := &accounts.Vault{Store: e.store, Keys: keys}
	if _, err := vault.ReadPublic(ctx, e.merchant); err != nil {
		return accounts.Account{}, err
	}
	account, _, err := vault.ReadWithTokens(ctx, e.merchant)
	return account, err
}

// pastedToken is the token of a merchant that is not connected; empty without one.
func (e *examination) pastedToken() (multivende.Secret, error) {
	if e.command.TokenFile == "" {
		return e.command.Token, nil
	}
	token, err := secretfile.Read(e.command.TokenFile)
	return multivende.Secret(strings.TrimSpace(token)), err
}
