package labelrun

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestDetails(t *testing.T) {
	t.Parallel()

	t.Run("say at a glance how many, what failed and why", func(t *testing.T) {
		t.Parallel()
		text := runDetails(contract.RunResult{
			State: contract.RunCompleted, Requested: 12, LeftOut: 2, Outcomes: map[contract.Outcome]int{contract.Labelled: 9, contract.Rejected: 3},
			Connections: []contract.ConnectionResult{
				{Name: "Tienda", Channel: "ripley", State: contract.ConnectionDone, Requested: 12, Outcomes: map[contract.Outcome]int{contract.Labelled: 9, contract.Rejected: 3}},
				{Name: "Otra", Channel: "shopify", State: contract.ConnectionSkipped, Reason: contract.Reason{Words: "a web shop"}},
			},
			Files: []contract.PrintFile{{Key: "print/x.zpl", Labels: 9}},
		}, []contract.ReasonCount{{Outcome: contract.Rejected, Reason: contract.Reason{Words: "no stock"}, Count: 3, Example: "2000012345"}})
		for _, words := range []string{
			"**completed** · **9 of 12 orders labelled** · 3 rejected", "2 older ones left out", "| 3 | **rejected**: no stock | 2000012345 |",
			"| Tienda (ripley) | 9 of 12 | done |", "Otra", "9 labels in `print/x.zpl`",
		} {
			assert.Contains(t, text, words)
		}
	})

	t.Run("say what is not of the run, and where the driver's papers are", func(t *testing.T) {
		t.Parallel()
		text := runDetails(contract.RunResult{
			Strangers: 7, Elsewhere: 3, Connections: []contract.ConnectionResult{{Name: "Tienda", Channel: "dafiti", Strangers: 7}},
			Controls: []contract.ControlFile{{Key: "print/manifiesto.pdf", Orders: 50}},
		}, nil)
		for _, words := range []string{
			"7 orders listed that belong to other connections", "3 orders left out: they are not of the run's warehouse",
			"lists 7 orders of other connections", "control file (manifiesto) of 50 labels in `print/manifiesto.pdf`",
		} {
			assert.Contains(t, text, words)
		}
		text = connectionDetails(workflowstest.Marketplace("c-1", "dafiti"), ConnectionReport{Strangers: 7, Elsewhere: 3})
		assert.Contains(t, text, "7 orders listed")
		assert.Contains(t, text, "3 orders left out")
	})

	t.Run("take words from outside as words, not as Markdown", func(t *testing.T) {
		t.Parallel()
		text := runDetails(contract.RunResult{Connections: []contract.ConnectionResult{{
			Name: "a|b`c", Reason: contract.Reason{Words: "<img src=x> [click](http://evil)\n| row |"},
		}}}, nil)
		for _, words := range []string{"<img", "[click](", "\n| row"} {
			assert.NotContains(t, text, words)
		}
	})

	t.Run("stay under what Temporal keeps, whole rows and whole characters", func(t *testing.T) {
		t.Parallel()
		var connections []contract.ConnectionResult
		for i := range 200 {
			connections = append(connections, contract.ConnectionResult{Name: fmt.Sprintf("Tienda %d", i), Channel: "ripley", Reason: contract.Reason{Words: strings.Repeat("ñ", 200)}})
		}
		text := runDetails(contract.RunResult{Connections: connections}, nil)
		assert.LessOrEqual(t, len(text), workflows.DetailsLimit+len("\n…"))
		assert.True(t, utf8.ValidString(text))
		assert.True(t, strings.HasSuffix(text, "|\n…"), "the last row is whole")
	})
}

func TestSummaries(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "short", workflows.Shorten("short"))
	for n := range 4 {
		long := workflows.Shorten(strings.Repeat("x", n) + strings.Repeat("ñ", 150))
		assert.LessOrEqual(t, len(long), workflows.SummaryLimit)
		assert.True(t, utf8.ValidString(long), "no character is cut")
		assert.True(t, strings.HasSuffix(long, "ñ…"))
	}
}
