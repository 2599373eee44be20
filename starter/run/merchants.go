package run

import (
	"context"
	"errors"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/starter/terminal"
)

type merchantsCommand struct {
	HubSpeed float64 `env:"DESPACHO_HUB_SPEED" default:"1" hidden:""`
	JSON     bool    `name:"json" help:"Print JSON on stdout."`
}

// merchantLine is a connected merchant as it is shown.
type merchantLine struct {
	Merchant         string            `json:"merchant"`
	State            accounts.State    `json:"state"`
	Reason           string            `json:"reason,omitempty"`
	Generation       int64             `json:"generation"`
	ConnectedAt      time.Time         `json:"connected_at"`
	ExpiresAt        time.Time         `json:"expires_at"`
	RefreshExpiresAt time.Time         `json:"refresh_expires_at"`
	LifeMinutes      int               `json:"life_minutes"`
	Scopes           multivende.Scopes `json:"scopes"`
	Settings         accounts.Settings `json:"settings"`
}

// Run lists the connected merchants, or the one that is named. No key is needed.
func (c *merchantsCommand) Run(ctx context.Context, d desk) error {
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return err
	}
	merchants := []string{d.merchant}
	if d.merchant == "" {
		if merchants, err = vault.Merchants(ctx); err != nil {
			return err
		}
	} else if _, err := d.someMerchant(); err != nil {
		return err
	}
	lines := []merchantLine{}
	for _, merchant := range merchants {
		line, err := c.line(ctx, d, vault, merchant)
		if errors.Is(err, accounts.ErrNotConnected) {
			return notConnected(err)
		}
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	if c.JSON {
		return d.printJSON(lines)
	}
	return d.printMerchants(lines)
}

func (c *merchantsCommand) line(ctx context.Context, d desk, vault *accounts.Vault, merchant string) (merchantLine, error) {
	account, err := vault.ReadPublic(ctx, merchant)
	if err != nil {
		return merchantLine{}, err
	}
	settings, err := accounts.ReadSettings(ctx, vault.Store, merchant)
	return merchantLine{
		Merchant: merchant, State: account.State, Reason: account.Reason, Generation: account.Generation, ConnectedAt: account.ConnectedAt,
		ExpiresAt: account.ExpiresAt, RefreshExpiresAt: account.RefreshExpiresAt, Scopes: account.Scopes, Settings: settings,
		LifeMinutes: lo.Ternary(account.TokenRefused, 0, int(account.Life(account.HubNow(d.Now(), c.HubSpeed)).Minutes())),
	}, err
}

func notConnected(err error) error {
	return &Problem{Code: ExitNotFound, Message: err.Error(), Hint: "starter merchants lists those that are", Cause: err}
}

func (d desk) printMerchants(lines []merchantLine) error {
	if len(lines) == 0 {
		d.print("no merchants")
		return nil
	}
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	terminal.WriteCells(out, "merchant", "state", "token until", "minutes left", "worked on")
	for _, line := range lines {
		terminal.WriteCells(out, line.Merchant, string(line.State), timeWords(line.ExpiresAt), lo.Ternary(line.LifeMinutes > 0, terminal.Count(line.LifeMinutes, "minute"), "ended"), workWords(line.Settings))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, line := range lines {
		if line.State == accounts.NeedsConsent {
			d.print("\n%s needs consent: %s.\n%s", line.Merchant, terminal.Plain(line.Reason), accounts.HowToConsent)
		}
	}
	return nil
}

// workWords say on what is worked.
func workWords(s accounts.Settings) string {
	if s.Paused {
		return "paused"
	}
	words := lo.Ternary(len(s.Connections) == 0, "all connections", strings.Join(s.Connections, ", "))
	if len(s.PausedConnections) > 0 {
		words += "; paused: " + strings.Join(slices.Sorted(slices.Values(s.PausedConnections)), ", ")
	}
	return words
}
