package workflows

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

func TestARunThatOnlyMakesLabels(t *testing.T) {
	t.Parallel()
	toIntake := func(s *runScene, answer error) {
		s.OnSignalExternalWorkflow(mock.Anything, IntakeID(merchant), "", madeSignal, runKey).Return(answer).Once()
		s.OnSignalExternalWorkflow(mock.Anything, mock.Anything, "", publishedSignal, mock.Anything).Return(nil).Maybe()
		s.OnSignalExternalWorkflow(mock.Anything, mock.Anything, "", reportSignal, mock.Anything).Return(nil).Maybe()
	}
	directly := func(p *playedTurn) (ConnectionReport, error) {
		p.end(books.Labelled, 10)
		p.report.State, p.report.Done, p.report.Verified = books.ConnectionDone, true, true
		return p.report, nil
	}

	for name, answer := range map[string]error{"": nil, ", whether there is one or not": errors.New("no such workflow")} {
		t.Run("does not look for cancellations, publishes nothing, and tells the intake"+name, func(t *testing.T) {
			t.Parallel()
			s := newRunScene(t, marketplace("a", "mercadolibre"))
			s.in.MakeOnly = true
			s.turns["a"] = directly
			s.finds()
			s.publishesOnly()
			toIntake(s, answer)
			result := s.completed()
			assert.True(t, s.published.MakeOnly)
			assert.Equal(t, 10, result.Outcomes[books.Labelled])
		})
	}

	t.Run("tells the intake also when it fails", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"))
		s.in.MakeOnly = true
		play(s.scene, runs.OpenRun, func(activities.OpenRunInput) (activities.OpenedRun, error) {
			return activities.OpenedRun{}, final(activities.ErrorStore, "no bucket")
		}).Once()
		toIntake(s, nil)
		s.run()
		require.ErrorContains(t, s.GetWorkflowError(), "no bucket")
	})
}
