package sandbox

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/samber/lo"
)

// listAvailable is the list of delivery orders with available labels, newest first.
func (h *Hub) listAvailable(r *http.Request) answer {
	query := r.URL.Query()
	wanted, err := availableFilter(query)
	if err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", err.Error())
	}
	h.lock()
	defer h.mutex.Unlock()
	orders := h.orders
	if id := query.Get("_marketplace_connection_id"); id != "" && h.heeds(ListLabels) {
		orders = nil
		if c := h.connectionByID(id); c != nil {
			orders = c.orders
		}
	}
	readable := lo.Keyify(h.readable(r, readCheckouts))
	found := make([]*order, 0, len(orders))
	for _, o := range orders {
		if _, may := readable[o.connection]; may && !o.hidden && o.channel() != nil && wanted(o) {
			found = append(found, o)
		}
	}
	return fine(paged(found, r.PathValue("page"), h.options.PageSize, h.availableView))
}

// availableFilter applies every filter that the list knows. A filter that is not given
// lets everything through, except that labels must be ready or printed.
func availableFilter(query url.Values) (func(*order) bool, error) {
	updated, err := windowOf(query, "_updated_at")
	if err != nil {
		return nil, err
	}
	deliveries := query["_delivery_statuses"]
	prints := query["_shipping_label_print_statuses"]
	label := query.Get("_shipping_label_status")
	tracked := query.Get("_include_only_delivery_order_with_traking_number") == "true"
	return func(o *order) bool {
		printed := lo.Ternary(o.printed, "printed", "not_printed")
		return (o.ready || label != "ready" && o.printed) &&
			(len(deliveries) == 0 || slices.Contains(deliveries, o.deliveryStatus()) || o.cancel && o.careless) &&
			(len(prints) == 0 || slices.Contains(prints, printed)) &&
			(!tracked || o.tracking != "") && updated.holds(o.updatedAt)
	}, nil
}

// availableView is the order as the list shows it: without links, items and documents.
func (h *Hub) availableView(o *order) deliveryOrderView {
	view := h.orderView(o)
	view.StatusLink, view.StatusLinks, view.DeliveryOrderLinks = nil, nil, nil
	for _, s := range o.sales {
		in := h.inCheckout(s, o, nil)
		in.Items = nil
		view.DeliveryOrderCheckouts = append(view.DeliveryOrderCheckouts, in)
	}
	return view
}
