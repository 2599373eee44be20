package sandbox

import (
	"encoding/json"
	"net/http"
	"time"
)

// changeStatus queues a status for the channel.
func (h *Hub) changeStatus(r *http.Request) answer {
	var body struct {
		DeliveryOrderID string `json:"DeliveryOrderId"`
		StatusID        string `json:"DeliveryOrderStatusId"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", "the body is not the JSON that is asked for")
	}
	status, known := statusByID[body.StatusID]
	if !known {
		return problem(http.StatusBadRequest, "BadRequestError", "DeliveryOrderStatusId is no status")
	}
	now := h.lock()
	defer h.mutex.Unlock()
	o, refusal := h.orderOf(r)
	if o == nil {
		return refusal
	}
	if body.DeliveryOrderID != "" && body.DeliveryOrderID != o.id {
		return problem(http.StatusBadRequest, "BadRequestError", "DeliveryOrderId is another than the path's")
	}
	if err := h.record(entry{At: now, Kind: "status", ID: o.id, Code: status.Code}); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	h.send(now, o, status.Code)
	given := fine(h.orderView(o))
	given.id = o.id
	return given
}

// updateTracking writes an order's tracking number and URL.
func (h *Hub) updateTracking(r *http.Request) answer {
	var body struct {
		Number *string `json:"trackingNumber"`
		URL    *string `json:"trackingUrl"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", "the body is not the JSON that is asked for")
	}
	now := h.lock()
	defer h.mutex.Unlock()
	o, refusal := h.orderOf(r)
	if o == nil {
		return refusal
	}
	if err := h.record(entry{At: now, Kind: "tracking", ID: o.id, Number: body.Number, URL: body.URL}); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	o.track(now, body.Number, body.URL)
	h.tellOrder(now, o)
	given := fine(h.orderView(o))
	given.status, given.id = http.StatusCreated, o.id
	return given
}

func (o *order) track(now time.Time, number, url *string) {
	if number != nil {
		o.tracking = *number
	}
	if url != nil {
		o.trackingURL = *url
	}
	o.updatedAt = now
}
