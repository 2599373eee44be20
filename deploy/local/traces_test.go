package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// spans are what a collector has received, by the ids of spans.
type spans struct {
	mu  sync.Mutex
	all map[string]*tracepb.Span
}

// collect starts a collector of OpenTelemetry.
func collect(t *testing.T) (address string, received *spans) {
	t.Helper()
	received = &spans{all: map[string]*tracepb.Span{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		var request collector.ExportTraceServiceRequest
		assert.NoError(t, proto.Unmarshal(body, &request))
		received.mu.Lock()
		defer received.mu.Unlock()
		for _, resource := range request.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				for _, span := range scope.GetSpans() {
					received.all[string(span.GetSpanId())] = span
				}
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	return server.URL, received
}

// above are the names of a span and of those above it.
func (s *spans) above(span *tracepb.Span) []string {
	names := []string{span.GetName()}
	for parent := s.all[string(span.GetParentSpanId())]; parent != nil; parent = s.all[string(parent.GetParentSpanId())] {
		names = append(names, parent.GetName())
	}
	return names
}

func TestARunIsOneTraceFromItsStartToTheHubAndTheStore(t *testing.T) {
	t.Parallel()
	address, received := collect(t)
	data := t.TempDir()
	demo := startDemoIn(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + address, "OTEL_BSP_MAX_QUEUE_SIZE=1000000"}, data,
		"--stock", "as-is", "--run-only", "--once", "--orders", "20")
	require.NoError(t, demo.wait(t))

	all := lo.Values(received.all)
	run, found := lo.Find(all, func(s *tracepb.Span) bool { return s.GetName() == "RunWorkflow:LabelRun" })
	require.True(t, found)
	assert.Equal(t, []string{"RunWorkflow:LabelRun", "StartWorkflow:LabelRun"}, received.above(run))
	within := lo.Filter(all, func(s *tracepb.Span, _ int) bool { return string(s.GetTraceId()) == string(run.GetTraceId()) })
	for _, leaf := range []string{"hub ", "S3 "} {
		below := lo.Filter(within, func(s *tracepb.Span, _ int) bool {
			above := received.above(s)
			step := slices.IndexFunc(above, func(name string) bool { return strings.HasPrefix(name, "RunActivity:") })
			return strings.HasPrefix(s.GetName(), leaf) && step == 1 && slices.Contains(above, "RunWorkflow:ConnectionRun") && above[len(above)-1] == "StartWorkflow:LabelRun"
		})
		assert.NotEmpty(t, below, "spans %q below a step of a connection of the run", leaf)
	}
	connections := lo.CountBy(within, func(s *tracepb.Span) bool { return s.GetName() == "RunWorkflow:ConnectionRun" })
	assert.Greater(t, connections, 1, "all connections of the run are in its trace")

	log, err := os.ReadFile(filepath.Join(data, "worker.log"))
	require.NoError(t, err)
	assert.NotContains(t, string(log), "traces could not be sent")
	requireNothingPrivate(t, all)
}

// requireNothingPrivate holds that spans hold neither addresses nor keys of objects nor texts of errors.
func requireNothingPrivate(t *testing.T, all []*tracepb.Span) {
	t.Helper()
	for _, span := range all {
		assert.Empty(t, span.GetEvents(), span.GetName())
		assert.Empty(t, span.GetStatus().GetMessage(), span.GetName())
		for _, attribute := range span.GetAttributes() {
			value := attribute.GetValue().GetStringValue()
			assert.NotContains(t, value, "http://", "%s of %s", attribute.GetKey(), span.GetName())
			assert.NotRegexp(t, `\.(json|zpl|pdf|zip)$`, value, "%s of %s", attribute.GetKey(), span.GetName())
		}
	}
}
