package sandbox

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

// The resources of notifications.
const (
	aboutCheckouts = "checkouts"
	aboutOrders    = "delivery-orders"
	aboutPickUps   = "pick-up-orders"
)

// WebhookRates are the shares of notifications that go wrong, from 0 to 1.
type WebhookRates struct {
	Duplicates float64 `json:"duplicates,omitempty"` // sent twice
	Reordered  float64 `json:"reordered,omitempty"`  // sent some seconds late, after others
	Lost       float64 `json:"lost,omitempty"`       // never sent
}

// webhooks are where notifications go, and how that went.
type webhooks struct {
	url    string // empty: nobody is told
	rates  WebhookRates
	number int            // of the newest notification
	outbox []notification // waiting to be sent
	report ReportWebhooks
	millis []float64 // each answer's time
	post   *postman
}

// notification is what the hub has to tell.
type notification struct {
	number       int
	resource, id string
	sale         string
	connection   *connection
	at           time.Time // on the hub's clock
	due          time.Time // on ours; zero: now
}

// ReportWebhooks says what was sent to the receiver of webhooks.
type ReportWebhooks struct {
	URL        string         `json:"url"`
	Changes    int            `json:"changes"`    // that there were to tell
	Sent       int            `json:"sent"`       // requests, duplicates among them
	Answered   int            `json:"answered"`   // with 200, within six seconds of our clock
	Refused    map[string]int `json:"refused"`    // the others by status; "0": no answer
	Duplicated int            `json:"duplicated"` // sent twice
	Reordered  int            `json:"reordered"`  // sent late
	Lost       int            `json:"lost"`       // never sent
	Slowest    float64        `json:"slowest_ms"` // of the answers
	P99        float64        `json:"p99_ms"`
}

// lateness is how late, on our clock, a reordered notification is sent.
const lateness = 2 * time.Second

// tell sends a notification of a change; s may be nil for a sale that failed.
func (h *Hub) tell(now time.Time, resource, id, sale string, c *connection) {
	hooks := &h.webhooks
	if hooks.url == "" {
		return
	}
	hooks.number++
	hooks.report.Changes++
	next := notification{number: hooks.number, resource: resource, id: id, sale: sale, connection: c, at: now}
	switch fate, delay := h.notificationFate(next); fate {
	case "lost":
		hooks.report.Lost++
		return
	case "twice":
		hooks.report.Duplicated++
		hooks.outbox = append(hooks.outbox, next, next)
		return
	case "late":
		hooks.report.Reordered++
		next.due = time.Now().Add(delay)
	}
	hooks.outbox = append(hooks.outbox, next)
}

// notificationFate is how a notification goes wrong: by the fault plan, else by the rates; empty for not.
func (h *Hub) notificationFate(n notification) (fate string, delay time.Duration) {
	for _, fault := range h.routeFaults["webhook"] {
		if fault.strikes(fate == "") {
			fate = string(fault.Answer)
			delay, _ = fault.delay() // check has parsed it
		}
	}
	if fate != "" {
		return fate, delay
	}
	sum := fnv.New32a()
	_, _ = fmt.Fprintf(sum, "%d %d", h.options.Seed, n.number) // a hash takes everything
	share, rates := float64(sum.Sum32()%10_000)/10_000, h.webhooks.rates
	switch {
	case share < rates.Lost:
		return "lost", 0
	case share < rates.Lost+rates.Duplicates:
		return "twice", 0
	case share < rates.Lost+rates.Duplicates+rates.Reordered:
		return "late", lateness/2 + time.Duration(n.number%10)*lateness/10
	}
	return "", 0
}

// tellSale and tellOrder tell of a change of a sale and of a delivery order.
func (h *Hub) tellSale(now time.Time, s *sale) { h.tell(now, aboutCheckouts, s.id, s.id, s.connection) }

func (h *Hub) tellOrder(now time.Time, o *order) {
	h.tell(now, aboutOrders, o.id, o.sales[0].id, o.connection)
}

// body is the notification as it is sent; what the guide shows for checkouts, and by analogy for the
// others, in which the sale may be named or not.
func (h *Hub) body(n notification) map[string]any {
	body := map[string]any{
		"MerchantId": h.options.MerchantID, "MerchantAppId": h.id("application %d", 0),
		"OauthClient": map[string]string{"_id": h.id("oauth client"), "client_id": h.options.ClientID},
		"resource":    n.resource, "attemps": 1, "received": stamp(n.at),
	}
	if n.number%5 != 0 {
		body["MarketplaceConnectionId"] = n.connection.id
	}
	switch n.resource {
	case aboutCheckouts:
		body["CheckoutId"] = n.id
		return body
	case aboutOrders:
		body["DeliveryOrderId"] = n.id
	case aboutPickUps:
		body["PickUpOrderId"] = n.id
	}
	if n.number%2 == 0 {
		body["CheckoutId"] = n.sale
	}
	if n.number%3 == 0 {
		body["resource"] = []string{"delivery_orders", "pick_up_orders"}[map[string]int{aboutOrders: 0, aboutPickUps: 1}[n.resource]]
	}
	return body
}

// direct sets the address of notifications from now on.
func (h *Hub) direct(url string, rates WebhookRates) {
	h.webhooks.url, h.webhooks.rates = url, rates
	h.webhooks.report.URL = url
}

// delivered counts how a notification was answered.
func (h *Hub) delivered(past entry) {
	report := &h.webhooks.report
	report.Sent++
	if past.Status != 200 {
		report.Refused[fmt.Sprint(past.Status)]++
		return
	}
	report.Answered++
	report.Slowest = max(report.Slowest, past.Millis)
	h.webhooks.millis = append(h.webhooks.millis, past.Millis)
}

func (h *Hub) webhooksReport() ReportWebhooks {
	report := h.webhooks.report
	report.Refused = map[string]int{}
	for status, count := range h.webhooks.report.Refused {
		report.Refused[status] = count
	}
	if sorted := slices.Sorted(slices.Values(h.webhooks.millis)); len(sorted) > 0 {
		report.P99 = sorted[(len(sorted)*99-1)/100]
	}
	return report
}
