package service

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/despacho/despacho/service/tracing"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestASpanOfAStoreRequestNamesItsKindAndNoKey(t *testing.T) {
	t.Parallel()
	exporter := tracetest.NewInMemoryExporter()
	traced, err := tracing.New(t.Context(), "worker", sdktrace.WithSyncer(exporter))
	require.NoError(t, err)
	servers := &Servers{Store: storagetest.New(t), wanted: ServerOptions{Log: silent(), Tracing: traced}}
	require.NoError(t, servers.openStore(t.Context()))
	ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	}))
	require.ErrorIs(t, servers.Store.Get(ctx, storage.IntakeOrder("m", "order-1"), new(string)), storage.ErrNotFound)
	require.NoError(t, servers.Store.Put(t.Context(), storage.IntakeOrder("m", "order-1"), "of no trace"))

	spans := exporter.GetSpans()
	require.Len(t, spans, 1)
	assert.Equal(t, "S3 GetObject", spans[0].Name)
	assert.Equal(t, trace.SpanID{2}, spans[0].Parent.SpanID())
	assert.Equal(t, map[string]string{
		"despacho.store.operation": "GetObject", "despacho.store.class": "missing", "despacho.store.kind": "intake",
	}, lo.SliceToMap(spans[0].Attributes, func(a attribute.KeyValue) (string, string) { return string(a.Key), a.Value.String() }), "a missing object is an answer")
}

func TestEachClassOfRequestsIsAnAnswerOrAFailure(t *testing.T) {
	t.Parallel()
	answers := []storage.RequestClass{storage.RequestOK, storage.RequestMissing, storage.RequestPrecondition}
	for _, class := range storage.RequestClasses() {
		want := string(class)
		if lo.Contains(answers, class) {
			want = ""
		}
		assert.Equal(t, want, failureOf(class))
	}
}
