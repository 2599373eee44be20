package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/samber/lo"
)

// Report says what a hub was asked, and what its world really is. Times are on
// the hub's clock.
type Report struct {
	Merchant    string                `json:"merchant"`
	Seed        int64                 `json:"seed"`
	Start       time.Time             `json:"start"` // when the world began
	Now         time.Time             `json:"now"`
	Speed       float64               `json:"speed"`
	Calls       map[string]RouteCalls `json:"calls"` // by the route's name
	OAuth       ReportOAuth           `json:"oauth"`
	Connections []ReportConnection    `json:"connections"`
	Orders      []ReportOrder         `json:"orders"`
	Webhooks    ReportWebhooks        `json:"webhooks"`
	Failures    []ReportFailure       `json:"failures"` // sales that failed to register
	PickUps     []ReportPickUp        `json:"pick_ups"`

	CriticalPath CriticalPath `json:"critical_path"`
}

// RouteCalls counts the calls of a route; status "0" is one that was cut.
type RouteCalls struct {
	Count    int            `json:"count"`
	Statuses map[string]int `json:"statuses"`
}

// ReportConnection is a connection, how many of its orders can be labelled, and
// how many requests for labels it has had.
type ReportConnection struct {
	ID        string `json:"id"`
	Provider  string `json:"provider"`
	Name      string `json:"name"`
	Country   string `json:"country"`
	Labels    bool   `json:"labels"`
	Orders    int    `json:"orders"`
	Labelable int    `json:"labelable"`
	Tasks     int    `json:"tasks"`
}

// ReportOrder is a delivery order: its numbers, its fate, its faults, and what
// has been done to it.
type ReportOrder struct {
	ID         string         `json:"id"`
	Code       string         `json:"code"`
	Number     string         `json:"order_number"`
	Reference  string         `json:"reference"` // as printed on its labels
	Shipment   string         `json:"shipment"`
	Connection string         `json:"connection"`
	Channel    string         `json:"channel"`
	Mode       string         `json:"shipping_mode"`
	Warehouse  string         `json:"warehouse"`
	Warehouses []string       `json:"warehouses,omitempty"` // those of its items, as the hub shows them
	Deadline   time.Time      `json:"handling_limit"`
	Checkouts  []string       `json:"checkouts"`
	Parcels    []ReportParcel `json:"parcels"`
	Fate       Fate           `json:"fate"`
	Life       SaleLife       `json:"life,omitempty"` // of a sale that came while the world ran
	CreatedAt  time.Time      `json:"created_at"`
	Faults     []Fault        `json:"faults,omitempty"`
	Expected   string         `json:"expected"` // the outcome for a client that asks five times and sends a status three times
	FirstNeeds string         `json:"status_first,omitempty"`

	Status    string `json:"status"`
	OnChannel string `json:"on_channel"` // the status that the channel took last
	Cancelled bool   `json:"cancelled"`
	// CancelledAt is when it was cancelled while the world ran.
	CancelledAt *time.Time `json:"cancelled_at,omitempty"`
	// CancelledItems are SKUs of items that the channel has cancelled on its own.
	CancelledItems []string `json:"cancelled_items,omitempty"`
	// TaxDocument is where the tax document is: order, checkout, without_url or refused; empty for none.
	TaxDocument string          `json:"tax_document,omitempty"`
	Tracking    []TrackingWrite `json:"tracking_writes,omitempty"`
	Labels      []LabelRequest  `json:"labels"`   // each time that its label was asked for
	Statuses    []StatusSend    `json:"statuses"` // each time that a status was sent
	Downloads   int             `json:"downloads"`
	OrderReads  int             `json:"order_reads"`
	SaleReads   int             `json:"checkout_reads"` // of all its checkouts
	TrackNumber string          `json:"tracking"`
	TrackURL    string          `json:"tracking_url,omitempty"`
}

// ReportParcel is a parcel: what its label's barcode holds.
type ReportParcel struct {
	Tracking string `json:"tracking"`
	Code     string `json:"code"`
}

// LabelRequest is an order's part in one request for labels.
type LabelRequest struct {
	At     time.Time  `json:"at"`
	Task   string     `json:"task"`
	Result string     `json:"result"` // label, failed, unavailable, only_available, in_no_list, task_failed
	File   string     `json:"file,omitempty"`
	MadeAt *time.Time `json:"made_at,omitempty"`
}

// Report returns the report as it stands now.
func (h *Hub) Report() Report {
	now := h.lock()
	defer h.mutex.Unlock()
	report := Report{
		Merchant: h.options.MerchantID, Seed: h.options.Seed, Start: h.start, Now: now, Speed: h.options.Speed,
		Calls: map[string]RouteCalls{}, OAuth: h.oauthReport(now), Webhooks: h.webhooksReport(), Failures: h.failuresReport(),
		CriticalPath: h.criticalPath(h.start),
	}
	for name, calls := range h.calls {
		copied := RouteCalls{Count: calls.Count, Statuses: map[string]int{}}
		for status, count := range calls.Statuses {
			copied.Statuses[status] = count
		}
		report.Calls[name] = copied
	}
	for _, c := range h.connections {
		report.Connections = append(report.Connections, ReportConnection{
			ID: c.id, Provider: c.provider, Name: cmp.Or(c.alias, c.name), Country: c.country, Labels: c.channel != nil,
			Orders: len(c.orders), Tasks: len(c.tasks),
			Labelable: lo.CountBy(c.orders, func(o *order) bool { return o.fate == FateLabelable }),
		})
	}
	for _, o := range h.orders {
		order := o.report()
		order.Warehouses = h.warehousesOf(o)
		report.Orders = append(report.Orders, order)
	}
	for _, p := range h.pickUps {
		report.PickUps = append(report.PickUps, p.report())
	}
	return report
}

func (o *order) report() ReportOrder {
	report := ReportOrder{
		ID: o.id, Code: o.code, Number: o.number, Reference: o.reference(), Shipment: o.shipment, Connection: o.connection.id,
		Channel: o.connection.provider, Mode: o.mode, Warehouse: o.warehouse.id, Deadline: o.handlingLimit, Fate: o.fate, Life: o.sales[0].life, CreatedAt: o.createdAt, Faults: o.faults,
		Expected: o.expected(), Status: o.status, OnChannel: o.onChannel, TaxDocument: o.paper, Tracking: slices.Clone(o.trackingWrites), Cancelled: o.cancel, Downloads: o.downloads, OrderReads: o.reads,
		TrackNumber: o.tracking, TrackURL: o.trackingURL, Labels: []LabelRequest{},
	}
	if o.channel() != nil {
		report.FirstNeeds = o.channel().first
	}
	if !o.cancelledAt.IsZero() {
		report.CancelledAt = lo.ToPtr(o.cancelledAt)
	}
	for _, s := range o.sales {
		report.Checkouts = append(report.Checkouts, s.id)
		report.SaleReads += s.reads
		for _, line := range s.items {
			if line.order == o && line.cancelled {
				report.CancelledItems = append(report.CancelledItems, line.sku)
			}
		}
	}
	for _, p := range o.parcels {
		report.Parcels = append(report.Parcels, ReportParcel{Tracking: p.tracking, Code: p.code})
	}
	for _, a := range o.asks {
		request := LabelRequest{At: a.task.createdAt, Task: a.task.id, Result: a.result, File: a.file}
		if !a.madeAt.IsZero() {
			request.MadeAt = lo.ToPtr(a.madeAt)
		}
		report.Labels = append(report.Labels, request)
	}
	report.Statuses = o.journey.report()
	return report
}

// count counts a call, and a read for the order or sale that was read.
func (h *Hub) count(call entry) {
	calls := h.calls[call.Route]
	if calls == nil {
		calls = &RouteCalls{Statuses: map[string]int{}}
		h.calls[call.Route] = calls
	}
	calls.Count++
	calls.Statuses[strconv.Itoa(call.Status)]++
	h.need(call)
	switch call.Route {
	case "delivery-order":
		if o := h.orderByID[call.ID]; o != nil {
			o.reads++
			o.shown(call)
		}
	case "pick-up-order":
		if p := h.pickUpByID[call.ID]; p != nil {
			p.reads++
			p.shown(call)
		}
	case "checkout":
		if s := h.saleByID[call.ID]; s != nil {
			s.reads++
			for _, o := range s.orders {
				o.shown(call)
			}
		}
	}
}

func (h *Hub) readReport(*http.Request) answer { return fine(h.Report()) }

// cancelByHand cancels the sales of an order, named by any of its ids.
func (h *Hub) cancelByHand(r *http.Request) answer {
	now := h.lock()
	defer h.mutex.Unlock()
	orders, err := h.orderNamed(r.PathValue("order"))
	if err != nil {
		return problem(http.StatusNotFound, "NotFoundError", err.Error())
	}
	for _, o := range orders {
		if o.connection.provider == "mercadolibre" && o.given > 0 {
			return problem(http.StatusConflict, "ConflictError", "its label is asked for: Mercado Libre lets nobody cancel it")
		}
	}
	for _, s := range lo.Uniq(lo.FlatMap(orders, func(o *order, _ int) []*sale { return o.sales })) {
		if err := h.record(entry{At: now, Kind: "cancel", ID: s.id}); err != nil {
			return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
		}
		h.cancelSale(now, s)
	}
	return fine(map[string]int{"orders": len(orders)})
}
