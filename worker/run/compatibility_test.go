package run

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/docs/promised"
)

func TestCompatibilityOfTheCommandLine(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&commandLine{}, kong.Name("worker"))
	require.NoError(t, err)
	promised.Kept(t, "worker", promised.CommandLine(parser.Model.Node))
}
