package run

import (
	"context"
	"errors"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
)

type pauseCommand struct {
	Connection []string `placeholder:"ID" help:"Only this marketplace connection; may be given more than once."`
}

type resumeCommand struct {
	Connection []string `placeholder:"ID" help:"Only this marketplace connection; may be given more than once."`
}

// Run lets nothing more begin for a merchant, or for some of its connections.
func (c *pauseCommand) Run(ctx context.Context, d desk) error {
	return d.settle(ctx, c.Connection, func(s *accounts.Settings) {
		if len(c.Connection) == 0 {
			s.Paused = true
		}
		s.PausedConnections = lo.Union(s.PausedConnections, c.Connection)
	})
}

// Run lets work begin again.
func (c *resumeCommand) Run(ctx context.Context, d desk) error {
	return d.settle(ctx, c.Connection, func(s *accounts.Settings) {
		if len(c.Connection) == 0 {
			s.Paused = false
		}
		s.PausedConnections = lo.Without(s.PausedConnections, c.Connection...)
	})
}

// settle changes what is settled for the merchant and says how it stands.
func (d desk) settle(ctx context.Context, connections []string, change func(*accounts.Settings)) error {
	merchant, err := d.someMerchant()
	if err != nil {
		return err
	}
	for _, connection := range connections {
		if !accounts.ValidMerchant(connection) {
			return usageProblem("it is the hub's id of the connection", "--connection %q is not an id", connection)
		}
	}
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := vault.ReadPublic(ctx, merchant); errors.Is(err, accounts.ErrNotConnected) {
		d.say("note: merchant %s is not connected; this applies if it is served with a pasted token, and once it is connected", merchant)
	}
	settings, err := accounts.ChangeSettings(ctx, vault.Store, merchant, func(s *accounts.Settings) error {
		change(s)
		return nil
	})
	if err != nil {
		return err
	}
	d.print("merchant %s: %s", merchant, workWords(settings))
	if settings.Paused {
		d.say("open runs continue; nothing new starts until: starter resume --merchant %s", merchant)
	}
	return nil
}
