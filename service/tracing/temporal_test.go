package tracing

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
)

const connectionRun = "ConnectionRun"

// recorded are the spans of a traced workflow with what it logged.
type recorded struct {
	spans tracetest.SpanStubs
	log   string
}

// find is the span with a name.
func (r recorded) find(t *testing.T, name string) tracetest.SpanStub {
	t.Helper()
	span, found := lo.Find(r.spans, func(s tracetest.SpanStub) bool { return s.Name == name })
	require.True(t, found, "%s among %v", name, lo.Map(r.spans, func(s tracetest.SpanStub, _ int) string { return s.Name }))
	return span
}

// above are the names of the spans above one, the nearest first.
func (r recorded) above(t *testing.T, name string) []string {
	t.Helper()
	var names []string
	for span := r.find(t, name); span.Parent.IsValid(); {
		parent, found := lo.Find(r.spans, func(s tracetest.SpanStub) bool { return s.SpanContext.SpanID() == span.Parent.SpanID() })
		require.True(t, found, "the span above %s", span.Name)
		assert.Equal(t, parent.SpanContext.TraceID(), span.SpanContext.TraceID())
		names, span = append(names, parent.Name), parent
	}
	return names
}

// runTraced runs a workflow of a type with its children and their step.
func runTraced(t *testing.T, kind string, step func(context.Context) error) recorded {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	traced, err := New(t.Context(), "worker", sdktrace.WithSyncer(exporter))
	require.NoError(t, err)
	var logged bytes.Buffer
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(&logged, nil))))
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	env.SetWorkerOptions(worker.Options{Interceptors: traced.WorkerInterceptors(), DeadlockDetectionTimeout: time.Minute})
	named := func(name string, of any) { env.RegisterWorkflowWithOptions(of, workflow.RegisterOptions{Name: name}) }
	child := func(name string) func(workflow.Context) error {
		return func(ctx workflow.Context) error { return workflow.ExecuteChildWorkflow(ctx, name).Get(ctx, nil) }
	}
	named(contract.IntakeType, child(contract.LabelRunType))
	named(contract.LabelRunType, child(connectionRun))
	named(connectionRun, func(ctx workflow.Context) error {
		workflow.GetLogger(ctx).Info("a workflow's line")
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1}})
		return workflow.ExecuteActivity(ctx, "FindOrders").Get(ctx, nil)
	})
	env.RegisterActivityWithOptions(func(ctx context.Context) error {
		activity.GetLogger(ctx).Info("a step's line")
		traced.Ended(ctx, Call{Name: "hub task"})
		return step(ctx)
	}, activity.RegisterOptions{Name: "FindOrders"})
	env.ExecuteWorkflow(kind)
	require.True(t, env.IsWorkflowCompleted())
	traced.Flush()
	return recorded{exporter.GetSpans(), logged.String()}
}

func TestOneRunIsOneTrace(t *testing.T) {
	t.Parallel()
	run := runTraced(t, contract.LabelRunType, func(context.Context) error { return nil })
	assert.Equal(t, []string{
		"RunActivity:FindOrders", "StartActivity:FindOrders", "RunWorkflow:ConnectionRun", "StartChildWorkflow:ConnectionRun", "RunWorkflow:LabelRun",
	}, run.above(t, "hub task"))
	span := run.find(t, "RunActivity:FindOrders").SpanContext
	assert.Regexp(t, `a step's line.* trace_id=`+span.TraceID().String()+` span_id=`+span.SpanID().String(), run.log)
	assert.Regexp(t, `a workflow's line.* trace_id=`+span.TraceID().String()+` span_id=[0-9a-f]{16}`, run.log)
	assert.NotContains(t, run.log, "TraceID")
}

func TestARunThatAnIntakeStartsIsATraceOfItsOwn(t *testing.T) {
	t.Parallel()
	run := runTraced(t, contract.IntakeType, func(context.Context) error { return nil })
	above := run.above(t, "hub task")
	assert.Equal(t, "StartChildWorkflow:LabelRun", above[len(above)-1])
	intake := run.find(t, "RunWorkflow:Intake")
	assert.False(t, intake.Parent.IsValid())
	assert.NotEqual(t, intake.SpanContext.TraceID(), run.find(t, "hub task").SpanContext.TraceID())
}

func TestASpanHoldsNoTextOfAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		kind string
	}{
		"of ours": {temporal.NewNonRetryableApplicationError("Juana Pérez, Rut 12345678-9", contract.ErrorRefused, nil), contract.ErrorRefused},
		"of Go":   {errors.New("Juana Pérez"), "*errors.errorString"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := runTraced(t, contract.LabelRunType, func(context.Context) error { return c.err })
			span := run.find(t, "RunActivity:FindOrders")
			kinds := lo.FilterMap(span.Attributes, func(a attribute.KeyValue, _ int) (string, bool) { return a.Value.AsString(), a.Key == "error.type" })
			assert.Equal(t, []string{c.kind}, kinds)
			for _, one := range run.spans {
				assert.Empty(t, one.Events, "%s", one.Name)
				assert.Empty(t, one.Status.Description, "%s", one.Name)
				assert.False(t, slices.ContainsFunc(one.Attributes, func(a attribute.KeyValue) bool { return bytes.Contains([]byte(a.Value.String()), []byte("Juana")) }), "%s", one.Name)
			}
		})
	}
}

func TestLinesWithinASpanBearItsIds(t *testing.T) {
	t.Parallel()
	traced, err := New(t.Context(), "gateway")
	require.NoError(t, err)
	ctx, span := traced.tracer.Start(t.Context(), "outer")
	var lines bytes.Buffer
	logger := slog.New(LogHandler(slog.NewTextHandler(&lines, nil)))
	logger.With("merchant", "m-1").InfoContext(ctx, "within")
	logger.WithGroup("request").InfoContext(t.Context(), "without")
	ids := "trace_id=" + span.SpanContext().TraceID().String() + " span_id=" + span.SpanContext().SpanID().String()
	within, without, _ := bytes.Cut(lines.Bytes(), []byte("\n"))
	assert.Contains(t, string(within), "merchant=m-1 "+ids)
	assert.NotContains(t, string(without), "trace_id")
}
