package check_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/check"
)

// TestFilesFromShopsGiveWhatTheirPagesShow holds small files that were read wrongly once.
func TestFilesFromShopsGiveWhatTheirPagesShow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		labels  int
		ids     []string
		changes []string
	}{
		"f04-two-pdfs-in-one-file":   {2, []string{"MLC4400112233", "MLC4400112266"}, []string{"it holds 2 PDFs, one behind the other: their pages were put together"}},
		"f10-name-hash-logo":         {1, []string{"MLC4400112233"}, nil},
		"f10-name-hash-only-picture": {1, nil, nil},
		"f11-html-before-header":     {1, []string{"MLC4400112233"}, []string{"removed text before the PDF ×1"}},
		"f12-same-page-twice":        {3, []string{"MLC4400112233", "MLC4400112299"}, []string{"page 2 is page 1 again: printed again"}},
		"f13-needappearances": {1, []string{"MLC4400112233", "12345678"},
			[]string{"the values of form fields were drawn, because their drawings were missing or old", "removed form field ×1"}},
		"f18-endstrea": {1, []string{"MLC4400112233"}, nil},
		"s12-smuggle":  {1, []string{"20000000000013"}, []string{"removed embedded file ×1", "removed picture for the screen or for print ×1", "removed script ×1"}},
	}
	names, err := filepath.Glob("testdata/cases/*.pdf")
	require.NoError(t, err)
	assert.Len(t, names, len(tests))
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(filepath.Join("testdata/cases", name+".pdf"))
			require.NoError(t, err)
			got := check.File(t.Context(), source(name, data))
			assert.True(t, got.OK, got.Reason)
			assert.Equal(t, test.labels, got.Labels)
			assert.ElementsMatch(t, test.ids, got.IDs)
			assert.ElementsMatch(t, test.changes, got.Changes)
		})
	}
}
