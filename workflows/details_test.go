package workflows

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
)

func TestDetails(t *testing.T) {
	t.Parallel()

	t.Run("say at a glance how many, what failed and why", func(t *testing.T) {
		t.Parallel()
		text := runDetails(books.Result{
			State: books.RunCompleted, Requested: 12, LeftOut: 2, Outcomes: map[books.Outcome]int{books.Labelled: 9, books.Rejected: 3},
			Connections: []books.ConnectionResult{
				{Name: "Tienda", Channel: "ripley", State: books.ConnectionDone, Requested: 12, Outcomes: map[books.Outcome]int{books.Labelled: 9, books.Rejected: 3}},
				{Name: "Otra", Channel: "shopify", State: books.ConnectionSkipped, Reason: "a web shop"},
			},
			Files: []books.PrintFile{{Key: "print/x.zpl", Labels: 9}},
		}, []books.ReasonCount{{Outcome: books.Rejected, Reason: "no stock", Count: 3, Example: "2000012345"}})
		for _, words := range []string{
			"**completed** · **9 of 12 orders labelled** · 3 rejected", "2 older ones left out", "| 3 | **rejected**: no stock | 2000012345 |",
			"| Tienda (ripley) | 9 of 12 | done |", "Otra", "9 labels in `print/x.zpl`",
		} {
			assert.Contains(t, text, words)
		}
	})

	t.Run("say what is not of the run, and where the driver's papers are", func(t *testing.T) {
		t.Parallel()
		text := runDetails(books.Result{
			Strangers: 7, Elsewhere: 3, Connections: []books.ConnectionResult{{Name: "Tienda", Channel: "dafiti", Strangers: 7}},
			Controls: []books.ControlFile{{Key: "print/manifiesto.pdf", Orders: 50}},
		}, nil)
		for _, words := range []string{
			"7 orders listed that belong to other connections", "3 orders left out: they are not of the run's warehouse",
			"7 listed of other connections", "the control file (manifiesto) of 50 labels in `print/manifiesto.pdf`",
		} {
			assert.Contains(t, text, words)
		}
		text = connectionDetails(marketplace("c-1", "dafiti"), ConnectionReport{Strangers: 7, Elsewhere: 3})
		assert.Contains(t, text, "7 orders listed")
		assert.Contains(t, text, "3 orders left out")
	})

	t.Run("take words from outside as words, not as Markdown", func(t *testing.T) {
		t.Parallel()
		text := runDetails(books.Result{Connections: []books.ConnectionResult{{
			Name: "a|b`c", Reason: "<img src=x> [click](http://evil)\n| row |",
		}}}, nil)
		for _, words := range []string{"<img", "[click](", "\n| row"} {
			assert.NotContains(t, text, words)
		}
	})

	t.Run("stay under what Temporal keeps, whole rows and whole characters", func(t *testing.T) {
		t.Parallel()
		var connections []books.ConnectionResult
		for i := range 200 {
			connections = append(connections, books.ConnectionResult{Name: fmt.Sprintf("Tienda %d", i), Channel: "ripley", Reason: strings.Repeat("ñ", 200)})
		}
		text := runDetails(books.Result{Connections: connections}, nil)
		assert.LessOrEqual(t, len(text), detailsLimit+len("\n…"))
		assert.True(t, utf8.ValidString(text))
		assert.True(t, strings.HasSuffix(text, "|\n…"), "the last row is whole")
	})
}

func TestSummaries(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "short", shorten("short"))
	for n := range 4 {
		long := shorten(strings.Repeat("x", n) + strings.Repeat("ñ", 150))
		assert.LessOrEqual(t, len(long), summaryLimit)
		assert.True(t, utf8.ValidString(long), "no character is cut")
		assert.True(t, strings.HasSuffix(long, "ñ…"))
	}
}
