package check_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/hostile"
)

// Not parallel: it counts the bytes that are allocated. Without their bounds, each of these files
// takes minutes or gigabytes.
func TestHostileFilesAreRefusedBeforeTheyCostMuch(t *testing.T) {
	if testing.Short() {
		t.Skip("counts what files cost, in one goroutine: without -short")
	}
	files := hostile.Files()
	for name, want := range map[string]string{
		"zip of empty files":                     "",
		"s05 as it is":                           "drawing it takes more steps than a label may take",
		"pages that share notes":                 "drawing it takes more steps than a label may take",
		"object streams of zeros":                "the PDF is larger than a label file may be",
		"streams with wrong lengths":             "",
		"ZPL: a long default before many labels": "",
		"ZPL: large set-up before many labels":   "",
	} {
		t.Run(name, func(t *testing.T) {
			make, ok := files[name]
			require.True(t, ok)
			data := make()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			in := check.File(t.Context(), source("given", data))
			runtime.ReadMemStats(&after)
			assert.Contains(t, in.Reason, want)
			assert.NotContains(t, in.Reason, "unexpected error")
			const most = 1 << 30
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(most))
		})
	}
}

func TestTheEndOfAContextEndsACheck(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(t.Context())
	end()
	for name, data := range map[string][]byte{"a zip": hostile.Files()["zip of empty files"](), "a PDF": hostile.Files()["s05 as it is"]()} {
		reports := 0
		for range check.Files(ended, []check.Source{source(name, data)}) {
			reports++
		}
		assert.Zero(t, reports, "what was read only in part is not reported")
	}
}
