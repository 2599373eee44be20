package sandbox

import (
	"slices"

	"github.com/samber/lo"
)

// The lists that Options.IgnoreFilter names.
const (
	ListLabels = "labels"
	ListSales  = "sales"
)

// Where Options.Warehouses puts them.
const (
	AtItems      = "items"
	AtDeliveries = "deliveries"
	AtNone       = "none"
)

// heeds tells whether a list follows the connection filter.
func (h *Hub) heeds(list string) bool { return !slices.Contains(h.options.IgnoreFilter, list) }

// isNameless tells whether the hub hides to which connection the sale belongs.
func (h *Hub) isNameless(s *sale) bool { return s.shape%100 < h.options.Nameless }

// warehousesOf are those in which the hub says that an order's items lie.
func (h *Hub) warehousesOf(o *order) []string {
	lines := lo.FlatMap(o.sales, func(s *sale, _ int) []*item {
		return lo.Filter(s.items, func(line *item, _ int) bool { return line.order == o })
	})
	return lo.Uniq(lo.Compact(lo.Map(lines, func(line *item, _ int) string { return h.itemWarehouse(line) })))
}

// itemWarehouse is where an item lies; of every fifth order the items after the first lie in another warehouse.
func (h *Hub) itemWarehouse(line *item) string {
	switch o := line.order; {
	case o == nil:
		return line.warehouse
	case h.options.Warehouses == AtDeliveries || h.options.Warehouses == AtNone:
		return ""
	case h.options.Warehouses == AtItems && o.shape%5 == 0 && o.sales[0].items[0] != line:
		at := slices.IndexFunc(warehouses, func(w struct{ code, name string }) bool { return w.code == o.warehouse.code })
		return h.id("warehouse %s", warehouses[(at+1)%len(warehouses)].code)
	}
	return line.warehouse
}

// fulfilledIn is a line's warehouse as the hub shows it.
func (h *Hub) fulfilledIn(line *item) any {
	id := h.itemWarehouse(line)
	if id == "" {
		return nil
	}
	return map[string]string{"_id": id}
}

// withoutGuesses removes from an order's view what the hub hides according to the options.
func (h *Hub) withoutGuesses(view *deliveryOrderView, o *order) {
	if h.options.Warehouses == AtItems || h.options.Warehouses == AtNone {
		view.WarehouseID, view.Warehouse = nil, nil
	}
	if !lo.SomeBy(o.sales, h.isNameless) {
		return
	}
	nameless := func(l linkView) linkView { l.MarketplaceConnID = nil; return l }
	switch link := view.StatusLink.(type) {
	case linkView:
		view.StatusLink = nameless(link)
	case []linkView:
		view.StatusLink = lo.Map(link, func(l linkView, _ int) linkView { return nameless(l) })
	}
	view.StatusLinks = lo.Map(view.StatusLinks, func(l linkView, _ int) linkView { return nameless(l) })
}
