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
	if row.Out() || at == there || at == quiet {
		return nil
	}
	change := channels.Change{Slug: row.Channel, ShippingMode: seen.mode, To: w.in.To, Document: seen.document, PickUp: w.in.PickUp}
	// Of these the sale decides whether a tracking is taken.
	decides := row.Tracked() && (w.in.PickUp || channels.BySlug(row.Channel).NeedsFulfillment())
	if decides || change.NeedsMode() || !seen.document && change.NeedsDocument() {
		return w.readSales(ctx, row, seen, directory{})
	}
	return nil
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
		if err != nil && !w.unreadableSale(*row, err, class) {
			return err
		}
		seen.mode = lo.CoalesceOrEmpty(seen.mode, lo.Ternary(len(seen.sales) == 1, sale.ShippingMode, ""))
		seen.shipper = lo.CoalesceOrEmpty(seen.shipper, sale.Fulfillment)
		seen.document = seen.document || sale.BillingDocument
		connection, channel := known.ofSale(sale)
		seen.channel = lo.CoalesceOrEmpty(seen.channel, channel)
		row.Connection = lo.CoalesceOrEmpty(row.Connection, connection)
		row.Channel = lo.CoalesceOrEmpty(row.Channel, channel)
	}
	return nil
}

// unreadableSale says whether a sale that cannot be had is done without: for good, or because the
// hub has not given it for a whole window and the order's channel is known.
func (w *statusWork) unreadableSale(row statusbook.Open, err error, class multivende.Class) bool {
	hub := hubError(err)
	worn := !row.TroubleAt.IsZero() && w.hub.Clock().Now().Sub(row.TroubleAt) >= w.in.window()
	switch class {
	case multivende.NotFound, multivende.NoRoute, multivende.Refused:
		return true
	case multivende.NotAuthorised:
		return forbidden(hub)
	case multivende.Broken:
		return row.Channel != ""
	case multivende.Busy, multivende.Unreachable:
		return row.Channel != "" && worn
	}
	return false
}

// track writes a row's tracking where the channel takes it. One that the hub refuses keeps the
// status from being sent: a buyer would see a parcel on its way that nobody can follow. Of a pick-up,
// whose route is assumed and whose status tells of no parcel, it is noted.
func (w *statusWork) track(ctx context.Context, row *statusbook.Open, seen reading) (result, bool) {
	if !row.Tracked() || row.Sends > 0 {
		return result{}, false
	}
	if w.noteTracking(row, seen); row.Note != "" || seen.tracked(row.Row) {
		return result{}, false
	}
	err := w.road.track(ctx, row.Row)
	hub := hubError(err)
	switch {
	case err == nil:
		return result{}, false
	case w.in.PickUp && hub != nil && !passing(err) && hub.Status != http.StatusUnauthorized:
		row.Note = "the tracking was not written: the hub refuses it: " + lo.CoalesceOrEmpty(hub.Excerpt, hub.Error())
		return result{}, false
	case noSuchRoute(err):
		return w.end(*row, statusbook.Refused, "the tracking is not written, so the status was not sent: "+wrongRoute(err), 0), true
	case hub != nil && (hub.Class == multivende.Refused || hub.Class == multivende.NotFound || forbidden(hub)):
		return w.end(*row, statusbook.Refused, "the hub refuses the tracking, so the status was not sent: "+hub.Excerpt, 0), true
	}
	return result{open: row, err: err}, true
}

// noteTracking notes on a row that its tracking is not written, where its channel takes none.
func (w *statusWork) noteTracking(row *statusbook.Open, seen reading) {
	slug := lo.Ternary(w.in.PickUp, seen.channel, row.Channel)
	if row.Tracked() && slug == "" {
		row.Note = "the tracking was not written: nobody can tell of which channel the pick-up is"
		return
	}
	parcel := channels.Parcel{ShippingMode: seen.mode, Fulfillment: seen.shipper, PickUp: w.in.PickUp}
	if ok, reason := channels.BySlug(slug).TakesTracking(parcel); row.Tracked() && !ok {
		row.Note = "the tracking was not written: " + reason
	}
}
