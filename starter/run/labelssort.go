package run

import (
	"math"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/tool"
)

// keyByOrders sorts labels as a run would sort the orders of a manifest. A label
// of none of them comes last.
func (c *labelsJoinCommand) keyByOrders(order books.Sort) (func(tool.Label) tool.Key, error) {
	if order.Has(books.ByBin) {
		if c.Bins == "" {
			return nil, usageProblem(binsHint, "the key bin needs to know in which bin a SKU lies")
		}
		bins, err := ReadBinsFile(c.Bins)
		if err != nil {
			return nil, err
		}
		order.Bins = bins
	}
	orders, err := readOrdersManifest(c.Orders)
	if err != nil {
		return nil, err
	}
	entries := lo.Map(orders, func(o books.Order, _ int) books.Entry { return books.Entry{Order: o} })
	books.NameCouriers(entries, channels.Table{}.CourierName)
	pile := order.Pile(entries)
	finder := labels.NewFinder(lo.Map(pile, func(e books.Entry, _ int) labels.Order {
		return labels.Order{ID: e.Order.ID, Tracking: e.Order.TrackingNumber, References: []string{e.Order.OrderNumber, e.Order.Code}}
	}))
	return func(l tool.Label) tool.Key {
		if row, found := finder.Find(l.File, l.Texts); found {
			return tool.Key{Row: row}
		}
		return tool.Key{Row: math.MaxInt, Text: lo.CoalesceOrEmpty(l.Order, l.File)}
	}, nil
}
