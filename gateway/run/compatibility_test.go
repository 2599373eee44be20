package run

import (
	"fmt"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/docs/promised"
)

func TestCompatibilityOfTheCommandLine(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&commandLine{}, kong.Name("gateway"))
	require.NoError(t, err)
	promised.Kept(t, "gateway", promised.CommandLine(parser.Model.Node))
}

// TestCompatibilityOfAnswers holds the path and the statuses, not the sentences that people read.
func TestCompatibilityOfAnswers(t *testing.T) {
	t.Parallel()
	lines := []string{"POST " + Path}
	for _, r := range results {
		lines = append(lines, fmt.Sprintf("%s %d", r.name, r.status))
	}
	promised.Kept(t, "gateway-answers", lines)
}
