package tracing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
)

// endless are the workflows that stay open for as long as a merchant is connected or a printer is there. Each of their
// executions is a trace of its own: in that of whoever started the first one, nothing would ever be found.
var endless = []string{contract.IntakeType, contract.CredentialsType, contract.PrinterType}

// temporalTracer is OpenTelemetry's tracer for Temporal with traces of a useful size and log lines in our names.
type temporalTracer struct{ interceptor.Tracer }

// StartSpan begins a new trace for an execution of an endless workflow, and for a run that one of them starts.
func (t temporalTracer) StartSpan(options *interceptor.TracerStartSpanOptions) (interceptor.TracerSpan, error) {
	execution := options.Operation == "RunWorkflow" && slices.Contains(endless, options.Name)
	run := options.Operation == "StartChildWorkflow" && options.Name == contract.LabelRunType
	if execution || run {
		options.Parent = nil
	}
	return t.Tracer.StartSpan(options)
}

// GetLogger adds the ids of a span to the lines of a step's or a workflow's logger.
func (t temporalTracer) GetLogger(logger log.Logger, of interceptor.TracerSpanRef) log.Logger {
	span, ok := of.(interface{ SpanContext() trace.SpanContext })
	if !ok || !span.SpanContext().IsValid() {
		return logger
	}
	return log.With(logger, traceField, span.SpanContext().TraceID().String(), spanField, span.SpanContext().SpanID().String())
}

// startDiscreetly starts a span that keeps the texts of errors to itself: they may quote what the hub said.
func startDiscreetly(ctx context.Context, tracer trace.Tracer, name string, options ...trace.SpanStartOption) trace.Span {
	_, span := tracer.Start(ctx, name, options...)
	return discreetSpan{span}
}

type discreetSpan struct{ trace.Span }

// RecordError keeps the error's type.
func (s discreetSpan) RecordError(err error, _ ...trace.EventOption) {
	if err != nil {
		s.SetAttributes(errorType(err))
	}
}

// SetStatus keeps the code.
func (s discreetSpan) SetStatus(code codes.Code, _ string) { s.Span.SetStatus(code, "") }

func errorType(err error) attribute.KeyValue {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return attribute.String("error.type", application.Type())
	}
	return attribute.String("error.type", fmt.Sprintf("%T", err))
}

// fail marks a span as failed with a class of errors; an empty one leaves it as it is.
func fail(span trace.Span, class string) {
	if class != "" {
		span.SetAttributes(attribute.String("error.type", class))
		span.SetStatus(codes.Error, "")
	}
}
