package statuses

import (
	"context"
	"strconv"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// finding is an order of a label run, as the books and as the engine know it, and what was decided
// about its status.
type finding struct {
	order books.Order
	row   statusbook.OpenRow
	seen  reading
	decision
	// read: the order was read by this step. listed: the hub lists its label, and shows no links.
	read, listed bool
}

// newFinding is an order as its page shows it.
func newFinding(scope activities.Scope, order books.Order) finding {
	return finding{
		order: order, seen: reading{status: order.HubStatus, mode: order.ShippingMode},
		row: statusbook.OpenRow{StatusRow: contract.StatusRow{Order: order.ID}, Connection: scope.Connection.ID, Channel: scope.Connection.Channel, Sends: order.Sends},
	}
}

// newOrderEngine is the engine for orders of a label run.
func newOrderEngine(ctx context.Context, hub *multivende.Client, to channels.Status, settings contract.Settings) *engine {
	return newEngine(ctx, hub, deliveries{hub: hub, to: to}, to, settings)
}

// readOrder reads an order. One that cannot be shown stays as its page shows it, with the reason.
func (e *engine) readOrder(ctx context.Context, f *finding) error {
	seen, err := e.orders.read(ctx, f.order)
	switch answerOf(err) {
	case accepted:
		f.read, f.seen, f.order.Trouble = true, seen, contract.Cause(seen.bySale)
		orders.RefreshOrder(&f.order, seen.delivery)
		f.seen.status, f.seen.mode = f.order.HubStatus, f.order.ShippingMode
	case unknownToHub:
		f.decision = decision{action: toEnd, standing: unknownOrder}
	case noRoute, refusedByHub:
		f.order.Trouble = contract.Cause(activities.WrongRoute(err))
	case forbiddenByHub, noAnswer:
		return err
	}
	return nil
}

// decideOrder decides what is to be done about an order, unless that is known. One that is cancelled
// gets no label, also where its status had arrived before.
func (e *engine) decideOrder(f *finding) {
	if f.action != toEnd {
		f.decision = e.decide(&f.row, f.seen)
	}
	if f.seen.status == channels.Cancelled {
		f.decision = decision{action: toEnd, standing: cancelled}
	}
}

// settled says whether nothing has to be looked at any more.
func (f finding) settled() bool { return f.listed || f.action == toEnd && f.standing != late }

// addTo adds an order to a page: Ready ones have the status where the label comes after it, Pending
// ones still wait, Ended ones have done with it.
func (f finding) addTo(p *books.Page, connection activities.Connection, to channels.Status) {
	order := f.order
	order.Sends = f.row.Sends
	first := connection.Row().StatusFirst != ""
	switch at := f.standing; {
	case f.listed:
		p.Ready = append(p.Ready, f.unproven(order, to))
	case f.action != toEnd:
		p.Pending = append(p.Pending, order)
	case at == cancelled:
		endStatus(p, order, first, contract.StatusNotNeeded, contract.Cancelled, wording.Reason(contract.WhyDeliveryCancelled))
	case at == unknownOrder:
		endStatus(p, order, first, contract.StatusRefused, contract.UnknownOrder, wording.Reason(contract.WhyUnknownToHub))
	case at == refused:
		endStatus(p, order, first, contract.StatusRefused, contract.StatusNotSynced, contract.FirstReason(f.why, channelSaid(f.link)))
	case at == forbidden, at == unsendable:
		f.addUnsent(p, order, first)
	case at == late && first && f.isMute(to):
		p.Ready = append(p.Ready, f.unproven(order, to))
	case at == late:
		endStatus(p, order, first, contract.StatusLate, contract.StatusNotSynced, f.lateness(order, to))
	default:
		order.Status = lo.Ternary(at == there, contract.StatusSynced, contract.StatusNotNeeded)
		if first {
			p.Ready = append(p.Ready, order)
			return
		}
		p.Ended = append(p.Ended, books.Entry{Order: order, Status: order.Status})
	}
}

// addUnsent adds an order whose status cannot be sent: where the hub lists its label anyway, that is
// asked for.
func (f finding) addUnsent(p *books.Page, order books.Order, first bool) {
	status := lo.Ternary(f.standing == forbidden, contract.StatusNotAllowed, contract.StatusRefused)
	if order.Listed && first {
		order.Status, order.Trouble = status, contract.Cause(f.why)
		p.Ready = append(p.Ready, order)
		return
	}
	endStatus(p, order, first, status, contract.StatusNotSynced, f.why)
}

// endStatus ends a status on its way to the channel. Where it comes first, before the label, that
// ends the order too, with the outcome; a label that is there stays.
func endStatus(p *books.Page, order books.Order, first bool, status contract.StatusOutcome, outcome contract.Outcome, reason contract.Reason) {
	order.Status = status
	entry := books.Entry{Order: order, Status: status, Reason: reason}
	if first {
		entry.Outcome = outcome
	}
	p.Ended = append(p.Ended, entry)
}

// lateness says why a status is given up.
func (f finding) lateness(order books.Order, to channels.Status) contract.Reason {
	if order.Trouble.Words != "" {
		unread := wording.Reason(contract.WhyStatusNotReadable, "status", string(to), "count", strconv.Itoa(order.Sends))
		return wording.Join(unread, contract.Reason(order.Trouble))
	}
	return notThere(to, order.Sends, f.seen.link.Present)
}

// isMute says that the order has the status, and that the hub shows no link that could tell of the channel.
func (f finding) isMute(to channels.Status) bool {
	return f.read && f.seen.status == to && !f.seen.linked && !f.settled()
}

// unproven is an order that goes on to its label although no link proves its status: that costs no
// label, the channel says itself what it lacks.
func (f finding) unproven(order books.Order, to channels.Status) books.Order {
	order.Status, order.Listed = contract.StatusLate, order.Listed || f.listed
	remark := wording.Reason(contract.WhyStatusUnproven, "status", string(to))
	if !f.listed {
		remark = wording.Reason(contract.WhyStatusUnprovenAsked, "status", string(to), "count", strconv.Itoa(order.Sends))
	}
	order.Remark = contract.Cause(wording.Join(contract.Reason(order.Remark), remark))
	return order
}
