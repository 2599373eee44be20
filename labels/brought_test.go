package labels_test

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/budget"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/internal/hostile"
)

// Not parallel: it counts the bytes that are allocated. A partner brings such files for one order, as activities/tickets
// opens them.
func TestAHostileFileOfOneOrderCostsLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("counts what files cost, in one goroutine: without -short")
	}
	const unpacked = 32 << 20
	for _, name := range []string{"zip of empty files", "s05 as it is", "object streams of zeros", "ZPL: large set-up before many labels"} {
		make, there := hostile.Files()[name]
		require.True(t, there, name)
		data := make()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		within := budget.New(t.Context(), budget.For(int64(len(data))))
		files, err := bundle.Open("label", bytes.NewReader(data), int64(len(data)), bundle.Limits{TotalBytes: unpacked, FileBytes: unpacked, Budget: within})
		assert.NoError(t, err, name)
		assigned := labels.AssignKnown(files, labels.Order{ID: "o"}, nil)
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<30), name)
		for _, problem := range assigned.Problems["o"] {
			assert.NotEmpty(t, problem.Reason, name)
			assert.NotContains(t, problem.Reason, "unexpected error", name)
		}
	}
}
