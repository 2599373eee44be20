package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	starter "github.com/despacho/despacho/starter/run"
	"github.com/despacho/despacho/storage"
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
	if err := w.makeKeys(ctx); err != nil {
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
	account, err := (&accounts.Vault{Store: w.store}).Look(ctx, known[0])
	if err != nil {
		return false, err
	}
	usable := account.Usable(account.HubNow(time.Now(), w.from.speed))
	if account.State == accounts.NeedsConsent || app.given && !usable {
		return true, nil
	}
	if app.given {
		fmt.Fprintf(out, "\nThe code was not used and is still good: the data folder holds the account of merchant %s, whose token lives until %s.\n"+
			"For another merchant give --merchant or another --data; for a new token all the same: starter connect --code\n",
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
	arguments := append([]string{"connect"}, w.hubArguments()...)
	if w.from.merchant != "" {
		arguments = append(arguments, "--merchant", w.from.merchant)
	}
	if w.from.app.newCode != nil {
		code, err := w.from.app.newCode()
		if err != nil {
			return err
		}
		arguments = append(arguments, "--code", code)
	}
	fmt.Fprintln(out, "\nConnecting the account: starter connect")
	if code := w.starter(out).Main(ctx, arguments); code != starter.ExitComplete {
		return errors.New("the account could not be connected")
	}
	return nil
}

// hubArguments tell the command line where the hub is and how its accounts are opened.
func (w *workbench) hubArguments() []string {
	return []string{
		"--hub", w.from.url, "--hub-speed", strconv.FormatFloat(w.from.speed, 'g', -1, 64),
		"--download-hosts", strings.Join(w.from.downloadHosts, ","), "--accounts-key-file", w.keyFile(),
		"--client-id", w.from.app.id, "--client-secret", w.from.app.secret,
	}
}

// makeKeys makes the keys that encrypt accounts, unless the data folder has them.
func (w *workbench) makeKeys(ctx context.Context) error {
	_, err := os.Stat(w.keyFile())
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var said bytes.Buffer
	if code := w.starter(&said).Main(ctx, []string{"accounts-key", "new", "--to", w.keyFile()}); code != starter.ExitComplete {
		return fmt.Errorf("the keys that encrypt accounts could not be made: %s", said.String())
	}
	return nil
}

// starter is the command line on this stack.
func (w *workbench) starter(out io.Writer) starter.Program {
	return starter.Program{
		Out: out, Err: out,
		Runs: func(context.Context) (starter.Runs, error) { return w.runs(), nil },
		Statuses: func(context.Context) (starter.StatusChanges, error) {
			return starter.TemporalStatuses{Client: w.temporal}, nil
		},
		Store:   func(context.Context, string) (starter.Store, error) { return w.store, nil },
		Objects: func(context.Context, string) (*storage.Store, error) { return w.store, nil },
		Keeping: func(context.Context) (starter.Keeping, error) { return nothingBegins{}, nil },
		Schedules: func(context.Context) (starter.Schedules, error) {
			return starter.TemporalSchedules{Client: w.temporal}, nil
		},
	}
}

// nothingBegins leaves what works for an account to the worker, which starts it.
type nothingBegins struct{}

func (nothingBegins) Connected(context.Context, string) error      { return nil }
func (nothingBegins) Disconnected(context.Context, string) error   { return nil }
func (nothingBegins) Cleared(context.Context, string) (int, error) { return 0, nil }
