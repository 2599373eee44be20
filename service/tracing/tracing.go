package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"

	"github.com/despacho/despacho/service/version"
)

// scope is the name of the instrumentation in its spans.
const scope = "github.com/despacho/despacho"

// flushWithin bounds how long a program's end waits until its last spans are sent.
const flushWithin = 5 * time.Second

// Tracing is where one program sends its spans. A nil Tracing takes none and costs nothing.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	temporal interceptor.Interceptor
}

// Start begins to trace a program if the OTEL_* variables ask for it; else it returns nil. Variables that
// are wrong are all named in its error.
func Start(ctx context.Context, program string, log *slog.Logger) (*Tracing, error) {
	get := environment(processEnvironment)
	if wrong := get.check(); len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	if !get.wanted() {
		return nil, nil
	}
	var options []otlptracehttp.Option
	if headers, err := get.headers(); err != nil {
		return nil, err
	} else if headers != nil {
		options = append(options, otlptracehttp.WithHeaders(headers))
	}
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("traces cannot be sent, check OTEL_EXPORTER_OTLP_*: %w", err)
	}
	otel.SetErrorHandler(newTroubleLog(log))
	t, err := New(ctx, program, sdktrace.WithBatcher(exporter))
	if err != nil {
		return nil, err
	}
	log.Info("traces are sent", "sampler", get(samplerVariable))
	return t, nil
}

// Begin starts to trace a program as [Start] does, or goes on with what is given. The end sends what is left, and
// closes what was started.
func Begin(ctx context.Context, given *Tracing, program string, log *slog.Logger) (t *Tracing, end func(), err error) {
	if given != nil {
		return given, func() { given.Flush() }, nil
	}
	t, err = Start(ctx, program, log)
	return t, func() {
		if err := t.Close(); err != nil {
			log.Warn("the last traces could not be sent", "error", err)
		}
	}, err
}

// New traces a program with the options of OpenTelemetry's SDK, such as where spans go. OTEL_SERVICE_NAME and
// OTEL_RESOURCE_ATTRIBUTES still count.
func New(ctx context.Context, program string, options ...sdktrace.TracerProviderOption) (*Tracing, error) {
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
		attribute.String("service.name", "despacho-"+program), attribute.String("service.version", version.Read().Release),
	), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: it cannot be read, write name=value with commas between them: %w", err)
	}
	provider := sdktrace.NewTracerProvider(append([]sdktrace.TracerProviderOption{sdktrace.WithResource(about)}, options...)...)
	t := &Tracing{provider: provider, tracer: provider.Tracer(scope)}
	inner, err := opentelemetry.NewTracer(opentelemetry.TracerOptions{
		Tracer: t.tracer, SpanStarter: startDiscreetly, DisableBaggage: true,
		// The page and the command line ask every second how a run stands. The SDK traces an update again
		// at each replay.
		DisableQueryTracing: true, DisableUpdateTracing: true,
		// A header that somebody else made must not fail a workflow.
		AllowInvalidParentSpans: true,
	})
	if err != nil {
		return nil, fmt.Errorf("the steps of Temporal cannot be traced: %w", err)
	}
	t.temporal = interceptor.NewTracingInterceptor(temporalTracer{inner})
	return t, nil
}

// Interceptors trace what a client of Temporal starts and what the workers made with that client do: none
// where nothing is traced.
func (t *Tracing) Interceptors() []interceptor.ClientInterceptor {
	if t == nil {
		return nil
	}
	return []interceptor.ClientInterceptor{t.temporal}
}

// WorkerInterceptors are the same for what replays histories.
func (t *Tracing) WorkerInterceptors() []interceptor.WorkerInterceptor {
	if t == nil {
		return nil
	}
	return []interceptor.WorkerInterceptor{t.temporal}
}

// Call is a call of another server that has just ended.
type Call struct {
	Name string
	Took time.Duration
	// Failure is the class of what went wrong; empty when it worked.
	Failure    string
	Attributes []attribute.KeyValue
}

// Ended adds a span for a call that has just ended, where ctx belongs to a trace that is kept.
func (t *Tracing) Ended(ctx context.Context, call Call) {
	if t == nil || !trace.SpanContextFromContext(ctx).IsSampled() {
		return
	}
	end := time.Now()
	_, span := t.tracer.Start(ctx, call.Name, trace.WithTimestamp(end.Add(-call.Took)), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(call.Attributes...))
	fail(span, call.Failure)
	span.End(trace.WithTimestamp(end))
}

// Flush sends what has ended so far, for 5 s at most.
func (t *Tracing) Flush() {
	ctx, cancel := context.WithTimeout(context.Background(), flushWithin)
	defer cancel()
	_ = t.provider.ForceFlush(ctx)
}

// Close sends what is left, for 5 s at most.
func (t *Tracing) Close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushWithin)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

type contextKey struct{}

// Into returns a context whose clients of Temporal are traced.
func Into(ctx context.Context, t *Tracing) context.Context {
	return context.WithValue(ctx, contextKey{}, t)
}

// From returns the tracing of a context; nil where there is none.
func From(ctx context.Context) *Tracing {
	t, _ := ctx.Value(contextKey{}).(*Tracing)
	return t
}
