package run

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service/tracing"
	"github.com/despacho/despacho/storage/storagetest"
)

// inTrace is a context that belongs to a trace.
func inTrace(t *testing.T) context.Context {
	t.Helper()
	return trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	}))
}

func TestASpanOfAHubCallNamesItsRouteAndNoIds(t *testing.T) {
	t.Parallel()
	answers := map[string]int{"/api/checkouts/sale-1": http.StatusOK, "/api/checkouts/sale-2": http.StatusForbidden}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(answers[r.URL.Path])
		_, _ = w.Write([]byte(`{"_id":"sale-1"}`))
	}))
	t.Cleanup(server.Close)
	exporter := tracetest.NewInMemoryExporter()
	traced, err := tracing.New(t.Context(), "worker", sdktrace.WithSyncer(exporter))
	require.NoError(t, err)
	settings := validSettings()
	settings.Hub, settings.HubRequestsPerSecond = server.URL, 1000
	p := &process{settings: settings, log: silent(), metrics: metricsOf(t), tracing: traced}
	hubs := newHubs(settings, p.observeHub, p.metrics.hub.observeWait, onlyWorker(t, storagetest.New(t)))
	t.Cleanup(hubs.close)
	hub, err := hubs.Hub(settings.Merchant)
	require.NoError(t, err)
	ctx := inTrace(t)
	_, err = hub.Checkout(ctx, "sale-1")
	require.NoError(t, err)
	_, err = hub.Checkout(multivende.Background(ctx), "sale-2")
	require.Error(t, err)
	_, err = hub.Checkout(t.Context(), "sale-1")
	require.NoError(t, err)

	spans := exporter.GetSpans()
	require.Len(t, spans, 2, "one outside a trace begins none")
	attributes := func(span tracetest.SpanStub) map[string]string {
		return lo.SliceToMap(span.Attributes, func(a attribute.KeyValue) (string, string) { return string(a.Key), a.Value.String() })
	}
	assert.Equal(t, map[string]string{
		"http.request.method": "GET", "despacho.hub.route": "checkout", "url.template": "/api/checkouts/{checkoutId}", "http.response.status_code": "200",
	}, attributes(spans[0]))
	assert.Equal(t, map[string]string{
		"http.request.method": "GET", "despacho.hub.route": "checkout", "url.template": "/api/checkouts/{checkoutId}", "http.response.status_code": "403", "error.type": "not_authorised",
	}, attributes(spans[1]))
	assert.Equal(t, codes.Unset, spans[0].Status.Code)
	assert.Equal(t, codes.Error, spans[1].Status.Code)
	for _, span := range spans {
		assert.Equal(t, "hub checkout", span.Name)
		assert.Equal(t, trace.TraceID{1}, span.SpanContext.TraceID())
		assert.Equal(t, trace.SpanID{2}, span.Parent.SpanID())
	}
	page := scrape(t, p.metrics)
	assert.Contains(t, page, `despacho_hub_wait_seconds_total{merchant="`+settings.Merchant+`"}`)
}

func TestACallThatItsCallerGaveUpIsMarked(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, "cancelled", hubSpan(ended, multivende.Call{Route: "task"}).Failure)
	assert.Empty(t, hubSpan(ended, multivende.Call{Route: "task", Status: 200}).Failure)
	assert.Equal(t, "broken", hubSpan(ended, multivende.Call{Route: "task", Class: multivende.Broken}).Failure)
}
