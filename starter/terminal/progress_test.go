package terminal

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
)

func halfway(labelled int) contract.RunResult {
	return contract.RunResult{
		State: contract.RunRunning, Requested: 10, Outcomes: map[contract.Outcome]int{contract.Labelled: labelled, contract.Rejected: 1},
		Connections: []contract.ConnectionResult{
			{ID: "c1", Channel: "paris", Name: "Tienda", State: contract.ConnectionRunning, Requested: 10, Outcomes: map[contract.Outcome]int{contract.Labelled: labelled, contract.Rejected: 1}},
			{ID: "c2", Channel: "shopify", Name: "Web", State: contract.ConnectionSkipped, Reason: contract.Reason{Words: "a web shop"}},
		},
	}
}

func TestProgressElsewhereThanOnATerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	progress := NewProgress(&out)
	progress.Show(halfway(3))
	progress.Show(halfway(3))
	progress.Show(halfway(5))
	progress.Note("no worker")
	progress.Note("no worker")
	progress.End()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 6, "only lines that changed are written again:\n%s", out.String())
	assert.Equal(t, "paris          Tienda                 [####xx··········] 3 of 10 with a label, 1 without  running", lines[0])
	assert.Equal(t, "shopify        Web                    skipped: a web shop", lines[1])
	assert.Contains(t, lines[2], "3 of 10 with a label, 1 without")
	assert.Contains(t, lines[3], "5 of 10 with a label, 1 without")
	assert.Contains(t, lines[4], "total")
	assert.Equal(t, "no worker", lines[5])
	assert.NotContains(t, out.String(), "\x1b")
}

func TestProgressInPlace(t *testing.T) {
	t.Parallel()
	onTerminal := func(out *strings.Builder, width, height int) *Progress {
		progress := NewProgress(out)
		progress.terminal, progress.size = true, func() (int, int) { return width, height }
		return progress
	}

	t.Run("goes back over the lines it wrote", func(t *testing.T) {
		t.Parallel()
		var out strings.Builder
		progress := onTerminal(&out, 100, 40)
		progress.Show(halfway(3))
		assert.NotContains(t, out.String(), "\x1b")
		progress.Show(halfway(4))
		assert.Equal(t, 1, strings.Count(out.String(), "\x1b[3A\r\x1b[J"))
		progress.End()
		progress.Show(halfway(5))
		assert.Equal(t, 1, strings.Count(out.String(), "\x1b[3A"), "what End left stays")
	})

	t.Run("cuts lines to the width and keeps to the height, those at work first", func(t *testing.T) {
		t.Parallel()
		var out strings.Builder
		result := contract.RunResult{State: contract.RunRunning}
		for range 9 {
			result.Connections = append(result.Connections, contract.ConnectionResult{Channel: "paris", Name: "done one", State: contract.ConnectionDone})
		}
		result.Connections = append(result.Connections, contract.ConnectionResult{Channel: "paris", Name: "busy one", State: contract.ConnectionRunning})
		onTerminal(&out, 30, 6).Show(result)
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		require.Len(t, lines, 5)
		assert.Contains(t, lines[0], "busy one")
		assert.Contains(t, lines[3], "7 more connections")
		for _, line := range lines {
			assert.LessOrEqual(t, len([]rune(line)), 29)
		}
	})

	t.Run("says a note above the lines", func(t *testing.T) {
		t.Parallel()
		var out strings.Builder
		progress := onTerminal(&out, 100, 40)
		progress.Show(halfway(3))
		progress.Note("no worker")
		_, after, _ := strings.Cut(out.String(), "no worker\n")
		assert.Contains(t, after, "total")
	})
}

func TestProgressKeepsWordsFromOutsideOffTheTerminal(t *testing.T) {
	t.Parallel()
	line := connectionLine(contract.ConnectionResult{Name: "a\x1b[2J\u202eb", State: "run\ning", Reason: contract.Reason{Words: "x\ny"}})
	assert.Equal(t, Plain(line), line)
}

func TestFollow(t *testing.T) {
	t.Parallel()
	const id = "run/m1/k1"

	t.Run("shows progress until the run is over and gives its result", func(t *testing.T) {
		t.Parallel()
		runs := clienttest.NewRuns()
		runs.Add(id, &clienttest.Run{
			State: contract.RunRunning, Over: make(chan struct{}), EndAfter: 3,
			Progress: []contract.RunResult{halfway(1), halfway(2), halfway(2)},
			Result:   contract.RunResult{State: contract.RunCompleted, Requested: 10, Outcomes: map[contract.Outcome]int{contract.Labelled: 10}},
		})
		var out strings.Builder
		result, err := Follow(t.Context(), runs, id, NewProgress(&out), time.Millisecond)
		require.NoError(t, err)
		assert.Equal(t, contract.RunCompleted, result.State)
		assert.Contains(t, out.String(), "1 of 10 with a label")
		assert.Contains(t, out.String(), "10 of 10 with a label  completed")
	})

	t.Run("says so when no worker answers, and shows what Temporal knows", func(t *testing.T) {
		t.Parallel()
		runs := clienttest.NewRuns()
		runs.Add(id, &clienttest.Run{State: contract.RunWaiting, Over: make(chan struct{}), EndAfter: 3, NoWorker: true, Result: contract.RunResult{State: contract.RunCompleted}})
		var out strings.Builder
		_, err := Follow(t.Context(), runs, id, NewProgress(&out), time.Millisecond)
		require.NoError(t, err)
		assert.Equal(t, 1, strings.Count(out.String(), "no worker answers on task queue despacho"))
		assert.Contains(t, out.String(), "0 of 7 with a label  waiting")
	})

	t.Run("ends with the caller's context and leaves the run alone", func(t *testing.T) {
		t.Parallel()
		runs := clienttest.NewRuns()
		run := runs.Add(id, &clienttest.Run{State: contract.RunRunning, Over: make(chan struct{})})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := Follow(ctx, runs, id, NewProgress(&strings.Builder{}), time.Millisecond)
		require.ErrorIs(t, err, context.Canceled)
		assert.False(t, run.Cancelled)
	})
}
