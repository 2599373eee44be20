package sandbox

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/samber/lo"
)

// deliveryOrderView is a delivery order as the hub shows it by itself; in lists
// and in checkouts some of its members are left out.
type deliveryOrderView struct {
	ID                     string                `json:"_id"`
	Code                   string                `json:"code"`
	Cost                   int                   `json:"cost"`
	IsDeliveryPaid         string                `json:"isDeliveryPaid"`
	Tags                   *string               `json:"tags"`
	Comment                *string               `json:"comment"`
	PromisedDeliveryDate   *string               `json:"promisedDeliveryDate"`
	HandlingDateLimit      *string               `json:"handlingDateLimit"`
	Status                 string                `json:"status"`
	InventoryStatus        string                `json:"inventoryStatus"`
	ShippingLabelStatus    *string               `json:"shippingLabelStatus"`
	ShippingLabelPrint     string                `json:"shippingLabelPrintStatus"`
	DeliveryStatus         string                `json:"deliveryStatus"`
	DeliveryAddress        *string               `json:"deliveryAddress"`
	TrackingNumber         *string               `json:"trackingNumber"`
	TrackingURL            *string               `json:"trackingUrl"`
	CourierName            *string               `json:"courierName"`
	ShippingMode           string                `json:"shippingMode"`
	CreatedAt              *string               `json:"createdAt"`
	UpdatedAt              *string               `json:"updatedAt"`
	DeliveryOrderStatusID  string                `json:"DeliveryOrderStatusId"`
	MerchantID             string                `json:"MerchantId"`
	WarehouseID            *string               `json:"WarehouseId"`
	DeliveryOrderStatus    statusRow             `json:"DeliveryOrderStatus"`
	StatusLink             any                   `json:"DeliveryOrderStatusLink,omitempty"`
	StatusLinks            []linkView            `json:"DeliveryOrderStatusLinks,omitempty"`
	Documents              []documentView        `json:"DeliveryOrderDocuments,omitempty"`
	ShippingAddress        *addressView          `json:"ShippingAddress"`
	DeliveryOrderLinks     []map[string]string   `json:"DeliveryOrderLinks,omitempty"`
	DeliveryOrderCheckouts []orderInCheckoutView `json:"DeliveryOrderInCheckouts,omitempty"`
	Warehouse              map[string]string     `json:"Warehouse"`
	TaxDocuments           []map[string]any      `json:"ElectronicBillingDocumentFiles,omitempty"`
}

type linkView struct {
	ID                string  `json:"_id"`
	Synchronization   *string `json:"synchronizationStatus"`
	Error             *string `json:"error"`
	StatusID          string  `json:"DeliveryOrderStatusId,omitempty"`
	PickUpStatusID    string  `json:"PickUpOrderStatusId,omitempty"`
	DeliveryOrderID   string  `json:"DeliveryOrderId,omitempty"`
	MarketplaceConnID *string `json:"MarketplaceConnectionId"`
	CreatedAt         *string `json:"createdAt"`
	UpdatedAt         *string `json:"updatedAt"`
}

type documentView struct {
	ID              string  `json:"_id"`
	URL             string  `json:"url"`
	Type            string  `json:"type"`
	Name            string  `json:"name"`
	MimeType        string  `json:"mimeType"`
	Status          string  `json:"status"`
	CreatedAt       *string `json:"createdAt"`
	UpdatedAt       *string `json:"updatedAt"`
	DeliveryOrderID string  `json:"DeliveryOrderId"`
}

func (h *Hub) readDeliveryOrder(r *http.Request) answer {
	now := h.lock()
	defer h.mutex.Unlock()
	o, refusal := h.orderOf(r)
	if o == nil {
		return refusal
	}
	view := h.orderView(o)
	view.Documents = h.documentViews(o, base(r), now)
	for _, s := range o.sales {
		view.DeliveryOrderCheckouts = append(view.DeliveryOrderCheckouts, h.inCheckout(s, o, nil))
	}
	given := fine(view)
	given.id, given.at = o.id, now
	return given
}

// orderOf is the order that a path names, or the answer to give when there is none.
func (h *Hub) orderOf(r *http.Request) (*order, answer) {
	o := h.orderByID[r.PathValue("id")]
	if o == nil || o.has(func(f Fault) bool { return f.Unknown }) {
		return nil, problem(http.StatusNotFound, "NotFoundError", "delivery order not found")
	}
	if scope := lo.Ternary(r.Method == http.MethodGet, readCheckouts, writeCheckouts); !allowed(r, scope, o.connection) {
		return nil, forbidden(scope)
	}
	return o, answer{}
}

func (h *Hub) orderView(o *order) deliveryOrderView {
	status := statusByCode[o.status]
	view := deliveryOrderView{
		ID: o.id, Code: o.code, Cost: 2990, IsDeliveryPaid: "paid", Status: "created", InventoryStatus: "reserved",
		PromisedDeliveryDate: stamp(o.promised), HandlingDateLimit: stamp(o.handlingLimit),
		ShippingLabelPrint: "not_printed", DeliveryStatus: o.deliveryStatus(),
		TrackingNumber: nullable(o.tracking), TrackingURL: nullable(o.trackingURL), CourierName: nullable(o.courier),
		ShippingMode: o.mode, CreatedAt: stamp(o.createdAt), UpdatedAt: stamp(o.updatedAt),
		DeliveryOrderStatusID: status.ID, DeliveryOrderStatus: status, MerchantID: h.options.MerchantID, WarehouseID: &o.warehouse.id,
		Warehouse:          map[string]string{"_id": o.warehouse.id, "code": o.warehouse.code, "name": o.warehouse.name},
		DeliveryOrderLinks: []map[string]string{{"externalId": o.shipment}},
	}
	if o.ready {
		view.ShippingLabelStatus = nullable("ready")
	}
	if o.printed {
		view.ShippingLabelPrint = "printed"
	}
	if o.shape%7 != 0 {
		view.ShippingAddress = o.sales[0].client.address()
		view.DeliveryAddress = nullable(view.ShippingAddress.Address)
	}
	view.TaxDocuments = h.orderPapers(o)
	view.links(o, h.options.Dialect.links(o.links))
	h.withoutGuesses(&view, o)
	return view
}

// deliveryStatus is the coarse word of a delivery order.
func (o *order) deliveryStatus() string {
	switch {
	case o.cancel:
		return "cancelled"
	case o.status == shipped, o.status == delivered:
		return "delivered"
	case o.shape%9 == 0:
		return "completed"
	}
	return "pending"
}

// links shows how far the newest change of status is, in one of four shapes.
func (v *deliveryOrderView) links(o *order, links []*link) {
	type shape func(linkView)
	shapes := []shape{
		func(l linkView) { v.StatusLink = l },
		func(linkView) { // all of them, oldest first
			v.StatusLink = lo.Map(links, func(l *link, _ int) linkView { return l.viewOf(o) })
		},
		func(l linkView) {
			v.StatusLink = json.RawMessage("null")
			if l.Synchronization != nil {
				v.StatusLink = l
			}
		},
		func(linkView) {
			for i := len(links) - 1; i >= 0; i-- {
				v.StatusLinks = append(v.StatusLinks, links[i].viewOf(o))
			}
		},
	}
	if len(links) == 0 {
		v.StatusLink = json.RawMessage([]string{"null", "[]"}[o.shape%2])
		return
	}
	shapes[(o.connection.shape+o.shape)%len(shapes)](links[len(links)-1].viewOf(o))
}

func (l *link) viewOf(o *order) linkView { return l.view(statusByCode[l.code].ID, o.id, o.connection) }

func (l *link) view(status, order string, c *connection) linkView {
	view := linkView{
		ID: l.id, Synchronization: nullable(l.state), StatusID: status, DeliveryOrderID: order, MarketplaceConnID: &c.id, CreatedAt: stamp(l.sentAt), UpdatedAt: stamp(l.updatedAt),
	}
	if l.words != "" {
		words, _ := json.Marshal(map[string]any{"cause": "", "message": l.words, "error": "status_refused", "status": 400}) // plain texts
		view.Error = nullable(string(words))
	}
	return view
}

// base is the address under which the caller reached the hub.
func base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// documentViews are the files of the order's newest labels, with links that work
// now.
func (h *Hub) documentViews(o *order, base string, now time.Time) []documentView {
	views := []documentView{}
	if o.made == nil {
		return views
	}
	for _, d := range h.documentsOf(o.made) {
		views = append(views, documentView{
			ID: d.id, URL: h.linkTo(base, "documents", d.id, o.channel().hands.dies, now), Type: d.kind, Name: d.name, MimeType: d.mime(),
			Status: "created", CreatedAt: stamp(o.made.madeAt), UpdatedAt: stamp(o.made.madeAt), DeliveryOrderID: o.id,
		})
	}
	return views
}
