package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/accounts/consent"
	"github.com/despacho/despacho/deploy/local/merchants"
)

// application is despacho as the hub knows it: how an account is connected by OAuth.
type application struct {
	id, secret string
	// newCode makes an authorization code; nil: the hub's consent page is asked.
	newCode func() (string, error)
	// given: somebody has pasted the code that newCode returns.
	given bool
}

func (a application) known() bool { return a.id != "" }

func (f *flags) application() application {
	app := application{id: f.ClientID, secret: f.ClientSecret}
	if f.Code != "" {
		app.newCode, app.given = func() (string, error) { return f.Code, nil }, true
	}
	return app
}

func (w *workbench) keyFile() string { return filepath.Join(w.running.Dir, "accounts-key.json") }

// connect connects the hub's account, as `starter connect` does, unless the data folder holds it
// already and it can be used. What works for it begins with the worker, and the intake after the first run.
func (w *workbench) connect(ctx context.Context, out io.Writer) error {
	if !w.from.app.known() {
		return nil
	}
	if err := w.connector().MakeKeys(); err != nil {
		return err
	}
	known, err := w.connected(ctx)
	if err != nil {
		return err
	}
	needed, err := w.needsCode(ctx, known, out)
	if err != nil {
		return err
	}
	if needed {
		if err := w.connectNow(ctx, out); err != nil {
			return err
		}
		if known, err = w.connected(ctx); err != nil {
			return err
		}
	}
	if len(known) != 1 {
		return fmt.Errorf("the data folder holds accounts of %s: say --merchant, or use another --data", strings.Join(known, ", "))
	}
	w.from.merchant = known[0]
	return nil
}

// needsCode says whether a code is to be exchanged: for the first account, and for one that can be
// used no longer. A pasted code that is not needed stays good, and that is said.
func (w *workbench) needsCode(ctx context.Context, known []string, out io.Writer) (bool, error) {
	app := w.from.app
	if len(known) != 1 || app.newCode == nil {
		return len(known) == 0, nil
	}
	account, err := (&accounts.Vault{Store: w.store}).ReadPublic(ctx, known[0])
	if err != nil {
		return false, err
	}
	usable := account.Usable(account.HubNow(time.Now(), w.from.speed))
	if account.State == accounts.NeedsConsent || app.given && !usable {
		return true, nil
	}
	if app.given {
		fmt.Fprintf(out, "\nThe code was not used: the data folder already holds the account of merchant %s, whose token is valid until %s.\n"+
			"For another merchant give --merchant or another --data; to get a new token anyway: starter connect --code\n",
			account.Merchant, account.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return false, nil
}

// connected are the merchants with an account here; only the one that is worked for, if it is known.
func (w *workbench) connected(ctx context.Context) ([]string, error) {
	vault := accounts.Vault{Store: w.store}
	merchants, err := vault.Merchants(ctx)
	if w.from.merchant == "" {
		return merchants, err
	}
	return lo.Intersect(merchants, []string{w.from.merchant}), err
}

func (w *workbench) connectNow(ctx context.Context, out io.Writer) error {
	fmt.Fprintln(out, "\nConnecting the account, as starter connect does")
	account, err := w.connectedBy(ctx, out)
	if err != nil {
		return fmt.Errorf("the account could not be connected: %w", err)
	}
	fmt.Fprintf(out, "merchant    %s\nstate       connected\ntoken       until %s (the hub's time), renewed automatically\n",
		account.Merchant, account.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC"))
	return nil
}

// connectedBy connects the account with the code that there is, else by the hub's consent page.
func (w *workbench) connectedBy(ctx context.Context, out io.Writer) (accounts.Account, error) {
	if newCode := w.from.app.newCode; newCode != nil {
		code, err := newCode()
		if err != nil {
			return accounts.Account{}, err
		}
		return w.connector().ConnectWithCode(ctx, w.from.merchant, code)
	}
	return w.connector().ConnectByConsent(ctx, w.from.merchant, func(ctx context.Context, address, redirect string) {
		fmt.Fprintf(out, "\nThe merchant consents here:\n\n  %s\n\nWaiting for the browser to come back to %s …\n", address, redirect)
		_ = consent.OpenBrowser(ctx, address) // the address is printed as well
	})
}

// connector is the application with the keys and the store of this stack.
func (w *workbench) connector() merchants.Application {
	return merchants.Application{
		Hub: w.from.url, ID: w.from.app.id, Secret: w.from.app.secret, Speed: w.from.speed, DownloadHosts: w.from.downloadHosts,
		KeyFile: w.keyFile(), Store: w.store,
	}
}
