package tracing

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// fakeCollector takes traces by OTLP over HTTP.
type fakeCollector struct {
	URL string

	mu       sync.Mutex
	resource map[string]string
	spans    []*tracepb.Span
	header   http.Header
}

func newCollector(t *testing.T) *fakeCollector {
	t.Helper()
	c := &fakeCollector{resource: map[string]string{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		var request collector.ExportTraceServiceRequest
		assert.Equal(t, "/v1/traces", r.URL.Path)
		assert.NoError(t, proto.Unmarshal(body, &request))
		c.mu.Lock()
		defer c.mu.Unlock()
		c.header = r.Header.Clone()
		for _, resource := range request.GetResourceSpans() {
			for _, about := range resource.GetResource().GetAttributes() {
				c.resource[about.GetKey()] = about.GetValue().GetStringValue()
			}
			for _, scope := range resource.GetScopeSpans() {
				c.spans = append(c.spans, scope.GetSpans()...)
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

func TestTheEndOfAProgramSendsWhatIsLeft(t *testing.T) {
	c := newCollector(t)
	t.Setenv(endpointVariable, c.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc")
	t.Setenv("OTEL_SERVICE_NAME", "labels-of-the-north")
	var log bytes.Buffer
	traced, end, err := Begin(t.Context(), nil, "worker", slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	ctx, span := traced.tracer.Start(t.Context(), "outer")
	traced.Ended(ctx, Call{Name: "hub task", Took: 2 * time.Second, Failure: "busy", Attributes: []attribute.KeyValue{attribute.Int("http.response.status_code", 429)}})
	traced.Ended(t.Context(), Call{Name: "of no trace"})
	span.End()
	end()

	names := lo.Map(c.spans, func(s *tracepb.Span, _ int) string { return s.GetName() })
	require.ElementsMatch(t, []string{"hub task", "outer"}, names, "a call outside a trace begins none")
	call, _ := lo.Find(c.spans, func(s *tracepb.Span) bool { return s.GetName() == "hub task" })
	outer, _ := lo.Find(c.spans, func(s *tracepb.Span) bool { return s.GetName() == "outer" })
	assert.Equal(t, outer.GetSpanId(), call.GetParentSpanId())
	assert.Equal(t, (2 * time.Second).Nanoseconds(), int64(call.GetEndTimeUnixNano()-call.GetStartTimeUnixNano()))
	assert.Equal(t, tracepb.Status_STATUS_CODE_ERROR, call.GetStatus().GetCode())
	assert.Equal(t, "labels-of-the-north", c.resource["service.name"])
	assert.NotEmpty(t, c.resource["service.version"])
	assert.Equal(t, "Bearer abc", c.header.Get("Authorization"))
	assert.NotContains(t, log.String(), "abc")
}

func TestHeadersOfACollectorComeFromAFile(t *testing.T) {
	c := newCollector(t)
	file := filepath.Join(t.TempDir(), "headers")
	require.NoError(t, os.WriteFile(file, []byte("authorization=Bearer%20planted, x-tenant=north\n"), 0o600))
	t.Setenv(endpointVariable, c.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS_FILE", file)
	var log bytes.Buffer
	traced, end, err := Begin(t.Context(), nil, "worker", slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	_, span := traced.tracer.Start(t.Context(), "outer")
	span.End()
	end()
	require.NotEmpty(t, c.spans)
	assert.Equal(t, "Bearer planted", c.header.Get("Authorization"))
	assert.Equal(t, "north", c.header.Get("X-Tenant"))
	assert.NotContains(t, log.String(), "planted")
}

func TestAFileOfHeadersThatIsWrongIsSaidWithoutItsContent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "headers")
	t.Setenv(endpointVariable, "http://collector:4318")
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS_FILE", file)
	for _, content := range []string{"planted", "=planted", "a=planted%zz", "a=1\nb=planted", "a=planted%0d%0ab:1", " "} {
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		wrong := Check()
		require.Len(t, wrong, 1, content)
		require.ErrorContains(t, wrong[0], "OTEL_EXPORTER_OTLP_HEADERS_FILE: ")
		assert.NotContains(t, wrong[0].Error(), "planted")
	}
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "a=b")
	require.ErrorContains(t, Check()[0], "keep only one")
}

func TestACollectorThatIsAwayIsSaidOnceAMinute(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	trouble := newTroubleLog(slog.New(slog.NewTextHandler(&log, nil)))
	for range 3 {
		trouble.Handle(io.ErrUnexpectedEOF)
	}
	trouble.Handle(nil)
	assert.Equal(t, 1, bytes.Count(log.Bytes(), []byte("traces could not be sent")))
}
