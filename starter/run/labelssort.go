package run

import (
	"cmp"
	"math"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/starter/tables"
)

// keyByOrders sorts labels as a run would sort the orders of a manifest. A label
// of none of them comes last.
func (c *labelsJoinCommand) keyByOrders(order books.SortOrder) (func(join.LabelInfo) join.Key, error) {
	if order.Has(contract.ByBin) {
		if c.Bins == "" {
			return nil, usageProblem(tables.BinsHint, "the sort key bin needs to know the bin of each SKU")
		}
		bins, err := tables.ReadBins(c.Bins)
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
	return func(l join.LabelInfo) join.Key {
		if row, found := finder.Find(l.File, l.Texts); found {
			return join.Key{Row: row}
		}
		return join.Key{Row: math.MaxInt, Text: cmp.Or(l.Order, l.File)}
	}, nil
}
