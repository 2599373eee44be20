package statuses

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// oddHub answers about one order by itself, as hubs of other shapes do.
type oddHub struct {
	*world
	mu   sync.Mutex
	sent []time.Time // when the order's status was sent
	// shows is what the hub says of the order.
	shows func(o *oddHub) map[string]any
	// first answers before all, where it wants to.
	first func(w http.ResponseWriter, r *http.Request) bool
	ids   map[channels.Status]string
}

type object = map[string]any

const oddOrder = "odd-1"

func (o *oddHub) wrap(hub http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if o.first != nil && o.first(w, r) {
			return
		}
		if !strings.HasPrefix(r.URL.Path, "/api/delivery-orders/"+oddOrder) && !strings.HasPrefix(r.URL.Path, "/api/pick-up-orders/"+oddOrder) {
			hub.ServeHTTP(w, r)
			return
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		w.Header().Set("Date", o.Time.Now().UTC().Format(http.TimeFormat))
		if r.Method == http.MethodPut {
			o.sent = append(o.sent, o.Time.Now())
			_, _ = fmt.Fprint(w, "{}")
			return
		}
		shown := o.shows(o)
		shown["_id"] = oddOrder
		_ = json.NewEncoder(w).Encode(shown)
	})
}

// ago is a moment as the hub writes it, some time before now.
func (o *oddHub) ago(d time.Duration) string {
	return o.Time.Now().Add(-d).UTC().Format("2006-01-02T15:04:05.000Z")
}

func (o *oddHub) since(n int) time.Duration { return o.Time.Now().Sub(o.sent[n]) }

func (o *oddHub) in(provider, mode string, status channels.Status, links ...object) object {
	connection, _ := lo.Find(o.Sandbox.Report().Connections, func(c sandbox.ReportConnection) bool { return c.Provider == provider })
	return object{
		"MarketplaceConnectionId": connection.ID, "shippingMode": mode, "DeliveryOrderStatus": object{"code": status.Code(), "_id": o.ids[status]},
		"DeliveryOrderStatusLinks": links, "DeliveryOrderInCheckouts": []object{{"CheckoutId": "odd-sale"}},
	}
}

// settle takes a status change of the one order to its end, a minute at a time.
func (o *oddHub) settle(scope StatusScope, row contract.StatusRow) statusbook.EndedRow {
	o.Helper()
	row.Order = oddOrder
	s := &statusScene{world: o.world, changes: &StatusChanges{Hubs: o, Store: o.Store}, scope: scope}
	activitiestest.MustStep(o.world, s.changes.OpenStatusChange, OpenStatusChangeInput{
		Merchant: scope.Merchant, Key: scope.Key, Request: contract.StatusRequest{To: string(scope.To), PickUp: scope.PickUp, Rows: []contract.StatusRow{row}},
	})
	for range 120 {
		_, err := s.step(nil)
		require.NoError(o, err)
		if page := s.left(); len(page.Ended) > 0 {
			return page.Ended[0]
		}
		o.Pass(time.Minute)
	}
	require.Fail(o, "the row never ends")
	return statusbook.EndedRow{}
}

func newOddHub(t *testing.T, shows func(*oddHub) map[string]any, first func(http.ResponseWriter, *http.Request) bool) *oddHub {
	t.Helper()
	o := &oddHub{shows: shows, ids: map[channels.Status]string{}}
	o.world = newWorld(t, sandbox.Options{Orders: 100}, o.wrap)
	for _, status := range channels.SettableStatuses() {
		id, err := o.Client.StatusID(t.Context(), status.Code())
		require.NoError(t, err)
		o.ids[status] = id
	}
	o.first = first
	return o
}

func TestStatusesOfHubsOfOtherShapes(t *testing.T) {
	t.Parallel()
	fails := func(method, path string, status int, body string, times int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != method || !strings.HasPrefix(r.URL.Path, path) || times == 0 {
				return false
			}
			times--
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, body)
			return true
		}
	}
	shipped := func(o *oddHub) bool { return len(o.sent) > 0 }
	cases := map[string]struct {
		to       channels.Status
		row      contract.StatusRow
		shows    func(o *oddHub) map[string]any
		first    func(http.ResponseWriter, *http.Request) bool
		outcome  contract.StatusOutcome
		reason   string
		sendings int
	}{
		"an earlier link that names no status is not taken for ours": {to: channels.Shipped, shows: func(o *oddHub) map[string]any {
			before := object{"synchronizationStatus": "changed", "createdAt": "2020-01-01T00:00:00.000Z"}
			if !shipped(o) {
				return o.in("ripley", "Dropshipping", channels.ReadyToShip, before)
			}
			return o.in("ripley", "Dropshipping", channels.Shipped, before,
				object{"synchronizationStatus": "failed_fatal", "message": "Pedido sin stock", "createdAt": o.ago(o.since(0))})
		}, outcome: contract.StatusRefused, reason: "Pedido sin stock", sendings: 1},
		"a refused status that the hub does not move the order to": {to: channels.Shipped, shows: func(o *oddHub) map[string]any {
			if !shipped(o) {
				return o.in("ripley", "Dropshipping", channels.ReadyToShip)
			}
			return o.in("ripley", "Dropshipping", channels.ReadyToShip,
				object{"synchronizationStatus": "failed_fatal", "DeliveryOrderStatusId": o.ids[channels.Shipped], "message": "Pedido sin stock", "updatedAt": o.ago(0)})
		}, outcome: contract.StatusRefused, reason: "Pedido sin stock", sendings: 1},
		"links without times, the newest first": {to: channels.Shipped, shows: func(o *oddHub) map[string]any {
			ready := object{"synchronizationStatus": "changed", "DeliveryOrderStatusId": o.ids[channels.ReadyToShip]}
			if !shipped(o) {
				return o.in("ripley", "Dropshipping", channels.ReadyToShip, ready)
			}
			return o.in("ripley", "Dropshipping", channels.Shipped, object{"synchronizationStatus": "changed", "DeliveryOrderStatusId": o.ids[channels.Shipped]}, ready)
		}, outcome: contract.StatusSynced, sendings: 1},
		"a link of which only the last change is told": {to: channels.Shipped, shows: func(o *oddHub) map[string]any {
			if !shipped(o) {
				return o.in("ripley", "Dropshipping", channels.ReadyToShip)
			}
			return o.in("ripley", "Dropshipping", channels.Shipped, object{"synchronizationStatus": "requesting", "updatedAt": o.ago(0)})
		}, outcome: contract.StatusLate, reason: "sent 3 times", sendings: 3},
		"one that somebody else sends where no status may be sent": {to: channels.Shipped, shows: func(o *oddHub) map[string]any {
			return o.in("mercadolibre", "xd_drop_off", channels.Shipped, object{"synchronizationStatus": "pending"})
		}, outcome: contract.StatusNotAllowed, reason: "ME2"},
		"a mode that only the sale tells": {to: channels.Shipped, shows: func(o *oddHub) map[string]any {
			return o.in("mercadolibre", "", channels.ReadyToShip)
		}, first: fails(http.MethodGet, "/api/checkouts/odd-sale", 200, `{"_id":"odd-sale","shippingMode":"me2"}`, -1), outcome: contract.StatusNotAllowed, reason: "ME2"},
		"a cancelled order that is delivered all the same": {to: channels.Cancelled, shows: func(o *oddHub) map[string]any {
			return o.in("ripley", "Dropshipping", lo.Ternary(shipped(o), channels.Delivered, channels.ReadyToShip))
		}, outcome: contract.StatusRefused, reason: "the order was delivered meanwhile", sendings: 1},
		"a tracking of an order that somebody else has shipped": {
			to: channels.Shipped, row: contract.StatusRow{TrackingNumber: "T-1", TrackingURL: "https://carrier.example/T-1"},
			shows: func(o *oddHub) map[string]any {
				return o.in("amazon", "MFN", channels.Shipped, object{"synchronizationStatus": lo.Ternary(o.Time.Now().Sub(oddBegin) >= 3*time.Minute, "changed", "pending")})
			}, outcome: contract.StatusSynced, reason: "the tracking was not written"},
		"a document whose sale we may not read": {to: channels.Shipped, shows: vtexOrder, first: fails(http.MethodGet, "/api/checkouts/", 403, `{"name":"Forbidden"}`, -1), outcome: contract.StatusNotAllowed, reason: "billing document"},
		"a document whose sale is never answered": {to: channels.Shipped, shows: vtexOrder, first: func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, "/api/checkouts/") {
				panic(http.ErrAbortHandler)
			}
			return false
		}, outcome: contract.StatusNotAllowed, reason: "billing document"},
		"a document whose link is no address": {to: channels.Shipped, shows: func(o *oddHub) map[string]any {
			order := vtexOrder(o)
			order["ElectronicBillingDocumentFiles"] = []object{{"url": "boleta 7.pdf"}}
			return order
		}, outcome: contract.StatusSynced, sendings: 1},
		"an answer that came too late for the hub": {to: channels.Shipped, shows: ripleyOrder, first: fails(http.MethodPut, "/api/delivery-orders/", 408, `{"name":"Timeout"}`, 1), outcome: contract.StatusSynced, sendings: 1},
		"a guard in front of the hub": {to: channels.Shipped, shows: ripleyOrder,
			first: fails(http.MethodPut, "/api/delivery-orders/", 403, `<html><head><title>Just a moment...</title></head></html>`, 1), outcome: contract.StatusSynced, sendings: 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOddHub(t, c.shows, c.first)
			scope := StatusScope{Merchant: o.Sandbox.Merchant(), Key: "k", To: c.to, Settings: contract.DefaultSettings()}
			ended := o.settle(scope, c.row)
			assert.Equal(t, c.outcome, ended.Outcome, ended.Reason.Words)
			assert.Contains(t, ended.Reason.Words, c.reason)
			assert.Len(t, o.sent, c.sendings)
			assert.LessOrEqual(t, ended.Seconds, (31 * time.Minute).Seconds())
		})
	}
}

func vtexOrder(o *oddHub) map[string]any {
	return o.in("vtex", "normal", lo.Ternary(len(o.sent) > 0, channels.Shipped, channels.Handling),
		lo.Ternary(len(o.sent) > 0, object{"synchronizationStatus": "changed"}, object{}))
}

func ripleyOrder(o *oddHub) map[string]any {
	return o.in("ripley", "Dropshipping", lo.Ternary(len(o.sent) > 0, channels.Shipped, channels.ReadyToShip),
		lo.Ternary(len(o.sent) > 0, object{"synchronizationStatus": "changed"}, object{}))
}

func TestAPickUpsEarlierStatusIsNotTakenForOurs(t *testing.T) {
	t.Parallel()
	o := newOddHub(t, func(o *oddHub) map[string]any {
		links := []object{{"synchronizationStatus": "changed", "PickUpOrderStatusId": "a", "createdAt": o.ago(3 * time.Minute)}}
		code := channels.ReceivedByStore.PickUpCode()
		if len(o.sent) > 0 {
			code = channels.Completed.PickUpCode()
			links = append(links, object{"synchronizationStatus": "failed_fatal", "PickUpOrderStatus": object{"code": code}, "message": "no", "createdAt": o.ago(o.since(0))})
		}
		return object{"PickUpOrderStatus": object{"code": code}, "PickUpOrderStatusLinks": links}
	}, nil)
	scope := StatusScope{Merchant: o.Sandbox.Merchant(), Key: "k", To: channels.Completed, PickUp: true, Settings: contract.DefaultSettings()}
	ended := o.settle(scope, contract.StatusRow{TrackingNumber: "T-1"})
	assert.Equal(t, contract.StatusRefused, ended.Outcome)
	assert.Equal(t, `the channel says: "no"; the tracking was not written: nobody can tell of which channel the pick-up is`, ended.Reason.Words)
}

func TestALostAnswerAboutALinkThatIsKept(t *testing.T) {
	t.Parallel()
	lost := true
	var made string
	var o *oddHub
	o = newOddHub(t, func(o *oddHub) map[string]any {
		if len(o.sent) == 0 {
			return o.in("ripley", "Dropshipping", channels.ReadyToShip)
		}
		state := lo.Ternary(o.since(0) > 4*time.Minute, "changed", "requesting")
		return o.in("ripley", "Dropshipping", channels.Shipped, object{"synchronizationStatus": state, "createdAt": made, "updatedAt": o.ago(o.since(0))})
	}, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !lost {
			return false
		}
		lost = false
		o.mu.Lock()
		defer o.mu.Unlock()
		o.sent = append(o.sent, o.Time.Now())
		http.Error(w, "bad gateway", http.StatusBadGateway)
		return true
	})
	made = o.ago(48 * time.Hour)
	ended := o.settle(StatusScope{Merchant: o.Sandbox.Merchant(), Key: "k", To: channels.Shipped, Settings: contract.DefaultSettings()}, contract.StatusRow{})
	assert.Equal(t, contract.StatusSynced, ended.Outcome, ended.Reason.Words)
	assert.Len(t, o.sent, 1)
	assert.InDelta(t, 5*60, ended.Seconds, 150)
}
