package sandbox

import (
	"net/http"
	"slices"
	"time"

	"github.com/samber/lo"
)

// Where an order's tax document is.
const (
	paperOnOrder    = "order"       // among the delivery order's files
	paperOnCheckout = "checkout"    // among its checkout's files
	paperWithoutURL = "without_url" // a row without its PDF
	paperRefused    = "refused"     // loaded in a status in which the channel takes none
)

// file gives every VTEX order one of four fates of its tax document.
func (o *order) filePaper(turn int) {
	if o.connection.outward.paper {
		o.paper = []string{paperOnOrder, paperOnCheckout, "", paperWithoutURL}[turn%4]
	}
}

// papered says whether the order's tax document is loaded.
func (o *order) papered() bool { return o.paper == paperOnOrder || o.paper == paperOnCheckout }

// paperFiles are an order's ElectronicBillingDocumentFiles; the checkout's hold those of its orders.
func (h *Hub) paperFiles(o *order, where ...string) []map[string]any {
	if !slices.Contains(where, o.paper) {
		return nil
	}
	file := map[string]any{
		"_id": h.id("tax document %s", o.id), "url": "https://documents.example.invalid/" + o.code + ".pdf", "synchronizationStatus": "synchronized",
		"createdAt": stamp(o.createdAt), "updatedAt": stamp(o.updatedAt),
	}
	switch o.paper {
	case paperWithoutURL:
		file["url"], file["synchronizationStatus"] = nil, "pending"
	case paperRefused:
		file["synchronizationStatus"] = "error"
	}
	return []map[string]any{file}
}

func (h *Hub) orderPapers(o *order) []map[string]any {
	return h.paperFiles(o, paperOnOrder, paperWithoutURL, paperRefused)
}

func (h *Hub) checkoutPapers(s *sale) []map[string]any {
	return lo.FlatMap(s.orders, func(o *order, _ int) []map[string]any { return h.paperFiles(o, paperOnCheckout) })
}

// load loads an order's tax document. Falabella takes one only when the order is ready to ship or
// later.
func (h *Hub) load(at time.Time, o *order) {
	o.paper = paperOnOrder
	if o.connection.provider == "fcom" && !slices.Contains([]string{readyToShip, shipped, delivered}, o.onChannel) {
		o.paper = paperRefused
	}
	o.moved(h, at)
}

// loadByHand loads the tax document of an order, named by any of its ids.
func (h *Hub) loadByHand(r *http.Request) answer {
	now := h.lock()
	defer h.mutex.Unlock()
	orders, err := h.orderNamed(r.PathValue("order"))
	if err != nil {
		return problem(http.StatusNotFound, "NotFoundError", err.Error())
	}
	for _, o := range orders {
		if err := h.record(entry{At: now, Kind: "paper", ID: o.id}); err != nil {
			return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
		}
		h.load(now, o)
	}
	return fine(lo.SliceToMap(orders, func(o *order) (string, string) { return o.id, o.paper }))
}
