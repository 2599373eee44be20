package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestReports(t *testing.T) {
	t.Parallel()

	t.Run("that arrive out of order do not turn the figures back", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			p.end(contract.Labelled, 2)
			early := p.report
			early.Number = 1
			p.end(contract.Labelled, 3)
			p.report.Number = 1
			p.tell()
			late := *p
			late.report = early
			late.report.Number = 0
			late.tell()
			_ = workflow.Sleep(p, time.Hour)
			p.end(contract.Labelled, 5)
			return p.through()
		}
		s.finds()
		s.publishes()
		s.CallAt(time.Minute, func() { assert.Equal(t, 5, s.progress().Outcomes[contract.Labelled]) })
		assert.Equal(t, 10, s.completed().Outcomes[contract.Labelled])
	})

	t.Run("of an earlier turn do not end a retry", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			if p.in.Scope.Generation > 1 {
				stale := *p
				stale.report.Generation, stale.report.Number, stale.report.Done = 1, 7, true
				stale.tell()
			}
			return retriable(p)
		}
		s.turns["b"] = labelsAll(15*time.Minute - time.Second)
		s.finds()
		s.publishes()
		s.CallAt(10*time.Minute, func() { s.retry("retry", contract.RetryRequest{}) })
		assert.Equal(t, 19, s.completed().Outcomes[contract.Labelled])
		assert.Equal(t, 15*time.Minute, s.closedAt)
	})

	t.Run("show in the progress, in Temporal's UI and, when a connection is through, in the search attributes", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"), skipped("c", "shopify", "a web shop"))
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			p.end(contract.Labelled, 4)
			p.tell()
			_ = workflow.Sleep(p, 10*time.Minute)
			p.end(contract.Rejected, 6)
			return p.through()
		}
		s.turns["b"] = labelsAll(time.Hour)
		s.finds()
		s.publishes()
		s.CallAt(5*time.Minute, func() {
			assert.Equal(t, 4, s.progress().Outcomes[contract.Labelled])
			assert.Contains(t, s.Details(), "**4 of 4 orders labelled**")
			assert.Contains(t, s.Details(), "| Tienda a (mercadolibre) | 4 of 4 | running |")
			assert.Contains(t, s.Details(), "Tienda c")
		})
		s.CallAt(15*time.Minute, func() {
			assert.Equal(t, contract.RunRunning, s.progress().State)
			assert.Equal(t, [2]int64{10, 6}, s.figures())
		})
		s.completed()
		assert.Equal(t, [2]int64{20, 6}, s.figures())
		last := s.attributes[len(s.attributes)-1]
		for key, want := range map[temporal.SearchAttributeKeyKeyword]string{contract.MerchantAttribute: workflowstest.Merchant, contract.RunAttribute: workflowstest.RunKey, contract.StateAttribute: "completed"} {
			value, ok := last.GetKeyword(key)
			assert.True(t, ok)
			assert.Equal(t, want, value)
		}
		assert.Contains(t, s.Details(), "**completed** · **14 of 20 orders labelled**")
		assert.Contains(t, s.Details(), "every order in `manifest.csv`")
		assert.Less(t, len(s.attributes), 10)
	})
}

// figures are the search attributes of what was requested and what failed.
func (s *runScene) figures() [2]int64 {
	last := s.attributes[len(s.attributes)-1]
	requested, _ := last.GetInt64(contract.RequestedAttribute)
	failed, _ := last.GetInt64(contract.FailedAttribute)
	return [2]int64{requested, failed}
}
