package workflowstest

import (
	"context"
	"io"
	"log/slog"
	"slices"
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
	"github.com/despacho/despacho/activities/registry"
	"github.com/despacho/despacho/contract"
)

// The merchant whose run the scenes show, and the run's key.
const (
	Merchant = "m-1"
	RunKey   = "2026-11-21"
)

// workflowMetadataQuery is the query that Temporal's UI sends for a workflow's details.
const workflowMetadataQuery = "__temporal_workflow_metadata"

// SceneStart is when every scene begins, by our clock and the hub's.
var SceneStart = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// Scene is a workflow under test. Time skips, activities are mocks, and child workflows are the real
// ones unless a mock is registered under their name.
type Scene struct {
	*testsuite.TestWorkflowEnvironment
	T *testing.T

	Mu     sync.Mutex
	events []string
}

// NewScene makes a scene for the workflow with this id, and registers these workflows by name.
func NewScene(t *testing.T, id string, workflows map[string]any) *Scene {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	s := &Scene{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), T: t}
	s.SetStartTime(SceneStart)
	s.SetTestTimeout(10 * time.Minute)
	s.SetWorkerOptions(PatientOptions())
	s.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id, TaskQueue: contract.TaskQueue})
	for name, one := range workflows {
		s.RegisterWorkflowWithOptions(one, workflow.RegisterOptions{Name: name})
	}
	hub, files, webhooks := registry.All(registry.Dependencies{})
	for _, family := range slices.Concat(hub, files, webhooks) {
		s.RegisterActivity(family)
	}
	return s
}

var _ worker.WorkflowRegistry = (*Scene)(nil)

// PatientOptions returns worker options under which a machine under load is not taken for a deadlock.
func PatientOptions() worker.Options {
	return worker.Options{DeadlockDetectionTimeout: time.Minute}
}

// MockActivity mocks an activity: do checks its input and answers.
func MockActivity[In, Out any](s *Scene, activity any, do func(In) (Out, error)) *testsuite.MockCallWrapper {
	return s.OnActivity(activity, mock.Anything, mock.Anything).
		Return(func(_ context.Context, in In) (Out, error) { return do(in) })
}

// MockAnswer mocks an activity that always returns out.
func MockAnswer[Out any](s *Scene, activity any, out Out) *testsuite.MockCallWrapper {
	return s.OnActivity(activity, mock.Anything, mock.Anything).Return(out, nil)
}

// Note records that something happened; Noted returns everything recorded.
func (s *Scene) Note(event string) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.events = append(s.events, event)
}

// Noted returns what was recorded, in order.
func (s *Scene) Noted() []string {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return append([]string(nil), s.events...)
}

// CallAt calls do once this much time has passed.
func (s *Scene) CallAt(after time.Duration, do func()) { s.RegisterDelayedCallback(do, after) }

// Passed is how much of the scene's time has passed.
func (s *Scene) Passed() time.Duration { return s.Now().Sub(SceneStart) }

// NotBefore returns nil once this much time has passed, and before that the error with which an
// activity waits.
func (s *Scene) NotBefore(after time.Duration) error {
	left := after - s.Passed()
	if left <= 0 {
		return nil
	}
	return temporal.NewApplicationErrorWithOptions("not yet", contract.ErrorWaiting,
		temporal.ApplicationErrorOptions{Category: temporal.ApplicationErrorCategoryBenign, NextRetryDelay: left})
}

// Ended checks that the workflow ended and that every expected call was made.
func (s *Scene) Ended() {
	s.T.Helper()
	require.True(s.T, s.IsWorkflowCompleted(), "the workflow has not ended")
	s.AssertExpectations(s.T)
}

// Details is what Temporal's UI shows of the workflow.
func (s *Scene) Details() string {
	s.T.Helper()
	value, err := s.QueryWorkflow(workflowMetadataQuery)
	require.NoError(s.T, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(s.T, value.Get(&metadata))
	return metadata.GetCurrentDetails()
}

// FinalError is an activity's error that is not tried again.
func FinalError(kind, words string) error {
	return temporal.NewNonRetryableApplicationError(words, kind, nil)
}

// Marketplace is a connection on a channel.
func Marketplace(id, channel string) activities.Connection {
	return activities.Connection{ID: id, Name: "Tienda " + id, Channel: channel, Provider: channel}
}

// ScopeOf is the first turn of a connection in the scene's run.
func ScopeOf(connection activities.Connection) activities.Scope {
	return activities.Scope{Merchant: Merchant, Run: RunKey, Connection: connection, Generation: 1, Settings: contract.DefaultSettings()}
}

// ReadyStep is the result of a step that leaves n orders ready for their label.
func ReadyStep(page string, n int) activities.Step {
	return activities.Step{Page: page, Counts: books.Counts{Ready: n}}
}

// EndedStep is the result of a step that ends n orders with an outcome.
func EndedStep(page string, outcome contract.Outcome, n int) activities.Step {
	return activities.Step{Page: page, Counts: books.Counts{Ended: map[contract.Outcome]int{outcome: n}}}
}
