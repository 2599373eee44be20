package version

import (
	"io"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheFlagPrintsTheVersionAndEndsTheProgram(t *testing.T) {
	t.Parallel()
	var grammar struct {
		Serve struct {
			Listen string `required:""`
		} `cmd:"" default:"withargs"`
		Health struct{} `cmd:""`
	}
	for name, arguments := range map[string][]string{
		"alone, whatever else is required": {"--version"},
		"with a command":                   {"health", "--version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			ended := -1
			grammar := grammar
			parser, err := kong.New(&grammar, kong.Name("worker"), kong.Writers(&out, io.Discard), kong.Exit(func(code int) { ended = code }), Flag())
			require.NoError(t, err)
			_, _ = parser.Parse(arguments)
			assert.Equal(t, 0, ended)
			assert.Equal(t, "worker "+Read().String()+"\n", out.String())
		})
	}
}
