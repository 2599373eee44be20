package orders

import (
	"cmp"
	"context"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// provedAtMost is how many orders in a row may be found nowhere before the others are taken to be so too.
const provedAtMost = 3

// prove lets the page's orders pass once one delivery order of the connection could be read in this
// turn: nothing is sent or asked before. Those that the hub does not know end; where none can be
// read for want of the route, not even in its sale, all do.
func (r *SaleReader) prove(ctx context.Context) error {
	candidates := append(append([]books.Order{}, r.page.Ready...), r.page.Pending...)
	if len(candidates) == 0 {
		return nil
	}
	slices.Reverse(candidates) // lists begin with the newest; an older one is the surer to be there
	mark, err := r.In.RouteMark(ctx, r.store, activities.DeliveryOrderRoute)
	if err != nil || mark != nil {
		return err
	}
	ended := map[string]verdict{}
	nowhere := 0
	for _, order := range candidates {
		_, bySale, err := ReadDelivery(ctx, r.Hub, order)
		if err == nil {
			if bySale.Words != "" {
				r.page.Note = contract.Cause(wording.Join(wording.Reason(contract.WhyReadFromSales), bySale))
			}
			r.endUnread(ended)
			return r.In.MarkRoute(ctx, r.store, activities.DeliveryOrderRoute, bySale)
		}
		outcome, reason, gone := NotRead(err)
		switch {
		case gone:
		case multivende.ClassOf(err) == multivende.Refused:
			outcome, reason = contract.Rejected, activities.Refusal(err)
		default:
			return err
		}
		ended[order.ID] = endsAs(outcome, reason)
		nowhere = lo.Ternary(outcome == contract.UnknownOrder, 0, nowhere+1)
		if nowhere == provedAtMost {
			for _, other := range candidates {
				if _, known := ended[other.ID]; !known {
					ended[other.ID] = endsAs(contract.GaveUp, activities.WrongRoute(err))
				}
			}
			break
		}
	}
	r.endUnread(ended)
	return nil
}

// endUnread ends the orders of the page that cannot be read.
func (r *SaleReader) endUnread(ended map[string]verdict) {
	end := func(orders []books.Order) []books.Order {
		return lo.Filter(orders, func(order books.Order, _ int) bool {
			v, is := ended[order.ID]
			if is {
				order.Status = cmp.Or(order.Status, contract.StatusNone)
				r.page.End(order, v.Outcome, v.Reason)
			}
			return !is
		})
	}
	r.page.Ready, r.page.Pending = end(r.page.Ready), end(r.page.Pending)
}

// settleUnread gathers orders whose sale answers 404, once all of the page were asked for: where
// no sale at all was ever found, the path is another than ours.
func (r *SaleReader) settleUnread(ctx context.Context) error {
	for _, unread := range r.unread {
		s := Sale{}
		if activities.NoSuchRoute(unread.err) && !r.Hub.Proven(multivende.RouteOf(unread.err)) {
			s.unread = endsAs(contract.GaveUp, activities.WrongRoute(unread.err))
			r.page.Note = contract.Cause(contract.FirstReason(contract.Reason(r.page.Note), s.unread.Reason))
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
