package run

import (
	"context"

	deliveries "github.com/despacho/despacho/activities/hooks"
	steps "github.com/despacho/despacho/activities/registry"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/service"
)

// serveWebhooks has steps tell partners' webhooks what happens, and calls them. Where there is a key set of accounts,
// it sees to it that webhooks' secrets can be sealed.
func (p *process) serveWebhooks(ctx context.Context, d *steps.Dependencies) error {
	client, err := deliveries.NewClient(p.settings.PartnersWebhookHosts)
	if err != nil {
		return err
	}
	d.Outbox = &hooks.Outbox{Store: p.servers.Store, Wake: func(ctx context.Context, merchant, webhook string) error {
		return service.WakeWebhook(ctx, p.servers.Temporal, merchant, webhook)
	}}
	d.Deliveries = &deliveries.Deliveries{Store: p.servers.Store, Client: client, Ended: p.metrics.partners.observe, TurnedOff: p.metrics.partners.turnedOff}
	if d.Accounts == nil || d.Accounts.Keys == nil {
		return nil
	}
	d.Deliveries.Keys = d.Accounts.Keys.Cipher()
	if err := hooks.EnsureSealing(ctx, p.servers.Store, d.Deliveries.Keys); err != nil {
		p.log.Warn("the key for webhooks' secrets could not be made; partners cannot add webhooks until the next start", "error", err)
	}
	return nil
}
