package publishing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

// Totalplay's labels lie in the corner of an A4 page.
func TestALabelOnALargerPageIsCutAndThenStamped(t *testing.T) {
	t.Parallel()
	for fit, want := range map[string]struct {
		note   string
		narrow bool
	}{
		"":                  {"cut to what is printed, laid at 100 %", false},
		contract.FitContent: {"cut to what is printed, laid at 100 %", false},
		contract.FitPage:    {"shrunk ×0.484 to fit", true},
	} {
		p := stocked(t, 2, "totalplay")
		p.in.Printing = contract.Printing{Stock: "4x6in", Fit: fit, Stamp: true}
		published := p.publish()
		manifest, _ := p.manifest()
		require.NotEmpty(t, manifest.Rows)
		pages := p.pieces(published.Files[0])
		for i, row := range manifest.Rows {
			label := row.Labels[0]
			assert.Contains(t, label.Notes, want.note, fit)
			assert.Equal(t, want.narrow, label.NarrowBars, "%q: %v", fit, label.Notes)
			assert.NotContains(t, strings.Join(label.Notes, "; "), "slip")
			assert.Equal(t, 1, label.Count)
			assert.Contains(t, pages[i], "× SKU-", "the stamp is on the paper")
		}
	}
}
