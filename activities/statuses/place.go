package statuses

import (
	"cmp"
	"context"
	"net/http"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// placeRow finds out of which channel the order is, and whether its document is loaded where that matters.
func (w *statusWork) placeRow(ctx context.Context, row *statusbook.OpenRow, seen *reading) error {
	if row.Channel == "" {
		known, err := w.directory()
		if err != nil {
			return err
		}
		row.Connection, row.Channel = known.ofOrder(*seen)
		if row.Channel == "" {
			if err := w.readSales(ctx, row, seen, known); err != nil {
				return err
			}
		}
		row.Channel = cmp.Or(row.Channel, channels.UnknownChannel)
	}
	if row.Connection == "" && w.limited() && !row.Out() {
		if err := w.readSales(ctx, row, seen, directory{}); err != nil {
			return err
		}
	}
	at := standingOf(seen.status, seen.link, w.in.To)
	if row.Out() || at == there || at == quiet {
		return nil
	}
	change := channels.Change{Slug: row.Channel, ShippingMode: seen.mode, To: w.in.To, HasDocument: seen.document, PickUp: w.in.PickUp}
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

// readSales reads the order's sales until one tells its channel. A sale that cannot be read tells nothing.
func (w *statusWork) readSales(ctx context.Context, row *statusbook.OpenRow, seen *reading, known directory) error {
	for _, id := range seen.sales {
		sale, err := w.hub.Checkout(ctx, id)
		class := multivende.ClassOf(err)
		if err != nil && !w.unreadableSale(*row, err, class) {
			return err
		}
		seen.mode = cmp.Or(seen.mode, lo.Ternary(len(seen.sales) == 1, sale.ShippingMode, ""))
		seen.shipper = cmp.Or(seen.shipper, sale.Fulfillment)
		seen.document = seen.document || sale.BillingDocument
		connection, channel := known.ofSale(sale)
		seen.channel = cmp.Or(seen.channel, channel)
		row.Connection = cmp.Or(row.Connection, connection)
		row.Channel = cmp.Or(row.Channel, channel)
	}
	return nil
}

// unreadableSale says whether we go on without a sale that cannot be read: for good, or because the
// hub has not given it for a whole window and the order's channel is known.
func (w *statusWork) unreadableSale(row statusbook.OpenRow, err error, class multivende.Class) bool {
	hub := activities.HubError(err)
	worn := !row.TroubleAt.IsZero() && w.now().Sub(row.TroubleAt) >= w.window
	switch class {
	case multivende.NotFound, multivende.NoRoute, multivende.Refused:
		return true
	case multivende.NotAuthorised:
		return activities.IsForbiddenObject(hub)
	case multivende.Broken:
		return row.Channel != ""
	case multivende.Busy, multivende.Unreachable:
		return row.Channel != "" && worn
	case multivende.LinkExpired, multivende.Stalled, multivende.NeedsConsent:
	}
	return false
}

// writeTracking writes a row's tracking where the channel takes it. One that the hub refuses keeps the
// status from being sent: a buyer would see a parcel on its way that nobody can follow. Of a pick-up,
// whose route is assumed and whose status tells of no parcel, it is noted.
func (w *statusWork) writeTracking(ctx context.Context, row *statusbook.OpenRow, seen reading) (result, bool) {
	if !row.Tracked() || row.Sends > 0 {
		return result{}, false
	}
	if w.noteTracking(row, seen); row.Note.Words != "" || seen.tracked(row.StatusRow) {
		return result{}, false
	}
	err := w.orders.track(ctx, row.StatusRow)
	got, ended := answerOf(err), contract.WhyTrackingRefusedNotSent
	switch {
	case got == accepted:
		return result{}, false
	case w.in.PickUp && activities.HubError(err) != nil && !activities.MayPass(err) && activities.HubError(err).Status != http.StatusUnauthorized:
		row.Note = contract.Cause(wording.Reason(contract.WhyTrackingRefused, "detail", cmp.Or(activities.HubWords(err), err.Error())))
		return result{}, false
	case got == noAnswer:
		return result{open: row, err: err}, true
	case got == noRoute:
		ended = contract.WhyTrackingMissingNotSent
	}
	return w.endRow(*row, contract.StatusRefused, wording.Join(wording.Reason(ended), hubSaid(err)), 0), true
}

// noteTracking notes on a row that its tracking is not written, where its channel takes none.
func (w *statusWork) noteTracking(row *statusbook.OpenRow, seen reading) {
	slug := lo.Ternary(w.in.PickUp, seen.channel, row.Channel)
	if row.Tracked() && slug == "" {
		row.Note = contract.Cause(wording.Reason(contract.WhyTrackingNoChannel))
		return
	}
	parcel := channels.TrackedOrder{ShippingMode: seen.mode, Fulfillment: seen.shipper, PickUp: w.in.PickUp}
	if ok, reason := channels.BySlug(slug).TakesTracking(parcel); row.Tracked() && !ok {
		row.Note = contract.Cause(wording.Join(wording.Reason(contract.WhyTrackingNotTaken), reason))
	}
}
