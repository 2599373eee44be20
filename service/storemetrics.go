package service

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"

	"github.com/despacho/despacho/service/tracing"
	"github.com/despacho/despacho/storage"
)

// storeMetrics count a program's requests to the label store.
type storeMetrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newStoreMetrics(registry *prometheus.Registry) *storeMetrics {
	m := &storeMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_store_requests_total", Help: "Requests to the label store, each try counted, by S3 operation and class.",
		}, []string{"operation", "class"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "despacho_store_request_seconds", Buckets: Latencies, Help: "Seconds until the head of the label store's answer.",
		}, []string{"operation"}),
	}
	registry.MustRegister(m.requests, m.seconds)
	return m
}

func (m *storeMetrics) observe(request storage.Request) {
	m.requests.WithLabelValues(request.Operation, string(request.Class)).Inc()
	m.seconds.WithLabelValues(request.Operation).Observe(request.Took.Seconds())
}

// observeStore counts a request to the label store, and adds it to the trace that it belongs to.
func (o ServerOptions) observeStore(ctx context.Context, request storage.Request) {
	if o.Metrics.store != nil {
		o.Metrics.store.observe(request)
	}
	o.Tracing.Ended(ctx, tracing.Call{
		Name: "S3 " + request.Operation, Took: request.Took, Failure: failureOf(request.Class),
		Attributes: []attribute.KeyValue{attribute.String("despacho.store.operation", request.Operation), attribute.String("despacho.store.class", string(request.Class)), attribute.String("despacho.store.kind", request.Kind)},
	})
}

// failureOf is empty for the classes that are answers: a missing object, and a write for which another was first.
func failureOf(class storage.RequestClass) string {
	switch class {
	case storage.RequestOK, storage.RequestMissing, storage.RequestPrecondition:
		return ""
	case storage.RequestDenied, storage.RequestSlowDown, storage.RequestServer, storage.RequestNetwork, storage.RequestOther:
	}
	return string(class)
}
