package printing

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
)

func TestAJobOfThreeLabelsComesOutOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		job := s.job("j1", "a", "b", "c")
		out := s.print(job)
		assert.Equal(t, PrintedLabels{Next: 3, Out: 3, Paged: true}, out)
		assert.Equal(t, []string{"a", "b", "c"}, s.printer.Out())
		assert.Equal(t, []contract.PrintState{contract.PrintSending, contract.PrintSent, contract.PrintOut}, s.watched.states("b"))
		assert.Equal(t, contract.PrintOut, s.record("c").Last().State)
		assert.Len(t, s.page(job, 1).Labels, 3)
		assert.GreaterOrEqual(t, s.printer.Looks(), 3, "before every label")
		time.Sleep(2 * idleDevice)
	})
}

func TestLabelsThatDidNotComeOutKeepTheOrderOfTheirJob(t *testing.T) {
	t.Parallel()
	label := func(order string) contract.JobLabel { return contract.JobLabel{Order: order, Label: 1} }
	ref := func(order string) contract.LabelRef { return contract.LabelRef{Order: order, Label: 1} }
	job := contract.PrintJob{Labels: []contract.JobLabel{label("a"), label("b"), label("c"), label("d")}}
	assert.Equal(t, []contract.JobLabel{label("b"), label("d")}, workOf(job, PrintLabelsInput{Labels: []contract.LabelRef{ref("d"), ref("b")}}))
}
