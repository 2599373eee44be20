package workflows

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
)

// runScene is a LabelRun whose ConnectionRuns are played. Its label store is a
// table: how many orders of each connection wait, and how those ended that did.
type runScene struct {
	*scene
	in          LabelRunInput
	connections []activities.Connection
	turns       map[string]turnPlay

	waiting    map[string]int
	ends       map[string]map[books.Outcome]int
	unresolved int
	after      map[string]int

	published  *activities.PublishInput
	closed     *Result
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
	return newRunSceneIn(t, RunID(merchant, runKey), nil, connections...)
}

// newRunSceneIn makes a run's scene in a workflow with another id, and with more workflows.
func newRunSceneIn(t *testing.T, id string, others map[string]any, connections ...activities.Connection) *runScene {
	t.Helper()
	s := &runScene{
		in: LabelRunInput{Merchant: merchant}, connections: connections, turns: map[string]turnPlay{},
		waiting: map[string]int{}, ends: map[string]map[books.Outcome]int{},
	}
	for _, c := range connections {
		s.waiting[c.ID], s.turns[c.ID] = 10, labelsAll(10*time.Minute)
	}
	plays := map[string]any{"ConnectionRun": s.playTurn}
	maps.Copy(plays, others)
	s.scene = newScene(t, id, plays)
	s.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Run(func(args mock.Arguments) {
		s.attributes = append(s.attributes, args.Get(0).(temporal.SearchAttributes))
	})
	return s
}

func (s *runScene) playTurn(ctx workflow.Context, in ConnectionRunInput) (ConnectionReport, error) {
	s.started = append(s.started, in)
	return s.turns[in.Scope.Connection.ID](&playedTurn{Context: ctx, in: in, scene: s, report: ConnectionReport{
		Connection: in.Scope.Connection.ID, Generation: in.Scope.Generation, State: books.ConnectionRunning,
	}})
}

// opens plays the first step of a run.
func (s *runScene) opens() {
	answer(s.scene, runs.OpenRun, activities.OpenedRun{Settings: activities.DefaultSettings()}).Once()
}

// finds plays the steps that find connections and orders.
func (s *runScene) finds() {
	s.opens()
	answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin}).Once()
	play(s.scene, orders.FindOrders, func(in activities.FindOrdersInput) (activities.Step, error) {
		return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: s.waiting[in.Connection.ID], LeftOut: 1}}, nil
	})
}

// publishes plays the steps that publish a run and close its books.
func (s *runScene) publishes() {
	answer(s.scene, publishing.LeaveOutCancelled, activities.LeftOutCancelled{}).Once()
	s.publishesOnly()
}

func (s *runScene) publishesOnly() {
	play(s.scene, publishing.Publish, s.publish).Once()
	answer(s.scene, publishing.CloseBooks, books.ManifestKeys{JSON: "manifest.json", CSV: "manifest.csv"}).Once()
	s.OnActivity(runs.CloseRun, mock.Anything, mock.Anything).Return(func(_ context.Context, closed Result) error {
		s.closed, s.closedAt = &closed, s.passed()
		return nil
	}).Once()
}

// publish settles the table as the activity settles pages: what has no outcome gets the rest's.
func (s *runScene) publish(in activities.PublishInput) (activities.Published, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.published = &in
	published := activities.Published{
		Files:    []books.PrintFile{{Key: "print/labels.zpl", Format: "zpl", Labels: 7}},
		Accounts: map[string]books.Counts{}, After: s.after,
	}
	for _, c := range in.Connections {
		outcomes := map[books.Outcome]int{}
		if c.Connection.ID == activities.Unresolved {
			outcomes[books.UnknownOrder] = s.unresolved
		} else {
			addOutcomes(outcomes, s.ends[c.Connection.ID])
			addOutcomes(outcomes, map[books.Outcome]int{c.Rest.Outcome: s.waiting[c.Connection.ID] - books.Sum(outcomes)})
		}
		published.Accounts[c.Connection.ID] = books.Counts{Ended: outcomes}
		published.Requested += books.Sum(outcomes)
	}
	return published, nil
}

// run runs the workflow to its end.
func (s *runScene) run() {
	s.t.Helper()
	s.ExecuteWorkflow(LabelRun, s.in)
	s.ended()
}

// completed runs the workflow and returns its result, which balances and was kept.
func (s *runScene) completed() Result {
	s.t.Helper()
	s.run()
	require.NoError(s.t, s.GetWorkflowError())
	var result Result
	require.NoError(s.t, s.GetWorkflowResult(&result))
	assert.True(s.t, result.Balanced(), "the books balance: %+v", result)
	if s.closed != nil {
		assert.Equal(s.t, result, *s.closed, "the result is kept")
	}
	return result
}

// cancelled is the result that stands in the error of a cancelled run.
func (s *runScene) cancelled() Result {
	s.t.Helper()
	var cancelled *temporal.CanceledError
	require.True(s.t, errors.As(s.GetWorkflowError(), &cancelled), "%v", s.GetWorkflowError())
	var result Result
	require.NoError(s.t, cancelled.Details(&result))
	assert.True(s.t, result.Balanced(), "the books balance: %+v", result)
	assert.Equal(s.t, books.RunCancelled, result.State)
	return result
}

// progress is what the run answers when it is asked how far it is.
func (s *runScene) progress() Result {
	s.t.Helper()
	value, err := s.QueryWorkflow(ProgressQuery)
	require.NoError(s.t, err)
	var result Result
	require.NoError(s.t, value.Get(&result))
	return result
}

// end settles orders of the turn's connection in the label store.
func (p *playedTurn) end(outcome books.Outcome, n int) {
	p.scene.mu.Lock()
	defer p.scene.mu.Unlock()
	id := p.in.Scope.Connection.ID
	if p.scene.ends[id] == nil {
		p.scene.ends[id] = map[books.Outcome]int{}
	}
	p.scene.ends[id][outcome] += n
	outcomes := map[books.Outcome]int{outcome: n}
	addOutcomes(outcomes, p.report.Outcomes)
	p.report.Outcomes, p.report.Requested = outcomes, books.Sum(outcomes)
}

// tell reports to the run.
func (p *playedTurn) tell() {
	p.report.Number++
	_ = workflow.SignalExternalWorkflow(p, p.in.RunWorkflowID, "", reportSignal, p.report).Get(p, nil)
}

// through reports that the connection is done, and holds it until the run has published.
func (p *playedTurn) through() (ConnectionReport, error) {
	p.report.State, p.report.Done = books.ConnectionDone, true
	p.tell()
	return p.released()
}

// released waits until the run has published.
func (p *playedTurn) released() (ConnectionReport, error) {
	var publication Publication
	workflow.GetSignalChannel(p, publishedSignal).Receive(p, &publication)
	p.scene.note(p.in.Scope.Connection.ID + " released after " + workflow.Now(p).Sub(begin).String())
	p.report.Verified = true
	return p.report, nil
}

// labelsAll has every label after so long.
func labelsAll(after time.Duration) turnPlay {
	return func(p *playedTurn) (ConnectionReport, error) {
		_ = workflow.Sleep(p, after)
		p.end(books.Labelled, p.scene.waiting[p.in.Scope.Connection.ID])
		return p.through()
	}
}
