package activities

import (
	"context"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
)

// provedAtMost is how many orders in a row may be found nowhere before the others are taken to be so too.
const provedAtMost = 3

// prove lets the page's orders pass once one delivery order of the connection could be read in this
// turn: nothing is sent or asked before. Those that the hub does not know end; where none can be
// read for want of the route, not even in its sale, all do.
func (r *saleReader) prove(ctx context.Context) error {
	candidates := append(append([]books.Order{}, r.page.Ready...), r.page.Pending...)
	if len(candidates) == 0 {
		return nil
	}
	slices.Reverse(candidates) // lists begin with the newest; an older one is the surer to be there
	mark, err := r.in.routeMark(ctx, r.store, deliveryOrderRoute)
	if err != nil || mark != nil {
		return err
	}
	ended := map[string]verdict{}
	nowhere := 0
	for _, order := range candidates {
		_, bySale, err := readDelivery(ctx, r.hub, order)
		if err == nil {
			if bySale != "" {
				r.page.Note = books.Reason("delivery orders are read in their sales: " + bySale)
			}
			r.endUnread(ended)
			return r.in.markRoute(ctx, r.store, deliveryOrderRoute, bySale)
		}
		outcome, reason, gone := notRead(err)
		switch {
		case gone:
		case multivende.ClassOf(err) == multivende.Refused:
			outcome, reason = books.Rejected, err.Error()
		default:
			return err
		}
		ended[order.ID] = ends(outcome, reason)
		nowhere = lo.Ternary(outcome == books.UnknownOrder, 0, nowhere+1)
		if nowhere == provedAtMost {
			for _, other := range candidates {
				if _, known := ended[other.ID]; !known {
					ended[other.ID] = ends(books.GaveUp, wrongRoute(err))
				}
			}
			break
		}
	}
	r.endUnread(ended)
	return nil
}

// endUnread ends the orders of the page that cannot be read.
func (r *saleReader) endUnread(ended map[string]verdict) {
	end := func(orders []books.Order) []books.Order {
		return lo.Filter(orders, func(order books.Order, _ int) bool {
			v, is := ended[order.ID]
			if is {
				order.Status = lo.CoalesceOrEmpty(order.Status, books.StatusNone)
				r.page.End(order, v.outcome, v.reason)
			}
			return !is
		})
	}
	r.page.Ready, r.page.Pending = end(r.page.Ready), end(r.page.Pending)
}

// settleUnread gathers orders whose sale answers 404, once all of the page were asked for: where
// no sale at all was ever found, the path is another than ours.
func (r *saleReader) settleUnread(ctx context.Context) error {
	for _, unread := range r.unread {
		s := sale{}
		if noSuchRoute(unread.err) && !r.hub.Proven(multivende.RouteOf(unread.err)) {
			s.unread = ends(books.GaveUp, wrongRoute(unread.err))
			r.page.Note = lo.CoalesceOrEmpty(r.page.Note, s.unread.reason)
		}
		if err := r.gatherSale(ctx, unread.orders, nil, unread.named, s); err != nil {
			return err
		}
	}
	return nil
}

// unreadSale are orders whose sale, or whose own delivery order, the hub does not give.
type unreadSale struct {
	orders []books.Order
	named  string // the connection that the delivery order names
	err    error
}
