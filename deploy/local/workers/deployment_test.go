//go:build linux

package workers

import (
	"fmt"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
)

// good is the worker as it is in this tree.
var good = build{name: "good"}

// as are the variables of a worker whose version has this build id.
func as(id string) map[string]string { return map[string]string{"DESPACHO_BUILD_ID": id} }

func (s *scene) deployment() sdk.WorkerDeploymentHandle {
	return s.temporal.WorkerDeploymentClient().GetHandle("despacho")
}

// setCurrent is `temporal worker deployment set-current-version --deployment-name despacho --build-id …`. A version whose
// workers have only just asked for work may not be known yet.
func (s *scene) setCurrent(t *testing.T, id string) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		_, err := s.deployment().SetCurrentVersion(t.Context(), sdk.WorkerDeploymentSetCurrentVersionOptions{BuildID: id})
		assert.NoError(c, err)
	}, patience, lookAgain, "version %s becomes the current one", id)
	s.queueKnows(t, "that "+id+" is current", func(about *taskqueue.TaskQueueVersioningInfo) bool {
		return about.GetCurrentDeploymentVersion().GetBuildId() == id
	})
}

// queueKnows waits until the queue of workflows knows of a change of versions, which Temporal tells it only after it has
// answered: what is started from then on goes by it.
func (s *scene) queueKnows(t *testing.T, what string, holds func(*taskqueue.TaskQueueVersioningInfo) bool) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		about, err := s.temporal.WorkflowService().DescribeTaskQueue(t.Context(), &workflowservice.DescribeTaskQueueRequest{
			Namespace: s.environment["TEMPORAL_NAMESPACE"], TaskQueue: &taskqueue.TaskQueue{Name: contract.TaskQueue}, TaskQueueType: enums.TASK_QUEUE_TYPE_WORKFLOW,
		})
		assert.NoError(c, err)
		assert.True(c, holds(about.GetVersioningInfo()), "%v", about.GetVersioningInfo())
	}, patience, lookAgain, "the queue knows %s", what)
}

// ramp is `temporal worker deployment set-ramping-version --deployment-name despacho --build-id … --percentage …`.
func (s *scene) ramp(t *testing.T, id string, percentage float32) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		_, err := s.deployment().SetRampingVersion(t.Context(), sdk.WorkerDeploymentSetRampingVersionOptions{BuildID: id, Percentage: percentage})
		assert.NoError(c, err)
	}, patience, lookAgain, "version %s ramps", id)
	s.queueKnows(t, "that "+id+" ramps", func(about *taskqueue.TaskQueueVersioningInfo) bool {
		return about.GetRampingDeploymentVersion().GetBuildId() == id
	})
}

// drainage is what `temporal worker deployment describe-version …` says of a version.
func (s *scene) drainage(t *testing.T, id string) sdk.WorkerDeploymentVersionDrainageStatus {
	t.Helper()
	about, err := s.deployment().DescribeVersion(t.Context(), sdk.WorkerDeploymentDescribeVersionOptions{BuildID: id})
	require.NoError(t, err)
	if about.Info.DrainageInfo == nil {
		return sdk.WorkerDeploymentVersionDrainageStatusUnspecified
	}
	return about.Info.DrainageInfo.DrainageStatus
}

// versionOf is the build id of the version on which a workflow is, and how it is bound to it.
func (s *scene) versionOf(t *testing.T, id string) (build string, behaviour enums.VersioningBehavior) {
	t.Helper()
	about, err := s.temporal.DescribeWorkflowExecution(t.Context(), id, "")
	require.NoError(t, err)
	info := about.GetWorkflowExecutionInfo().GetVersioningInfo()
	return info.GetDeploymentVersion().GetBuildId(), info.GetBehavior()
}

// moves makes a version the current one and waits until it has taken a run up.
func (s *scene) moves(t *testing.T, run client.Started, to string) {
	t.Helper()
	s.setCurrent(t, to)
	s.wakeUntil(t, run, "the run moves to "+to, func() bool {
		build, _ := s.versionOf(t, run.WorkflowID)
		return build == to
	})
}

// wakeUntil wakes a run with no news until something holds. A server says that a version is current before all of its task
// queues know it, so that a run's next task may still go to the version before.
func (s *scene) wakeUntil(t *testing.T, run client.Started, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, func() bool {
		require.NoError(t, s.temporal.SignalWorkflow(t.Context(), run.WorkflowID, "", contract.AccountSignal, contract.AccountNews{}))
		return holds()
	}, patience, time.Second, what)
}

// list lists the workflows of a kind, in one state or in any ("").
func (s *scene) list(t *testing.T, kind, status string) []*workflow.WorkflowExecutionInfo {
	t.Helper()
	query := fmt.Sprintf("WorkflowType = '%s'", kind)
	if status != "" {
		query += fmt.Sprintf(" AND ExecutionStatus = '%s'", status)
	}
	listed, err := s.temporal.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: 1000})
	require.NoError(t, err)
	return listed.Executions
}

// events are the events of a workflow so far.
func (s *scene) events(t *testing.T, id string) (all []*history.HistoryEvent) {
	t.Helper()
	events := s.temporal.GetWorkflowHistory(t.Context(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		all = append(all, event)
	}
	return all
}

// isStuck says whether a task of the workflow failed because its code does not fit its history.
func (s *scene) isStuck(t *testing.T, id string) bool {
	t.Helper()
	for _, event := range s.events(t, id) {
		if event.GetWorkflowTaskFailedEventAttributes().GetCause() == enums.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR {
			return true
		}
	}
	return false
}

// nothingIsOpen waits until no run, connection or batch is open.
func (s *scene) nothingIsOpen(t *testing.T) {
	t.Helper()
	for _, kind := range []string{contract.LabelRunType, "ConnectionRun", "LabelBatch"} {
		eventually(t, "no "+kind+" is open", func() bool { return len(s.list(t, kind, "Running")) == 0 })
	}
}

// resetToBefore resets a workflow to before a bad build had it, as `temporal workflow reset --workflow-id … --event-id …` does
// with the first event WorkflowTaskCompleted of that build.
func (s *scene) resetToBefore(t *testing.T, id, bad string) {
	t.Helper()
	first, found := lo.Find(s.events(t, id), func(event *history.HistoryEvent) bool {
		return event.GetWorkflowTaskCompletedEventAttributes().GetDeploymentVersion().GetBuildId() == bad
	})
	require.True(t, found, "%s has no task of %s", id, bad)
	_, err := s.temporal.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: s.environment["TEMPORAL_NAMESPACE"], WorkflowExecution: &common.WorkflowExecution{WorkflowId: id},
		WorkflowTaskFinishEventId: first.GetEventId(), Reason: "bad release",
	})
	require.NoError(t, err)
}
