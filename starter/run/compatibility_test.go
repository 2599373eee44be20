package run

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/docs/promised"
	"github.com/despacho/despacho/starter/printing"
)

func TestCompatibilityOfTheCommandLine(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&commands{}, kong.Name("starter"), printing.Words(), policyNames())
	require.NoError(t, err)
	promised.Kept(t, "starter", promised.CommandLine(parser.Model.Node))
}

func TestCompatibilityOfExitCodes(t *testing.T) {
	t.Parallel()
	codes := map[string]int{
		"complete": ExitComplete, "error": ExitError, "usage": ExitUsage, "incomplete": ExitIncomplete, "failed": ExitFailed,
		"conflict": ExitConflict, "not found": ExitNotFound, "interrupted": ExitInterrupted,
	}
	promised.Kept(t, "starter-exit-codes", lo.MapToSlice(codes, promised.Figure))
}
