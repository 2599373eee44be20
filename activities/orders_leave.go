package activities

import (
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
)

// nameless is the verdict on an order of which the hub tells no connection, and that it lists under several.
var nameless = ends(books.HeldBack, "the hub lists it under several connections and does not say of which it is; name it with --order and --connection")

// leaveStrangers leaves the orders of a sale to the connection that the sale names, when that is
// another than the one under which they were listed. named is what the delivery order itself says.
func (r *saleReader) leaveStrangers(checkout *multivende.Checkout, named string, listed, orders []books.Order) bool {
	owner := lo.CoalesceOrEmpty(namedBy(checkout, lo.FirstOrEmpty(orders)), named)
	if owner == "" || owner == r.in.Connection.ID {
		return false
	}
	r.add(func(p *books.Page) {
		for _, order := range listed {
			switch {
			case order.Named && order.ID != "":
				p.End(order, books.Rejected, "the order is of connection "+owner+", not of the one under which it was looked for")
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
func (r *saleReader) leaveOut(order books.Order, s sale, v verdict) {
	anywhere := r.in
	anywhere.Warehouse = ""
	r.add(func(p *books.Page) {
		p.Gone = append(p.Gone, order.ID)
		if v.leftOut == "" || decide(order, s, anywhere).gone {
			return
		}
		p.LeftOut = append(p.LeftOut, books.LeftOut{
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
