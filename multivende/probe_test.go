package multivende_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

// probed are the read-only routes: what the path table calls them by what the sandbox does.
var probed = map[string]string{
	"info": "app_info", "connections": "connections", "statuses": "delivery_order_statuses", "documents": "available_labels",
	"checkouts-light": "checkouts_light", "checkout": "checkout", "delivery-order": "delivery_order", "tasks": "label_tasks", "task": "task",
	"checkouts-with-error": "checkouts_with_error", "pick-up-statuses": "pick_up_order_statuses", "pick-up-order": "pick_up_order",
}

// connectionsProbed are as many as the sandbox's labels need.
const connectionsProbed = 12

// probe probes a hub whose merchant has asked for labels before.
func probe(t *testing.T, options sandbox.Options, order func(*sandbox.Hub) string, wrap func(http.Handler) http.Handler) (multivende.Probing, *sandbox.Hub) {
	t.Helper()
	options.Orders, options.Seed = 200, 1
	hub, err := sandbox.New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, hub.Close()) })
	handler := http.Handler(hub)
	if wrap != nil {
		handler = wrap(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := multivende.New(multivende.Config{BaseURL: server.URL, Merchant: hub.Merchant(), Token: multivende.StaticToken(hub.Token()), RequestsPerSecond: 1e6, ReadAttempts: 1})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	asked, _ := lo.Find(hub.Report().Orders, func(o sandbox.ReportOrder) bool { return o.Channel == "paris" && o.Fate == sandbox.FateLabelable })
	_, err = client.GenerateTickets(t.Context(), "paris", asked.Connection, []string{asked.ID})
	require.NoError(t, err)
	named := ""
	if order != nil {
		named = order(hub)
	}
	found, err := client.Probe(t.Context(), named, connectionsProbed)
	require.NoError(t, err)
	return found, hub
}

// saleWithPickUp is a sale that has a pick-up.
func saleWithPickUp(hub *sandbox.Hub) string {
	return hub.Report().PickUps[0].Checkout
}

func of(t *testing.T, found multivende.Probing, route string) multivende.Probed {
	t.Helper()
	one, ok := lo.Find(found.Routes, func(p multivende.Probed) bool { return p.Route == route })
	require.True(t, ok, route)
	return one
}

func TestAProbeOfAHubThatIsAsWeReadItSendsNothing(t *testing.T) {
	t.Parallel()
	found, hub := probe(t, sandbox.Options{}, saleWithPickUp, nil)
	for _, route := range probed {
		one := of(t, found, route)
		assert.Equal(t, multivende.ProbeExpected, one.Verdict, "%s: %s", route, one.Words)
	}
	assert.Len(t, found.Routes, len(probed))
	for _, filter := range found.Filters {
		assert.True(t, filter.Compared && filter.Kept, filter.Route)
	}
	calls := hub.Report().Calls
	assert.Equal(t, 1, calls["tickets"].Count, "the test's own")
	assert.Zero(t, calls["change-status"].Count+calls["update-tracking"].Count+calls["change-pick-up-status"].Count)
	for route, most := range map[string]int{"info": 1, "connections": 1, "statuses": 1, "task": 1, "checkouts-with-error": 1, "pick-up-statuses": 1} {
		assert.Equal(t, most, calls[route].Count, route)
	}
}

func TestAProbeSaysOfEachRouteWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   sandbox.Fault
		verdict multivende.Verdict
		words   string
	}{
		"taken away":                {sandbox.Fault{Answer: "404", AnswerAs: "page"}, multivende.ProbeNoRoute, "the hub has no such route (HTTP 404)"},
		"taken away without a word": {sandbox.Fault{Answer: "404", AnswerAs: "nothing"}, multivende.ProbeNoRoute, "HTTP 404"},
		"of another method":         {sandbox.Fault{Answer: "405"}, multivende.ProbeNoRoute, "HTTP 405"},
		"forbidden":                 {sandbox.Fault{Answer: "403"}, multivende.ProbeForbidden, "lacks a scope"},
		"within another object":     {sandbox.Fault{Answer: "wrapped"}, multivende.ProbeShape, "missing"},
		"a page":                    {sandbox.Fault{Answer: "html"}, multivende.ProbeShape, "a page instead of JSON"},
		"without its first member":  {sandbox.Fault{Answer: "without", Member: "_id"}, multivende.ProbeShape, "_id is missing"},
		"refused":                   {sandbox.Fault{Answer: "400"}, multivende.ProbeFailed, "a fault of the plan"},
		"a failing one":             {sandbox.Fault{Answer: "500"}, multivende.ProbeFailed, "the hub is busy"},
	} {
		for route, setting := range probed {
			t.Run(name+" "+route, func(t *testing.T) {
				t.Parallel()
				fault := c.fault
				fault.Route, fault.Times = route, sandbox.AlwaysTimes
				words := c.words
				if route == "checkouts-with-error" && fault.Member != "" {
					fault.Member, words = "externalId", "externalId is missing"
				}
				order := saleWithPickUp
				if route == "checkout" || route == "delivery-order" {
					order = nil
				}
				found, _ := probe(t, sandbox.Options{Faults: []sandbox.Fault{fault}}, order, nil)
				one := of(t, found, setting)
				assert.Equal(t, c.verdict, one.Verdict, one.Words)
				assert.Contains(t, one.Words, words)
				assert.True(t, strings.HasPrefix(one.Called, "GET /"), one.Called)
			})
		}
	}
}

func TestAProbeSaysOfWhatItCouldNotLookAtThatItDidNot(t *testing.T) {
	t.Parallel()
	t.Run("an empty list proves no shape", func(t *testing.T) {
		t.Parallel()
		var asked atomic.Int32
		found, _ := probe(t, sandbox.Options{}, nil, func(hub http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/documents/") || strings.Contains(r.URL.Path, "/light/") || strings.Contains(r.URL.Path, "-generate-") {
					asked.Add(1)
					w.Header().Set("Content-Type", "application/json")
					_, _ = w.Write([]byte(`{"entries":[],"pagination":{"next_page":0,"total_pages":0}}`))
					return
				}
				hub.ServeHTTP(w, r)
			})
		})
		for _, route := range []string{"available_labels", "checkouts_light", "label_tasks"} {
			assert.Equal(t, multivende.ProbeEmpty, of(t, found, route).Verdict, route)
		}
		for _, route := range []string{"checkout", "delivery_order", "task"} {
			assert.Equal(t, multivende.ProbeNotCalled, of(t, found, route).Verdict, route)
		}
		assert.False(t, found.Filters[0].Compared)
		assert.EqualValues(t, 3*connectionsProbed, asked.Load(), "as many connections as it was told, and no more")
	})
	t.Run("a filter that is not kept is seen", func(t *testing.T) {
		t.Parallel()
		found, _ := probe(t, sandbox.Options{}, nil, func(hub http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				query := r.URL.Query()
				query.Del("_marketplace_connection_id")
				r.URL.RawQuery = query.Encode()
				hub.ServeHTTP(w, r)
			})
		})
		for _, filter := range found.Filters {
			assert.True(t, filter.Compared, filter.Route)
			assert.False(t, filter.Kept, filter.Route)
		}
	})
	t.Run("an order that is named is the one that is read", func(t *testing.T) {
		t.Parallel()
		var named sandbox.ReportOrder
		_, hub := probe(t, sandbox.Options{}, func(hub *sandbox.Hub) string {
			named, _ = lo.Find(hub.Report().Orders, func(o sandbox.ReportOrder) bool { return o.Channel == "ripley" && o.Fate == sandbox.FateLabelable })
			return named.ID
		}, nil)
		read, _ := lo.Find(hub.Report().Orders, func(o sandbox.ReportOrder) bool { return o.ID == named.ID })
		assert.Positive(t, read.OrderReads)
		assert.Positive(t, read.SaleReads)
	})
	t.Run("one that nobody knows is said to be so, and others are read", func(t *testing.T) {
		t.Parallel()
		found, _ := probe(t, sandbox.Options{}, func(*sandbox.Hub) string { return "nobody-knows-it" }, nil)
		assert.True(t, found.OrderUnknown)
		assert.Equal(t, multivende.ProbeExpected, of(t, found, "delivery_order").Verdict)
	})
}
