package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/samber/lo"
)

// The codes of pick-ups; the guide writes them without outer underscores.
const (
	pickUpPending   = "pick_up_order_status_pending"
	pickUpReceived  = "pick_up_order_status_received_by_store"
	pickUpCompleted = "pick_up_order_status_completed"
	pickUpCancelled = "pick_up_order_status_cancelled"
)

// pickUp is an order that its buyer picks up. What may change is below the comment "changes".
type pickUp struct {
	journey
	id, code  string
	sale      *sale
	shape     int
	createdAt time.Time

	// changes
	updatedAt time.Time
	told      map[string]string // what the newest change said beside the status

	tracking       Tracking // as written
	trackingWrites []TrackingWrite
}

// Tracking is a tracking number, its URL and its courier.
type Tracking struct{ Number, URL, Courier string }

func (p *pickUp) name() string        { return p.id }
func (p *pickUp) origin() *connection { return p.sale.connection }

func (p *pickUp) forgetful() bool { return p.shape%2 == 0 }

func (p *pickUp) moved(h *Hub, at time.Time) {
	p.updatedAt = at
	h.tellPickUp(at, p)
}

func (h *Hub) tellPickUp(at time.Time, p *pickUp) {
	h.tell(at, aboutPickUps, p.id, p.sale.id, p.sale.connection)
}

func (p *pickUp) forbidden(present, code string) string {
	switch {
	case present == pickUpCancelled && code != pickUpCancelled:
		return ruleEnded
	case backwards(present, code):
		return ruleBackwards
	}
	return ""
}

func (p *pickUp) verdict(code string) verdict {
	if planned, is := p.planned(); is {
		return planned
	}
	if broken := p.forbidden(p.onChannel, code); broken != "" {
		return verdict{state: linkFailed, words: ruleWords[broken], forbidden: broken}
	}
	return verdict{state: linkChanged, word: code}
}

func (p *pickUp) there(time.Time, string) {}

// pickUpCatalogue is the same on every hub.
var pickUpCatalogue = lo.Map([]string{pickUpPending, pickUpReceived, pickUpCompleted, pickUpCancelled}, func(code string, i int) statusRow {
	return statusRow{
		ID: fmt.Sprintf("2f1f8d%d0-5b1c-11e9-8647-d663bd873d93", i), Code: code, Position: i + 1, Status: "created",
		Name: "PICK_UP_ORDER_STATUSES." + code + ".Name", Description: "PICK_UP_ORDER_STATUSES." + code + ".Description",
		CreatedAt: "2019-04-17T12:00:00.000Z", UpdatedAt: "2021-03-02T19:45:34.000Z",
	}
})

var (
	pickUpStatusByCode = lo.KeyBy(pickUpCatalogue, func(row statusRow) string { return row.Code })
	pickUpStatusByID   = lo.KeyBy(pickUpCatalogue, func(row statusRow) string { return row.ID })
)

// listPickUpStatuses answers a bare array and an envelope in turns.
func (h *Hub) listPickUpStatuses(*http.Request) answer { return h.catalogueAnswer(pickUpCatalogue) }

// pickUpOf is the pick-up that a path names, or the answer to give when there is none.
func (h *Hub) pickUpOf(r *http.Request) (*pickUp, answer) {
	p := h.pickUpByID[r.PathValue("id")]
	if p == nil || p.has(func(f Fault) bool { return f.Unknown }) {
		return nil, problem(http.StatusNotFound, "NotFoundError", "pick up order not found")
	}
	if scope := lo.Ternary(r.Method == http.MethodGet, readCheckouts, writeCheckouts); !allowed(r, scope, p.sale.connection) {
		return nil, forbidden(scope)
	}
	return p, answer{}
}

func (h *Hub) readPickUp(r *http.Request) answer {
	now := h.lock()
	defer h.mutex.Unlock()
	p, refusal := h.pickUpOf(r)
	if p == nil {
		return refusal
	}
	given := fine(h.pickUpView(p))
	given.id, given.at = p.id, now
	return given
}

// pickUpDates are the members of a change that hold dates, as YYYY-MM-DD HH:MM:SS.
var pickUpDates = []string{"estimatedPickUpDateFrom", "estimatedPickUpDateTo", "effectivePickUpClosingDate"}

var pickUpTexts = append([]string{"comment", "pickUpClosingComment"}, pickUpDates...)

// changePickUp queues a pick-up's status for the channel.
func (h *Hub) changePickUp(r *http.Request) answer {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", "the body is not the JSON that is asked for")
	}
	id, _ := body["PickUpOrderStatusId"].(string)
	status, known := pickUpStatusByID[id]
	if !known {
		return problem(http.StatusBadRequest, "BadRequestError", "PickUpOrderStatusId is no status")
	}
	told := map[string]string{}
	for _, name := range pickUpTexts {
		text, is := body[name].(string)
		if _, err := time.Parse(time.DateTime, text); is && lo.Contains(pickUpDates, name) && err != nil {
			return problem(http.StatusBadRequest, "BadRequestError", name+" is not of the form YYYY-MM-DD HH:MM:SS")
		}
		if is {
			told[name] = text
		}
	}
	now := h.lock()
	defer h.mutex.Unlock()
	p, refusal := h.pickUpOf(r)
	if p == nil {
		return refusal
	}
	if err := h.record(entry{At: now, Kind: "pick-up", ID: p.id, Code: status.Code, Told: told}); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	h.sendPickUp(now, p, status.Code, told)
	given := fine(h.pickUpView(p))
	given.id = p.id
	return given
}

func (h *Hub) sendPickUp(now time.Time, p *pickUp, code string, told map[string]string) {
	p.told = lo.Assign(p.told, told)
	h.send(now, p, code)
}

// trackPickUp writes a pick-up's tracking, where its channel takes one (VTEX).
func (h *Hub) trackPickUp(r *http.Request) answer {
	body, refusal := trackingIn(r)
	if body == nil {
		return refusal
	}
	now := h.lock()
	defer h.mutex.Unlock()
	p, refusal := h.pickUpOf(r)
	if p == nil {
		return refusal
	}
	next := entry{At: now, Kind: "pick-up-tracking", ID: p.id, Number: body.Number, URL: body.URL, Courier: body.Courier}
	if err := h.record(next); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	if !p.track(h, next.tracking()) {
		return problem(http.StatusBadRequest, "BadRequestError", "the channel takes no tracking number for what is picked up")
	}
	given := fine(h.pickUpView(p))
	given.id = p.id
	return given
}

// track writes what is given, and says whether the channel takes it.
func (p *pickUp) track(h *Hub, write TrackingWrite) bool {
	write.Refused = !p.sale.connection.outward.fetched
	p.trackingWrites = append(p.trackingWrites, write)
	if write.Refused {
		return false
	}
	write.into(&p.tracking.Number, &p.tracking.URL, &p.tracking.Courier)
	p.moved(h, write.At)
	return true
}

func (h *Hub) redoPickUpTracking(past entry) error {
	p := h.pickUpByID[past.ID]
	if p == nil {
		return fmt.Errorf("there is no pick-up %s", past.ID)
	}
	p.track(h, past.tracking())
	return nil
}

// inCheckout is a pick-up as its sale shows it: some name their status by its code, some by its id.
func (p *pickUp) inCheckout() map[string]any {
	view := map[string]any{"_id": p.id, "code": p.code, "status": "created"}
	if p.shape%3 != 1 {
		view["PickUpOrderStatus"] = map[string]any{"code": p.status}
	} else {
		view["PickUpOrderStatusId"] = pickUpStatusByCode[p.status].ID
	}
	return view
}

// pickUpView is a pick-up as the hub shows it by itself: the members of a delivery order under
// names of its own.
func (h *Hub) pickUpView(p *pickUp) map[string]any {
	status := pickUpStatusByCode[p.status]
	view := map[string]any{
		"_id": p.id, "code": p.code, "status": "created", "PickUpOrderStatusId": status.ID, "PickUpOrderStatus": status,
		"MerchantId": h.options.MerchantID, "createdAt": stamp(p.createdAt), "updatedAt": stamp(p.updatedAt),
		"PickUpOrderInCheckouts": []map[string]string{{"CheckoutId": p.sale.id}},
	}
	for _, name := range pickUpTexts {
		view[name] = nullable(p.told[name])
	}
	logs := []map[string]any{}
	for _, l := range p.links {
		logs = append(logs, map[string]any{"createdAt": stamp(l.sentAt), "PickUpOrderStatusId": pickUpStatusByCode[l.code].ID})
	}
	view["PickUpOrderStatusLogs"] = logs
	name, shown := "PickUpOrderStatusLink", any(nil)
	view["trackingNumber"], view["trackingUrl"], view["courierName"] = nullable(p.tracking.Number), nullable(p.tracking.URL), nullable(p.tracking.Courier)
	if links := h.options.Dialect.links(p.links); len(links) > 0 {
		all := lo.Map(links, func(l *link, _ int) linkView {
			view := l.view("", "", p.sale.connection)
			view.PickUpStatusID = pickUpStatusByCode[l.code].ID
			return view
		})
		shown = lo.Ternary[any](p.forgetful(), all[len(all)-1], all)
		name += []string{"", "", "", "s"}[p.shape%4]
	}
	view[name] = shown
	return view
}
