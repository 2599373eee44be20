package workflows

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

const (
	merchant = "m-1"
	runKey   = "2026-11-21"
)

// workflowMetadataQuery is the query that Temporal's UI sends for a workflow's details.
const workflowMetadataQuery = "__temporal_workflow_metadata"

// begin is when every scene begins; its hub's clock shows the same.
var begin = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// scene is a workflow under test with the world around it: time skips,
// activities are played, and other workflows are the real ones unless a play
// is registered under their name.
type scene struct {
	*testsuite.TestWorkflowEnvironment
	t *testing.T

	mu     sync.Mutex
	events []string
}

// newScene makes a scene for the workflow with this id. The workflows in it are
// registered by name; plays replace the real ones.
func newScene(t *testing.T, id string, plays map[string]any) *scene {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	s := &scene{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t}
	s.SetStartTime(begin)
	s.SetTestTimeout(20 * time.Second)
	s.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id, TaskQueue: TaskQueue})
	all := map[string]any{"LabelRun": LabelRun, "ConnectionRun": ConnectionRun, "LabelBatch": LabelBatch, "StatusChange": StatusChange, "Announce": Announce}
	maps.Copy(all, plays)
	for name, one := range all {
		s.RegisterWorkflowWithOptions(one, workflow.RegisterOptions{Name: name})
	}
	hub, files := activities.All(activities.Dependencies{})
	for _, family := range append(hub, files...) {
		s.RegisterActivity(family)
	}
	return s
}

var _ worker.WorkflowRegistry = (*scene)(nil)

// play plays an activity: its input is checked and answered by do.
func play[In, Out any](s *scene, activity any, do func(In) (Out, error)) *testsuite.MockCallWrapper {
	return s.OnActivity(activity, mock.Anything, mock.Anything).
		Return(func(_ context.Context, in In) (Out, error) { return do(in) })
}

// answer plays an activity that always answers the same.
func answer[Out any](s *scene, activity any, out Out) *testsuite.MockCallWrapper {
	return s.OnActivity(activity, mock.Anything, mock.Anything).Return(out, nil)
}

// note remembers something that happened; noted returns all of it, in order.
func (s *scene) note(event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, event)
}

func (s *scene) noted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.events...)
}

// at does something when so much time has passed.
func (s *scene) at(after time.Duration, do func()) { s.RegisterDelayedCallback(do, after) }

// passed is how much of the scene's time has passed.
func (s *scene) passed() time.Duration { return s.Now().Sub(begin) }

// notBefore answers nil once so much time has passed, and until then the error
// with which an activity waits.
func (s *scene) notBefore(after time.Duration) error {
	left := after - s.passed()
	if left <= 0 {
		return nil
	}
	return temporal.NewApplicationErrorWithOptions("not yet", activities.ErrorWaiting,
		temporal.ApplicationErrorOptions{Category: temporal.ApplicationErrorCategoryBenign, NextRetryDelay: left})
}

// ended checks that the workflow ended and that everything expected was called.
func (s *scene) ended() {
	s.t.Helper()
	require.True(s.t, s.IsWorkflowCompleted(), "the workflow has ended")
	s.AssertExpectations(s.t)
}

// details are what Temporal's UI shows of the workflow.
func (s *scene) details() string {
	s.t.Helper()
	value, err := s.QueryWorkflow(workflowMetadataQuery)
	require.NoError(s.t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(s.t, value.Get(&metadata))
	return metadata.GetCurrentDetails()
}

// final is an error of an activity that no further try mends.
func final(kind, words string) error {
	return temporal.NewNonRetryableApplicationError(words, kind, nil)
}

func marketplace(id, channel string) activities.Connection {
	return activities.Connection{ID: id, Name: "Tienda " + id, Channel: channel, Provider: channel}
}

func scopeOf(connection activities.Connection) activities.Scope {
	return activities.Scope{Merchant: merchant, Run: runKey, Connection: connection, Generation: 1, Settings: activities.DefaultSettings()}
}

func ready(page string, n int) activities.Step {
	return activities.Step{Page: page, Counts: books.Counts{Ready: n}}
}

func ended(page string, outcome books.Outcome, n int) activities.Step {
	return activities.Step{Page: page, Counts: books.Counts{Ended: map[books.Outcome]int{outcome: n}}}
}
