package stack_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/service"
)

// patience bounds every wait for a server.
const patience = 4 * time.Minute

// changed is whether changingWorkflow has become another one, as after a careless release.
var changed atomic.Bool

func changingWorkflow(ctx workflow.Context) error {
	if changed.Load() {
		return failingWorkflow(ctx)
	}
	return workflow.Sleep(ctx, time.Hour)
}

func failingWorkflow(ctx workflow.Context) error {
	once := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1}})
	return workflow.ExecuteActivity(once, failingStep).Get(ctx, nil)
}

func failingStep(context.Context) error { return errors.New("it does not work") }

func panickingWorkflow(workflow.Context) error { panic("a mistake in the code") }

func talkativeWorkflow(workflow.Context) (string, error) { return strings.Repeat("x", 5<<20), nil }

// TestFaultsThatTemporalsMetricsShow makes the faults that the alerts of deploy/watch/rules/temporal.yaml are about,
// in a real Temporal, and sees the metrics on which they fire, under their names.
func TestFaultsThatTemporalsMetricsShow(t *testing.T) {
	running, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	defer running.Stop()
	silent := slog.New(slog.DiscardHandler)
	metrics, err := service.NewMetrics(silent)
	require.NoError(t, err)
	c, err := sdk.Dial(sdk.Options{HostPort: running.TemporalAddress, Namespace: running.Namespace, Logger: silent, MetricsHandler: metrics.Temporal})
	require.NoError(t, err)
	defer c.Close()
	shows := func(name string, labels map[string]string, want func(value float64) bool) {
		t.Helper() // a value of several, as in a rule's pattern, is written with |
		require.Eventually(t, func() bool { return metricShows(t, metrics, name, labels, want) }, patience, 50*time.Millisecond, "%s%v", name, labels)
	}
	positive := func(value float64) bool { return value > 0 }
	begin := func(id string, work any) {
		t.Helper()
		_, err := c.ExecuteWorkflow(t.Context(), sdk.StartWorkflowOptions{ID: id, TaskQueue: taskQueue}, work)
		require.NoError(t, err)
	}

	first := startFaultyWorker(t, c)
	begin("one", changingWorkflow)
	waitForEvent(t, c, enumspb.EVENT_TYPE_TIMER_STARTED)
	_, err = c.ExecuteWorkflow(t.Context(), sdk.StartWorkflowOptions{ID: "one", TaskQueue: taskQueue, WorkflowExecutionErrorWhenAlreadyStarted: true}, changingWorkflow)
	require.Error(t, err)
	shows("temporal_request_failure", map[string]string{"operation": "StartWorkflowExecution", "status_code": "ALREADY_EXISTS", "namespace": running.Namespace}, positive)
	begin("fails", failingWorkflow)
	shows("temporal_activity_execution_failed", map[string]string{"activity_type": "failingStep"}, positive)
	shows("temporal_workflow_failed", map[string]string{"workflow_type": "failingWorkflow", "namespace": running.Namespace}, positive)
	begin("panics", panickingWorkflow)
	shows("temporal_workflow_task_execution_failed", map[string]string{
		"failure_reason": "WorkflowError", "workflow_type": "panickingWorkflow", "task_queue": taskQueue, "namespace": running.Namespace,
	}, positive)
	begin("talks", talkativeWorkflow)
	shows("temporal_workflow_task_execution_failed", map[string]string{"failure_reason": "GrpcMessageTooLarge|PayloadsTooLarge|RequestTooLarge", "workflow_type": "talkativeWorkflow"}, positive)
	begin("is-cancelled", waitForTimerAndWord)
	require.NoError(t, c.CancelWorkflow(t.Context(), "is-cancelled", ""))
	shows("temporal_workflow_canceled", map[string]string{"workflow_type": "waitForTimerAndWord"}, positive)

	shows("temporal_num_pollers", map[string]string{"poller_type": "activity_task", "task_queue": taskQueue}, positive)
	first.Stop()
	for _, kind := range []string{"activity_task", "workflow_task"} {
		shows("temporal_num_pollers", map[string]string{"poller_type": kind, "task_queue": taskQueue, "namespace": running.Namespace}, func(value float64) bool { return value == 0 })
	}

	changed.Store(true)
	worker.PurgeStickyWorkflowCache()
	second := startFaultyWorker(t, c)
	defer second.Stop()
	require.NoError(t, c.SignalWorkflow(t.Context(), "one", "", "word", "go on"))
	shows("temporal_workflow_task_execution_failed", map[string]string{"failure_reason": "NonDeterminismError", "workflow_type": "changingWorkflow"}, positive)
}

func startFaultyWorker(t *testing.T, c sdk.Client) worker.Worker {
	t.Helper()
	w := worker.New(c, taskQueue, worker.Options{})
	for _, work := range []any{changingWorkflow, failingWorkflow, panickingWorkflow, talkativeWorkflow, waitForTimerAndWord} {
		w.RegisterWorkflow(work)
	}
	w.RegisterActivity(failingStep)
	require.NoError(t, w.Start())
	return w
}

// metricShows says whether a series with these labels, among others, has the wanted value.
func metricShows(t *testing.T, metrics service.Metrics, name string, labels map[string]string, want func(value float64) bool) bool {
	t.Helper()
	families, err := metrics.Registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, one := range family.GetMetric() {
			has := lo.SliceToMap(one.GetLabel(), func(l *dto.LabelPair) (string, string) { return l.GetName(), l.GetValue() })
			if family.GetName() == name && len(lo.OmitBy(labels, func(name, value string) bool { return slices.Contains(strings.Split(value, "|"), has[name]) })) == 0 {
				if want(one.GetCounter().GetValue() + one.GetGauge().GetValue()) {
					return true
				}
			}
		}
	}
	return false
}
