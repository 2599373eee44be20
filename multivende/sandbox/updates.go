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

// TrackingWrite is a tracking number that a client wrote, or tried to.
type TrackingWrite struct {
	At      time.Time `json:"at"`
	Number  *string   `json:"number,omitempty"`
	URL     *string   `json:"url,omitempty"`
	Courier *string   `json:"courier,omitempty"`
	Refused bool      `json:"refused,omitempty"` // the channel takes none
}

func (e entry) tracking() TrackingWrite {
	return TrackingWrite{At: e.At, Number: e.Number, URL: e.URL, Courier: e.Courier}
}

// trackingBody is what a client writes of a tracking.
type trackingBody struct {
	Number  *string `json:"trackingNumber"`
	URL     *string `json:"trackingUrl"`
	Courier *string `json:"courierName"`
}

// trackingIn reads it; without one there is the answer to give.
func trackingIn(r *http.Request) (*trackingBody, answer) {
	var body trackingBody
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, problem(http.StatusBadRequest, "BadRequestError", "the body is not the JSON that is asked for")
	}
	return &body, answer{}
}

// into writes what is given.
func (w TrackingWrite) into(number, url, courier *string) {
	for to, given := range map[*string]*string{number: w.Number, url: w.URL, courier: w.Courier} {
		if given != nil {
			*to = *given
		}
	}
}

// updateTracking writes an order's tracking number, URL and courier, where its channel takes them.
func (h *Hub) updateTracking(r *http.Request) answer {
	body, refusal := trackingIn(r)
	if body == nil {
		return refusal
	}
	now := h.lock()
	defer h.mutex.Unlock()
	o, refusal := h.orderOf(r)
	if o == nil {
		return refusal
	}
	next := entry{At: now, Kind: "tracking", ID: o.id, Number: body.Number, URL: body.URL, Courier: body.Courier}
	if err := h.record(next); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	if !h.track(o, next.tracking()) {
		return problem(http.StatusBadRequest, "BadRequestError", "the channel takes no tracking number for this shipping mode")
	}
	given := fine(h.orderView(o))
	given.status, given.id = http.StatusCreated, o.id
	return given
}

// track writes what is given, and says whether the channel takes it.
func (h *Hub) track(o *order, write TrackingWrite) bool {
	write.Refused = !o.takesTracking()
	o.trackingWrites = append(o.trackingWrites, write)
	if write.Refused {
		return false
	}
	write.into(&o.tracking, &o.trackingURL, &o.courier)
	o.moved(h, write.At)
	return true
}
