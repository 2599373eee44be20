package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const requestLimit = 50

type taskView struct {
	ID            string  `json:"_id"`
	Code          string  `json:"code"`
	ProcessStatus string  `json:"processStatus"`
	URL           *string `json:"url"`
	Output        any     `json:"output"`
	Status        string  `json:"status"`
	CreatedAt     *string `json:"createdAt"`
	UpdatedAt     *string `json:"updatedAt"`
	MerchantID    string  `json:"MerchantId"`
	ConnectionID  string  `json:"MarketplaceConnectionId"`
}

type taskOutput struct {
	Available   []outputOrder    `json:"ordersWithAvailableDeliveryOrderTickets"`
	Unavailable []any            `json:"ordersWithUnavailableDeliveryOrderTickets"`
	Failed      []any            `json:"failedDeliveryOrders"`
	Successful  []outputDocument `json:"successfulDeliveryOrderDocuments"`
	Total       int              `json:"totalOrderProcessed"`
}

type outputOrder struct {
	DeliveryOrderID      string `json:"deliveryOrderId"`
	DeliveryOrderCode    string `json:"deliveryOrderCode"`
	CheckoutID           string `json:"checkoutId"`
	CheckoutCode         string `json:"checkoutCode"`
	CheckoutExternalID   string `json:"checkoutExternalId"`
	DeliveryOrderLinkID  string `json:"deliveryOrderLinkId"`
	DeliveryOrderLinkExt string `json:"deliveryOrderLinkExternalId"`
}

type outputDocument struct {
	DeliveryOrder outputOrder `json:"deliveryOrder"`
	DocumentID    string      `json:"deliveryOrderDocumentId"`
}

// generateTickets takes 1 to 50 delivery orders of one connection and answers the
// task that makes their labels.
func (h *Hub) generateTickets(r *http.Request) answer {
	var body struct {
		Orders []string `json:"orders"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", "the body is not the JSON that is asked for")
	}
	now := h.lock()
	defer h.mutex.Unlock()
	c := h.connectionByID(r.PathValue("connection"))
	if c == nil || c.provider+"-connections" != r.PathValue("provider") {
		return problem(http.StatusNotFound, "NotFoundError", "connection not found")
	}
	if !allowed(r, writeCheckouts, c) {
		return forbidden(writeCheckouts)
	}
	if refused := h.refuseTickets(c, body.Orders); refused != "" {
		return problem(http.StatusBadRequest, "BadRequestError", refused)
	}
	if err := h.record(entry{At: now, Kind: "ask", ID: c.id, Orders: body.Orders}); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	t := h.ask(now, c, body.Orders)
	given := fine(h.taskView(t, base(r), now))
	given.status, given.id = http.StatusCreated, t.id
	return given
}

// refuseTickets says why a request is refused; empty if it is not.
func (h *Hub) refuseTickets(c *connection, ids []string) string {
	switch {
	case c.channel == nil:
		return "the channel " + c.provider + " makes no labels"
	case len(ids) == 0:
		return "orders is empty"
	case len(ids) > requestLimit:
		return fmt.Sprintf("%d orders: at most %d at a time", len(ids), requestLimit)
	}
	for _, id := range ids {
		if o := h.orderByID[id]; o != nil && o.connection != c {
			return "delivery order " + id + " belongs to another connection"
		}
	}
	return ""
}

func (h *Hub) readTask(r *http.Request) answer {
	now := h.lock()
	defer h.mutex.Unlock()
	t := h.taskByID[r.PathValue("id")]
	if t == nil {
		return problem(http.StatusNotFound, "NotFoundError", "task not found")
	}
	given := fine(h.taskView(t, base(r), now))
	given.id = t.id
	return given
}

// listTasks lists the label tasks of a connection, newest first; the provider in
// the path counts only without one.
func (h *Hub) listTasks(r *http.Request) answer {
	provider, is := strings.CutSuffix(r.PathValue("kind"), "-generate-delivery-order-ticket")
	if !is {
		return problem(http.StatusNotFound, "NotFoundError", "no such tasks")
	}
	now := h.lock()
	defer h.mutex.Unlock()
	id := r.URL.Query().Get("_marketplaceConnectionId")
	var tasks []*task
	for _, c := range h.connections {
		if c.id == id || id == "" && c.provider == provider {
			tasks = append(tasks, c.tasks...)
		}
	}
	slices.Reverse(tasks)
	return fine(paged(tasks, r.PathValue("page"), h.options.PageSize, func(t *task) taskView { return h.taskView(t, base(r), now) }))
}

func (h *Hub) taskView(t *task, base string, now time.Time) taskView {
	view := taskView{
		ID: t.id, Code: t.connection.provider + "-generate-delivery-order-ticket", ProcessStatus: t.state, Status: "created",
		CreatedAt: stamp(t.createdAt), UpdatedAt: stamp(t.updatedAt), MerchantID: h.options.MerchantID, ConnectionID: t.connection.id,
	}
	if t.without || t.state == taskPending || t.state == taskProcessing {
		return view
	}
	output := h.output(t)
	if len(output.Successful) > 0 {
		view.URL = nullable(h.linkTo(base, "tasks", t.id, t.connection.channel.hands.dies, now))
	}
	view.Output = output
	if t.number%3 == 0 {
		text, _ := json.Marshal(output) // texts and numbers only
		view.Output = string(text)
	}
	return view
}

// output sorts a task's orders into its four lists; some tasks list ids where
// others list objects.
func (h *Hub) output(t *task) taskOutput {
	output := taskOutput{Available: []outputOrder{}, Unavailable: []any{}, Failed: []any{}, Successful: []outputDocument{}}
	for _, a := range t.asks {
		order := h.outputOrder(a.order)
		var listed any = order
		if t.number%2 == 1 {
			listed = a.order.id
		}
		switch a.result {
		case resultLabel:
			output.Available = append(output.Available, order)
			output.Successful = append(output.Successful, outputDocument{DeliveryOrder: order, DocumentID: h.documentID(a, 0)})
		case resultOnlyAvailable:
			output.Available = append(output.Available, order)
		case resultUnavailable:
			output.Unavailable = append(output.Unavailable, listed)
		case resultFailed:
			output.Failed = append(output.Failed, listed)
		}
	}
	output.Total = len(output.Successful)
	if t.number%4 == 2 { // the guide says both
		output.Total += len(output.Failed) + len(output.Unavailable)
	}
	return output
}

func (h *Hub) outputOrder(o *order) outputOrder {
	s := o.sales[0]
	return outputOrder{
		DeliveryOrderID: o.id, DeliveryOrderCode: o.code, CheckoutID: s.id, CheckoutCode: s.code, CheckoutExternalID: s.externalID,
		DeliveryOrderLinkID: h.id("delivery order link %s", o.id), DeliveryOrderLinkExt: o.shipment,
	}
}
