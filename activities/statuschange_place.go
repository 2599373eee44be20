package activities

import (
	"context"
	"net/http"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// place finds out of which channel the order is, and whether its document is loaded where that matters.
func (w *statusWork) place(ctx context.Context, row *statusbook.Open, seen *reading) error {
	if row.Channel == "" {
		known, err := w.directory()
		if err != nil {
			return err
		}
		row.Connection, row.Channel = known.of(*seen)
		if row.Channel == "" {
			if err := w.readSales(ctx, row, seen, known); err != nil {
				return err
			}
		}
		row.Channel = lo.CoalesceOrEmpty(row.Channel, channels.Unknown)
	}
	if row.Connection == "" && w.limited() && !row.Out() {
		if err := w.readSales(ctx, row, seen, directory{}); err != nil {
			return err
		}
	}
	at := seen.stage(w.in.To)
	change := channels.Change{Slug: row.Channel, ShippingMode: seen.mode, To: w.in.To, PickUp: w.in.PickUp}
	if row.Out() || seen.document || !change.NeedsDocument() || at == there || at == quiet {
		return nil
	}
	return w.readSales(ctx, row, seen, directory{})
}

// limited says whether it matters of which connection an order is whose channel is known.
func (w *statusWork) limited() bool {
	return len(w.settings.Connections)+len(w.settings.PausedConnections) > 0
}

// readSales reads the order's sales until one tells its channel. A sale that cannot be had tells nothing.
func (w *statusWork) readSales(ctx context.Context, row *statusbook.Open, seen *reading, known directory) error {
	for _, id := range seen.sales {
		sale, err := w.hub.Checkout(ctx, id)
		class := multivende.ClassOf(err)
		unreadable := class == multivende.NotFound || class == multivende.Refused || class == multivende.Broken && row.Channel != ""
		if err != nil && !unreadable {
			return err
		}
		seen.document = seen.document || sale.BillingDocument
		connection, channel := known.ofSale(sale)
		row.Connection = lo.CoalesceOrEmpty(row.Connection, connection)
		row.Channel = lo.CoalesceOrEmpty(row.Channel, channel)
	}
	return nil
}

// track writes a row's tracking where the channel takes it. One that the hub refuses keeps the
// status from being sent: a buyer would see a parcel on its way that nobody can follow.
func (w *statusWork) track(ctx context.Context, row *statusbook.Open, seen reading) (result, bool) {
	if !row.Tracked() || row.Sends > 0 {
		return result{}, false
	}
	if noteTracking(row, seen); row.Note != "" || seen.tracked(row.Row) {
		return result{}, false
	}
	err := w.hub.UpdateTracking(ctx, row.Order, multivende.Tracking{Number: row.TrackingNumber, URL: row.TrackingURL, Courier: row.Courier})
	hub := hubError(err)
	switch {
	case err == nil:
		return result{}, false
	case hub != nil && (hub.Class == multivende.Refused || hub.Class == multivende.NotFound || hub.Status == http.StatusForbidden):
		return w.end(*row, statusbook.Refused, "the hub refuses the tracking, so the status was not sent: "+hub.Excerpt, 0), true
	}
	return result{open: row, err: err}, true
}

// noteTracking notes on a row that its tracking is not written, where its channel takes none.
func noteTracking(row *statusbook.Open, seen reading) {
	if ok, reason := channels.BySlug(row.Channel).TakesTracking(seen.mode); row.Tracked() && !ok {
		row.Note = "the tracking was not written: " + reason
	}
}
