package labelrun

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/publishing"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// runScene is a LabelRun whose ConnectionRuns are played. Its label store is a
// table: how many orders of each connection wait, and how those ended that did.
type runScene struct {
	*workflowstest.Scene
	in          contract.LabelRunInput
	connections []activities.Connection
	turns       map[string]turnPlay

	waiting    map[string]int
	ends       map[string]map[contract.Outcome]int
	unresolved int
	after      map[string]int

	published  *publishing.PublishInput
	closed     *contract.RunResult
	closedAt   time.Duration
	attributes []temporal.SearchAttributes
	started    []ConnectionRunInput
}

// turnPlay stands for a ConnectionRun.
type turnPlay func(*playedTurn) (ConnectionReport, error)

// playedTurn is a played ConnectionRun.
type playedTurn struct {
	workflow.Context
	in     ConnectionRunInput
	scene  *runScene
	report ConnectionReport
}

func newRunScene(t *testing.T, connections ...activities.Connection) *runScene {
	t.Helper()
	return newRunSceneIn(t, contract.RunID(workflowstest.Merchant, workflowstest.RunKey), nil, connections...)
}

// newRunSceneIn makes a run's scene in a workflow with another id, and with more workflows.
func newRunSceneIn(t *testing.T, id string, others map[string]any, connections ...activities.Connection) *runScene {
	t.Helper()
	s := &runScene{
		in: contract.LabelRunInput{Merchant: workflowstest.Merchant}, connections: connections, turns: map[string]turnPlay{},
		waiting: map[string]int{}, ends: map[string]map[contract.Outcome]int{},
	}
	for _, c := range connections {
		s.waiting[c.ID], s.turns[c.ID] = 10, labelsAll(10*time.Minute)
	}
	plays := map[string]any{"ConnectionRun": s.playTurn}
	maps.Copy(plays, others)
	s.Scene = newScene(t, id, plays)
	s.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Run(func(args mock.Arguments) {
		s.attributes = append(s.attributes, args.Get(0).(temporal.SearchAttributes))
	})
	return s
}

func (s *runScene) playTurn(ctx workflow.Context, in ConnectionRunInput) (ConnectionReport, error) {
	s.started = append(s.started, in)
	return s.turns[in.Scope.Connection.ID](&playedTurn{Context: ctx, in: in, scene: s, report: ConnectionReport{
		Connection: in.Scope.Connection.ID, Generation: in.Scope.Generation, State: contract.ConnectionRunning,
	}})
}

// opens plays the first step of a run.
func (s *runScene) opens() {
	workflowstest.MockAnswer(s.Scene, runSteps.OpenRun, runs.OpenedRun{Settings: contract.DefaultSettings()}).Once()
}

// finds plays the steps that find connections and orders.
func (s *runScene) finds() {
	s.opens()
	workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart}).Once()
	workflowstest.MockActivity(s.Scene, orderSteps.FindOrders, func(in orders.FindOrdersInput) (activities.Step, error) {
		return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: s.waiting[in.Connection.ID], LeftOut: 1}}, nil
	})
}

// publishes plays the steps that publish a run and close its books.
func (s *runScene) publishes() {
	workflowstest.MockAnswer(s.Scene, publishSteps.LeaveOutCancelled, publishing.LeftOutCancelled{}).Once()
	s.publishesOnly()
}

func (s *runScene) publishesOnly() {
	workflowstest.MockActivity(s.Scene, publishSteps.Publish, s.publish).Once()
	workflowstest.MockAnswer(s.Scene, publishSteps.CloseBooks, contract.ManifestKeys{JSON: "manifest.json", CSV: "manifest.csv"}).Once()
	s.OnActivity(runSteps.CloseRun, mock.Anything, mock.Anything).Return(func(_ context.Context, closed contract.RunResult) error {
		s.closed, s.closedAt = &closed, s.Passed()
		return nil
	}).Once()
}

// publish settles the table as the activity settles pages: what has no outcome gets the rest's.
func (s *runScene) publish(in publishing.PublishInput) (publishing.Published, error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.published = &in
	published := publishing.Published{
		Files: []contract.PrintFile{{Key: "print/labels.zpl", Format: "zpl", Labels: 7}}, Labels: 12,
		Accounts: map[string]books.Counts{}, After: s.after,
	}
	for _, c := range in.Connections {
		outcomes := map[contract.Outcome]int{}
		if c.Connection.ID == orders.Unresolved {
			outcomes[contract.UnknownOrder] = s.unresolved
		} else {
			addOutcomes(outcomes, s.ends[c.Connection.ID])
			addOutcomes(outcomes, map[contract.Outcome]int{c.Rest.Outcome: s.waiting[c.Connection.ID] - contract.SumOutcomes(outcomes)})
		}
		published.Accounts[c.Connection.ID] = books.Counts{Ended: outcomes}
		published.Requested += contract.SumOutcomes(outcomes)
	}
	return published, nil
}

// run runs the workflow to its end.
func (s *runScene) run() {
	s.T.Helper()
	s.ExecuteWorkflow(LabelRun, s.in)
	s.Ended()
}

// completed runs the workflow and returns its result, which balances and was kept.
func (s *runScene) completed() contract.RunResult {
	s.T.Helper()
	s.run()
	require.NoError(s.T, s.GetWorkflowError())
	var result contract.RunResult
	require.NoError(s.T, s.GetWorkflowResult(&result))
	assert.True(s.T, result.Balanced(), "the books balance: %+v", result)
	if s.closed != nil {
		assert.Equal(s.T, result, *s.closed, "the result is kept")
	}
	return result
}

// cancelled is the result that stands in the error of a cancelled run.
func (s *runScene) cancelled() contract.RunResult {
	s.T.Helper()
	var cancelled *temporal.CanceledError
	require.True(s.T, errors.As(s.GetWorkflowError(), &cancelled), "%v", s.GetWorkflowError())
	var result contract.RunResult
	require.NoError(s.T, cancelled.Details(&result))
	assert.True(s.T, result.Balanced(), "the books balance: %+v", result)
	assert.Equal(s.T, contract.RunCancelled, result.State)
	return result
}

// progress is what the run answers when it is asked how far it is.
func (s *runScene) progress() contract.RunResult {
	s.T.Helper()
	value, err := s.QueryWorkflow(contract.ProgressQuery)
	require.NoError(s.T, err)
	var result contract.RunResult
	require.NoError(s.T, value.Get(&result))
	return result
}

// end settles orders of the turn's connection in the label store.
func (p *playedTurn) end(outcome contract.Outcome, n int) {
	p.scene.Mu.Lock()
	defer p.scene.Mu.Unlock()
	id := p.in.Scope.Connection.ID
	if p.scene.ends[id] == nil {
		p.scene.ends[id] = map[contract.Outcome]int{}
	}
	p.scene.ends[id][outcome] += n
	outcomes := map[contract.Outcome]int{outcome: n}
	addOutcomes(outcomes, p.report.Outcomes)
	p.report.Outcomes, p.report.Requested = outcomes, contract.SumOutcomes(outcomes)
}

// tell reports to the run.
func (p *playedTurn) tell() {
	p.report.Number++
	_ = workflow.SignalExternalWorkflow(p, p.in.RunWorkflowID, "", reportSignal, p.report).Get(p, nil)
}

// through reports that the connection is done, and holds it until the run has published.
func (p *playedTurn) through() (ConnectionReport, error) {
	p.report.State, p.report.Done = contract.ConnectionDone, true
	p.tell()
	return p.released()
}

// released waits until the run has published.
func (p *playedTurn) released() (ConnectionReport, error) {
	var publication Publication
	workflow.GetSignalChannel(p, publishedSignal).Receive(p, &publication)
	p.scene.Note(p.in.Scope.Connection.ID + " released after " + workflow.Now(p).Sub(workflowstest.SceneStart).String())
	p.report.Verified = true
	return p.report, nil
}

// labelsAll has every label after so long.
func labelsAll(after time.Duration) turnPlay {
	return func(p *playedTurn) (ConnectionReport, error) {
		_ = workflow.Sleep(p, after)
		p.end(contract.Labelled, p.scene.waiting[p.in.Scope.Connection.ID])
		return p.through()
	}
}
