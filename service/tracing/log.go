package tracing

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// The fields by which a log line is found from its trace, and the other way round.
const (
	traceField = "trace_id"
	spanField  = "span_id"
)

// LogHandler returns a handler that adds the ids of the context's span to each line that is logged within one.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{next} }

type logHandler struct{ slog.Handler }

// Handle is [slog.Handler]'s.
func (h logHandler) Handle(ctx context.Context, line slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		line = line.Clone()
		line.AddAttrs(slog.String(traceField, span.TraceID().String()), slog.String(spanField, span.SpanID().String()))
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs is [slog.Handler]'s.
func (h logHandler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attributes)}
}

// WithGroup is [slog.Handler]'s.
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }

// troubleEvery is how often at most the log says that traces cannot be sent.
const troubleEvery = time.Minute

// troubleLog is OpenTelemetry's error handler: a collector that is away must not fill the log.
type troubleLog struct {
	log *slog.Logger

	mu   sync.Mutex
	last time.Time
}

func newTroubleLog(log *slog.Logger) *troubleLog { return &troubleLog{log: log} }

// Handle logs an error unless the last one was a moment ago.
func (t *troubleLog) Handle(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil || time.Since(t.last) < troubleEvery && !t.last.IsZero() {
		return
	}
	t.last = time.Now()
	t.log.Warn("some traces could not be sent; check OTEL_EXPORTER_OTLP_ENDPOINT and the collector", "error", err)
}
