// Package activities holds the steps of despacho's workflows that touch the
// world: the hub and the label store. A step handles up to 50 orders, can be
// repeated, leaves its orders in an object (books.Page) and answers with
// counts. One file a family; All lists what a worker registers.
package activities

import (
	"context"

	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// Hubs finds the hub's client for a merchant's account.
type Hubs interface {
	// Hub returns the client, or an error that says why the merchant cannot be worked for.
	Hub(merchant string) (*multivende.Client, error)
}

// Dependencies are what the activities work with.
type Dependencies struct {
	Hubs     Hubs
	Store    *storage.Store
	Temporal client.Client
	Settings Settings
	// Accounts are those of the merchants; nil where there are none.
	Accounts *accounts.Vault
	// Renewer renews their tokens; nil in a worker that cannot.
	Renewer *accounts.Renewer
	// Intake are the settings of the intake; zero means default.
	Intake IntakeSettings
	// Serves tells whether a merchant is connected; nil means that everybody is.
	Serves func(ctx context.Context, merchant string) (bool, error)
	// Webhook is who is told when a status is verified; the zero value is nobody.
	Webhook Webhook
	// StatusEnded, if set, is told how each row of a status change ended.
	StatusEnded func(statusbook.Ended)
	// NearDeadline, if set, is told how many orders of a merchant are near their deadline.
	NearDeadline func(merchant string, orders int)
	// TempDir takes files while they are worked on; empty means the system's.
	TempDir string
}

// All returns the activities of the two task queues: those that call the hub,
// and those that work on files.
func All(d Dependencies) (hub, files []any) {
	hub = []any{
		&Runs{Store: d.Store, Temporal: d.Temporal, Settings: d.Settings, Accounts: d.Accounts},
		&Connections{Hubs: d.Hubs, Store: d.Store, Accounts: d.Accounts},
		&Accounts{Renewer: d.Renewer, Temporal: d.Temporal},
		&Orders{Hubs: d.Hubs, Store: d.Store},
		&Statuses{Hubs: d.Hubs, Store: d.Store},
		&StatusChanges{Hubs: d.Hubs, Store: d.Store, Settings: d.Settings, Accounts: d.Accounts, Observe: d.StatusEnded},
		&Announcements{Webhook: d.Webhook, Store: d.Store},
		&Tickets{Hubs: d.Hubs, Store: d.Store},
		&Intake{Hubs: d.Hubs, Store: d.Store, Settings: d.Intake, Channels: d.Settings.Channels, Near: d.NearDeadline, Serves: d.Serves},
	}
	files = []any{
		&Documents{Hubs: d.Hubs, Store: d.Store, TempDir: d.TempDir},
		&Publishing{Hubs: d.Hubs, Store: d.Store, TempDir: d.TempDir},
	}
	return hub, files
}
