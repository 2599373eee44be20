package promised

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestFiguresAreWrittenAsPeopleDo(t *testing.T) {
	t.Parallel()
	for want, figure := range map[string]any{
		"50": 50, "128": int64(128), "2,000": 2000, "100,000": uint32(100_000), "1,000,000": 1_000_000, "zpl": "zpl",
		"15 ms": 15 * time.Millisecond, "1.5 s": 1500 * time.Millisecond, "90 s": 90 * time.Second, "60 s": time.Minute, "48 hours": 48 * time.Hour,
		"15 minutes": 15 * time.Minute, "12 hours": 12 * time.Hour, "14 days": 14 * 24 * time.Hour,
	} {
		assert.Equal(t, want, written(figure))
	}
}

func TestSentencesGoOverLineBreaks(t *testing.T) {
	t.Parallel()
	Says(t, "docs/architecture.md", "**Temporal holds who waits for what; S3 holds the orders and the files.** Workflows pass names and counts. No list in a history grows with the run.")
}
