package intakebook

import (
	"context"
	"time"

	"github.com/despacho/despacho/storage"
)

// NotePublished tells the intake which orders a run has published, so that it need not ask for each order.
func NotePublished(ctx context.Context, store *storage.Store, merchant, run string, orders []string) error {
	if len(orders) == 0 {
		return nil
	}
	return store.Put(ctx, storage.IntakePublished(merchant, run), PublishedOrders{Run: run, Orders: orders})
}

// PublishedOrders are the orders that a run has published.
type PublishedOrders struct {
	Run    string   `json:"run"`
	Orders []string `json:"orders"`
	// Since is when a look has first read it, in our time.
	Since time.Time `json:"since,omitzero"`
}
