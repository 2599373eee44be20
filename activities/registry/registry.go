package registry

import (
	"context"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/announce"
	"github.com/despacho/despacho/activities/credentials"
	"github.com/despacho/despacho/activities/drawing"
	deliveries "github.com/despacho/despacho/activities/hooks"
	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/publishing"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/activities/tickets"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/labels/raster"
	"github.com/despacho/despacho/storage"
)

// Dependencies are what the activities work with.
type Dependencies struct {
	Hubs     activities.Hubs
	Store    *storage.Store
	Temporal client.Client
	Settings contract.Settings
	// Accounts are those of the merchants; nil where there are none.
	Accounts *accounts.Vault
	// Renewer renews their tokens; nil in a worker that cannot.
	Renewer *accounts.Renewer
	// Intake are the settings of the intake; zero means default.
	Intake intake.IntakeSettings
	// Serves tells whether a merchant is connected; nil means that everybody is.
	Serves func(ctx context.Context, merchant string) (bool, error)
	// Webhook is who is told when a status is verified; the zero value is nobody.
	Webhook announce.Webhook
	// Outbox is what partners' webhooks are told by; nil tells nobody.
	Outbox *hooks.Outbox
	// Deliveries are the calls to webhooks.
	Deliveries *deliveries.Deliveries
	// StatusEnded, if set, is told how each row of a status change ended.
	StatusEnded func(statusbook.EndedRow)
	// NearDeadline, if set, is told how many orders of a merchant are near their deadline.
	NearDeadline func(merchant string, orders int)
	// OrderEnded, if set, is told how each order of a run ended, once the run has decided what it publishes.
	OrderEnded func(channel string, outcome contract.Outcome)
	// LabelStored, if set, is told how old an order was, in the hub's time, when its label came into the store.
	LabelStored func(channel string, age time.Duration)
	// TempDir takes files while they are worked on; empty means the system's.
	TempDir string
}

// settingsFor is for how long an intake's steps believe a merchant's settings that a step has read: what is begun by
// them reads them anew.
const settingsFor = 15 * time.Second

// All returns the activities of the three task queues: those that call the hub,
// those that work on files, and those that call partners' webhooks.
func All(d Dependencies) (hub, files, webhooks []any) {
	hub = []any{
		&runs.Runs{Store: d.Store, Temporal: d.Temporal, Settings: d.Settings, Accounts: d.Accounts, Outbox: d.Outbox},
		&orders.Connections{Hubs: d.Hubs, Store: d.Store, Accounts: d.Accounts},
		&credentials.Accounts{Renewer: d.Renewer, Temporal: d.Temporal},
		&orders.Orders{Hubs: d.Hubs, Store: d.Store},
		&statuses.Statuses{Hubs: d.Hubs, Store: d.Store, Outbox: d.Outbox},
		&statuses.StatusChanges{Hubs: d.Hubs, Store: d.Store, Settings: d.Settings, Accounts: d.Accounts, Observe: d.StatusEnded, Outbox: d.Outbox},
		&announce.Announcements{Webhook: d.Webhook, Store: d.Store},
		&tickets.Tickets{Hubs: d.Hubs, Store: d.Store},
		&intake.Intake{Hubs: d.Hubs, Store: d.Store, Settings: d.Intake, Channels: d.Settings.Channels, Near: d.NearDeadline, Serves: d.Serves, SettingsFor: settingsFor, Outbox: d.Outbox},
	}
	engine := raster.New(raster.DefaultFolder())
	files = []any{
		&tickets.Documents{Hubs: d.Hubs, Store: d.Store, TempDir: d.TempDir, Stored: d.LabelStored, Outbox: d.Outbox},
		&publishing.Publishing{Hubs: d.Hubs, Store: d.Store, TempDir: d.TempDir, Raster: engine, Ended: d.OrderEnded},
		&drawing.Drawing{Store: d.Store, Raster: engine},
	}
	if d.Deliveries == nil {
		d.Deliveries = &deliveries.Deliveries{}
	}
	return hub, files, []any{d.Deliveries}
}
