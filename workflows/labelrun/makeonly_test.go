package labelrun

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestARunThatOnlyMakesLabels(t *testing.T) {
	t.Parallel()
	toIntake := func(s *runScene, answer error) {
		s.OnSignalExternalWorkflow(mock.Anything, contract.IntakeID(workflowstest.Merchant), "", workflows.MadeSignal, workflowstest.RunKey).Return(answer).Once()
		s.OnSignalExternalWorkflow(mock.Anything, mock.Anything, "", publishedSignal, mock.Anything).Return(nil).Maybe()
		s.OnSignalExternalWorkflow(mock.Anything, mock.Anything, "", reportSignal, mock.Anything).Return(nil).Maybe()
	}
	directly := func(p *playedTurn) (ConnectionReport, error) {
		p.end(contract.Labelled, 10)
		p.report.State, p.report.Done, p.report.Verified = contract.ConnectionDone, true, true
		return p.report, nil
	}

	for name, answer := range map[string]error{"": nil, ", whether there is one or not": errors.New("no such workflow")} {
		t.Run("does not look for cancellations, publishes nothing, and tells the intake"+name, func(t *testing.T) {
			t.Parallel()
			s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
			s.in.MakeOnly = true
			s.turns["a"] = directly
			s.finds()
			s.publishesOnly()
			toIntake(s, answer)
			result := s.completed()
			assert.True(t, s.published.MakeOnly)
			assert.Equal(t, 10, result.Outcomes[contract.Labelled])
		})
	}

	t.Run("tells the intake also when it fails", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
		s.in.MakeOnly = true
		workflowstest.MockActivity(s.Scene, runSteps.OpenRun, func(runs.OpenRunInput) (runs.OpenedRun, error) {
			return runs.OpenedRun{}, workflowstest.FinalError(contract.ErrorStore, "no bucket")
		}).Once()
		toIntake(s, nil)
		s.run()
		require.ErrorContains(t, s.GetWorkflowError(), "no bucket")
	})
}
