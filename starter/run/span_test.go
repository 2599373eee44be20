package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSpan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "2h": 2 * time.Hour, "7d": 7 * day, "1d12h": 36 * time.Hour, "0.5d": 12 * time.Hour, " 1h30m ": 90 * time.Minute, "366d": maxSpan,
	} {
		t.Run(text+" is read", func(t *testing.T) {
			t.Parallel()
			var span Span
			require.NoError(t, span.UnmarshalText([]byte(text)))
			assert.Equal(t, want, time.Duration(span))
		})
	}
	for _, text := range []string{"", "7", "d", "0d", "-1d", "0s", "-2h", "7 days", "367d", "NaNd", "1e9d", "1dd", "2w"} {
		t.Run(text+" is refused", func(t *testing.T) {
			t.Parallel()
			var span Span
			require.ErrorContains(t, span.UnmarshalText([]byte(text)), "is not a length of time")
		})
	}
}
