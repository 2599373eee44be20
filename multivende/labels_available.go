package multivende

import (
	"context"
	"net/url"
	"time"

	"github.com/samber/lo"
)

// AvailableLabelsQuery says which delivery orders to list, of those whose label can be made.
type AvailableLabelsQuery struct {
	ConnectionID string
	Printed      bool      // those that the hub lists as printed, instead of those not printed
	UpdatedFrom  time.Time // whole seconds; zero: no limit
	UpdatedTo    time.Time
}

// The date formats of queries, both UTC: the label list's as clients send it, the other as the
// guide writes it.
const (
	dateOfLabels    = "2006-01-02T15:04:05"
	dateOfCheckouts = "2006-01-02 15:04:05"
)

// AvailableLabels lists the delivery orders whose label can be made now and calls each with the
// orders of every page, no order twice. An error of each ends the walk and is returned.
func (c *Client) AvailableLabels(ctx context.Context, query AvailableLabelsQuery, each func([]DeliveryOrder) error) error {
	if query.ConnectionID == "" {
		return c.refuse(routeAvailableLabels, "a connection is needed")
	}
	id := func(entry deliveryOrderEntry) string { return string(entry.ID) }
	return walk(ctx, c, request{route: routeAvailableLabels, query: query.filters()}, id, func(entries []deliveryOrderEntry) error {
		return each(lo.Map(entries, func(entry deliveryOrderEntry, _ int) DeliveryOrder { return entry.deliveryOrder() }))
	})
}

func (query AvailableLabelsQuery) filters() url.Values {
	filters := url.Values{
		"_marketplace_connection_id":     {query.ConnectionID},
		"_delivery_statuses":             {"completed", "pending"},
		"_shipping_label_print_statuses": {lo.Ternary(query.Printed, "printed", "not_printed")},
		"_shipping_label_status":         {"ready"},
		// The hub spells it so.
		"_include_only_delivery_order_with_traking_number": {"true"},
	}
	addWindow(filters, "_updated_at", query.UpdatedFrom, query.UpdatedTo, dateOfLabels)
	return filters
}

// addWindow adds a window of time, widened to whole seconds.
func addWindow(filters url.Values, name string, from, to time.Time, layout string) {
	if !from.IsZero() {
		filters.Set(name+"_from", from.UTC().Truncate(time.Second).Format(layout))
	}
	if !to.IsZero() {
		filters.Set(name+"_to", to.Add(time.Second-1).UTC().Truncate(time.Second).Format(layout))
	}
}
