package orders

import (
	"cmp"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// namelessVerdict is the verdict on an order of which the hub tells no connection, and that it lists under several.
var namelessVerdict = endsAs(contract.HeldBack, wording.Reason(contract.WhyConnectionAmbiguous))

// leaveStrangers leaves the orders of a sale to the connection that the sale names, when that is
// another than the one under which they were listed. named is what the delivery order itself says.
func (r *SaleReader) leaveStrangers(checkout *multivende.Checkout, named string, listed, orders []books.Order) bool {
	owner := cmp.Or(namedBy(checkout, lo.FirstOrEmpty(orders)), named)
	if owner == "" || owner == r.In.Connection.ID {
		return false
	}
	r.add(func(p *books.Page) {
		for _, order := range listed {
			switch {
			case order.Named && order.ID != "":
				p.End(order, contract.Rejected, wording.Reason(contract.WhyOfOtherConnection, "connection", owner))
			case order.ID != "":
				p.Gone = append(p.Gone, order.ID)
			}
		}
		strangers := lo.CountBy(listed, func(o books.Order) bool { return !o.Named && o.ID != "" })
		p.Strangers += max(strangers, lo.Ternary(listed[0].ID == "", 1, 0))
	})
	return true
}

// leaveOut notes an order that is not taken up, and why where it waits all the same.
func (r *SaleReader) leaveOut(order books.Order, s Sale, v verdict) {
	anywhere := r.In
	anywhere.Warehouse = ""
	r.add(func(p *books.Page) {
		p.Gone = append(p.Gone, order.ID)
		if v.leftOut == "" || DecideAtGate(order, s, anywhere).gone {
			return
		}
		p.LeftOut = append(p.LeftOut, contract.LeftOut{
			ID: order.ID, Code: order.Code, CreatedAt: whenMade(order.CreatedAt), Reason: v.leftOut, Warehouses: order.InWarehouses(),
		})
	})
}

func whenMade(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
