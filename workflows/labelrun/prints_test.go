package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestARunCountsWhatPrintersPutOutWhileItIsOpen(t *testing.T) {
	t.Parallel()
	s := newRunScene(t, workflowstest.Marketplace("a", "fcom"))
	s.after = map[string]int{"a": 1}
	s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
		p.end(contract.Labelled, 10)
		report, err := p.through()
		_ = workflow.Sleep(p, 20*time.Minute)
		p.tell()
		return report, err
	}
	s.finds()
	s.publishes()
	tell := func(job string, page, out, inDoubt int) {
		s.SignalWorkflow(contract.PrintedSignal, contract.PrintedNews{Job: job, Page: page, Out: out, InDoubt: inDoubt})
	}
	s.CallAt(time.Minute, func() { assert.NotContains(t, s.Details(), "printed") })
	s.CallAt(2*time.Minute, func() { tell("j1", 1, 5, 1) })
	s.CallAt(3*time.Minute, func() { assert.Contains(t, s.Details(), "printed 5 of 12 labels, 1 in doubt") })
	s.CallAt(4*time.Minute, func() { tell("j1", 1, 5, 1) })
	s.CallAt(5*time.Minute, func() { tell("j1", 2, 1, -1) })
	s.CallAt(6*time.Minute, func() {
		assert.Contains(t, s.Details(), "printed 6 of 12 labels\n", "news that came twice count once")
		assert.Contains(t, s.Details(), "**10 of 10 orders labelled**")
	})
	s.completed()
	assert.Contains(t, s.Details(), "printed 6 of 12 labels\n")
	assert.Equal(t, 20*time.Minute, s.closedAt, "the run does not wait for printers")
}
