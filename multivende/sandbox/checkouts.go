package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

// listCheckouts is the light list, newest change first, or in the order of sale
// when that is asked for.
func (h *Hub) listCheckouts(r *http.Request) answer {
	query := r.URL.Query()
	updated, err := windowOf(query, "_updated_at")
	if err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", err.Error())
	}
	sold, err := windowOf(query, "_sold_at")
	if err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", err.Error())
	}
	h.lock()
	defer h.mutex.Unlock()
	sales := h.sales
	if id := query.Get("_marketplace_connection_id"); id != "" && h.heeds(ListSales) {
		sales = nil
		if c := h.connectionByID(id); c != nil {
			sales = c.sales
		}
	}
	readable := lo.Keyify(h.readable(r, readCheckouts))
	sales = updated.of(sales)
	sales = lo.Filter(sales, func(s *sale, _ int) bool {
		_, may := readable[s.connection]
		return may && !s.unregistered && sold.holds(s.soldAt)
	})
	if order := query.Get("_sold_at_order"); order != "" {
		slices.SortStableFunc(sales, func(a, b *sale) int { return a.soldAt.Compare(b.soldAt) })
		if strings.EqualFold(order, "desc") {
			slices.Reverse(sales)
		}
	}
	list := paged(sales, r.PathValue("page"), h.options.PageSize, h.lightView)
	given := fine(list)
	if len(list.Entries) > 0 {
		given.id = list.Entries[0].ID
	}
	return given
}

// shift changes the sale that heads a page that is being read, so that it leaves its place and the
// pages behind it move.
func (h *Hub) shift(id string) {
	now := h.lock()
	defer h.mutex.Unlock()
	if s := h.saleByID[id]; s != nil && h.record(entry{At: now, Kind: "touch", ID: id}) == nil {
		h.touch(now, s)
	}
}

// of returns the sales, newest change first, whose change is in the window.
func (w window) of(sales []*sale) []*sale {
	first, last := 0, len(sales)
	if !w.to.IsZero() {
		first, _ = slices.BinarySearchFunc(sales, w.to, func(s *sale, to time.Time) int { return to.Compare(s.updatedAt) })
	}
	if !w.from.IsZero() {
		last, _ = slices.BinarySearchFunc(sales, w.from, func(s *sale, from time.Time) int {
			return cmp.Or(from.Compare(s.updatedAt), -1) // one at from itself is in the window
		})
	}
	return sales[first:max(first, last)]
}

func (h *Hub) lightView(s *sale) lightView {
	view := lightView{
		ID: s.id, Status: "created",
		SoldAt: stamp(s.soldAt), CreatedAt: stamp(s.createdAt), UpdatedAt: stamp(s.updatedAt),
		DeliveryTypeID: h.id("delivery type %s", s.deliveryType()), MerchantID: h.options.MerchantID,
	}
	h.options.Dialect.words(&view, s.payment, s.verification)
	if s.cancelled {
		view.Status = "cancelled"
	}
	return view
}

func (s *sale) deliveryType() string {
	switch {
	case len(s.pickUps) == 0:
		return "_delivery_type_delivery"
	case len(s.orders) == 0:
		return "_delivery_type_store_pickup"
	}
	return "_delivery_type_mix"
}

func (h *Hub) readCheckout(r *http.Request) answer {
	now := h.lock()
	defer h.mutex.Unlock()
	s := h.saleByID[r.PathValue("id")]
	if s == nil || s.unregistered {
		given := problem(http.StatusNotFound, "NotFoundError", "checkout not found")
		given.id = r.PathValue("id")
		return given
	}
	if !allowed(r, readCheckouts, s.connection) {
		return forbidden(readCheckouts)
	}
	given := fine(h.checkoutView(s))
	given.id, given.at = s.id, now
	return given
}

func (h *Hub) checkoutView(s *sale) checkoutView {
	view := checkoutView{
		lightView: h.lightView(s), Code: s.code, Origin: s.connection.provider, DeliveryStatus: s.deliveryStatus(),
		Client: s.client.view(), PickUps: []map[string]any{}, Deliveries: []orderInCheckoutView{},
	}
	view.CourierName = s.common(func(o *order) string { return o.courier }, "múltiple")
	view.ShippingMode = s.common(func(o *order) string { return o.mode }, "multiple")
	view.IsMultiwarehous = len(lo.UniqBy(s.orders, func(o *order) string { return o.warehouse.id })) > 1
	for i, line := range s.items {
		view.Items = append(view.Items, h.itemView(line, (s.shape+i)%4 == 0))
		view.Gross += line.price * line.count
	}
	view.Net, view.TotalPayment = view.Gross*100/119, view.Gross
	link := s.linkView()
	if h.isNameless(s) {
		link.MarketplaceConnID, link.MarketplaceConnection = nil, nil
	}
	if s.shape%3 != 1 {
		view.Link = &link
	}
	if s.shape%3 != 0 {
		view.Links = []checkoutLinkView{link}
	}
	view.TaxDocuments = h.checkoutPapers(s)
	for _, o := range s.orders {
		order := h.orderView(o)
		view.Deliveries = append(view.Deliveries, h.inCheckout(s, o, &order))
	}
	for _, p := range s.pickUps {
		view.PickUps = append(view.PickUps, p.inCheckout())
	}
	return view
}

// common is what all deliveries of the sale share, or the hub's word for "they differ".
func (s *sale) common(of func(*order) string, differ string) *string {
	switch values := lo.Uniq(lo.Map(s.orders, func(o *order, _ int) string { return of(o) })); len(values) {
	case 0:
		return nil
	case 1:
		return &values[0]
	}
	return &differ
}

func (s *sale) deliveryStatus() string {
	if s.cancelled {
		return []string{"cancelled", "canceled"}[s.shape%2]
	}
	if len(s.orders) > 0 {
		return s.orders[0].deliveryStatus()
	}
	return "pending"
}

func (h *Hub) itemView(line *item, without bool) checkoutItemView {
	view := checkoutItemView{
		ID: line.id, Code: nullable(line.sku), Count: line.count, Gross: line.price, Total: line.price * line.count,
		ProductVersionID: h.id("version %s", line.version()),
		ProductVersion: map[string]any{
			"_id": h.id("version %s", line.version()), "code": nullable(line.sku), "internalCode": nil,
			"Product": map[string]any{"name": line.product, "code": nullable(line.sku)}, "Size": nil, "Color": nil,
		},
	}
	if without { // the client then takes the version's
		view.Code = nil
	}
	return view
}

// version tells a product's version from others: by its SKU, where it has one.
func (line *item) version() string { return cmp.Or(line.sku, line.product) }

func (s *sale) linkView() checkoutLinkView {
	return checkoutLinkView{
		CheckoutID: s.id, ExternalID: s.externalID, ExternalOrderNumber: s.orderNumber, ExternalContent: s.content(),
		SynchronizationStatus: "created", MarketplaceConnID: &s.connection.id,
		MarketplaceConnection: map[string]any{"_id": s.connection.id, "_name": s.connection.name, "provider": s.connection.provider},
	}
}

// content is the channel's own words about the sale: an object, or the same as
// JSON in a string.
func (s *sale) content() any {
	if len(s.orders) == 0 {
		return nil
	}
	o := s.orders[0]
	var content map[string]any
	switch {
	case o.packageID != "":
		content = map[string]any{"OrderNumber": s.orderNumber, "PackageId": o.packageID, "Statuses": []string{"pending"}}
	case s.connection.provider == "mercadolibre":
		content = map[string]any{"id": s.externalID, "shipping": map[string]any{"id": s.shippingID()}}
	case s.connection.provider == "amazon":
		content = map[string]any{"AmazonOrderId": s.orderNumber, "FulfillmentChannel": lo.Ternary(o.mode == "fulfillment", "AFN", "MFN")}
	case s.connection.provider == "paris":
		content = map[string]any{"subOrders": s.subOrders()}
	default:
		return nil
	}
	if s.shape%2 == 0 {
		return inString(content)
	}
	return content
}

func (s *sale) shippingID() any {
	if s.shape%4 == 1 { // a number as often as a text
		var number int64
		_, _ = fmt.Sscan(s.orders[0].shipment, &number) // eleven digits
		return number
	}
	return s.orders[0].shipment
}

func (h *Hub) inCheckout(s *sale, o *order, inside *deliveryOrderView) orderInCheckoutView {
	view := orderInCheckoutView{
		ID: s.id[:24] + o.id[24:], Status: "created", InventoryStatus: "reserved", DeliveryOrderID: o.id, CheckoutID: s.id, DeliveryOrder: inside,
	}
	if inside == nil {
		view.Checkout = &checkoutStub{ID: s.id, Code: s.code, Links: []map[string]string{{"externalId": s.externalID}}}
	}
	for _, line := range s.items {
		if line.order == o {
			view.Items = append(view.Items, map[string]any{
				"CheckoutItemId": line.id, "count": line.count, "ProductVersion": map[string]any{"code": nullable(line.sku)},
				"FulfilledWarehouse": h.fulfilledIn(line),
			})
		}
	}
	return view
}
