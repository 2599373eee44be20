package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/stack"
)

func TestTheDemoUsesATemporalThatIsThere(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	there := startDemo(t, filepath.Join(folder, "there"), "--no-run")
	address := there.await(t, `Temporal +(127\.0\.0\.1:\d+), namespace default`)
	there.await(t, howToEnd)

	guest := startDemo(t, filepath.Join(folder, "guest"), "--orders", "20", "--once", "--temporal", address)
	<-guest.ended
	require.NoError(t, guest.err, guest.shown.String())

	assert.Contains(t, guest.shown.String(), "beside the Temporal on "+address)
	assert.Regexp(t, `Temporal +`+address+`, namespace despacho-[a-z2-7]{8}`, guest.shown.String())
	assert.NoFileExists(t, filepath.Join(folder, "guest", "temporal.db"))
	assert.NotContains(t, guest.shown.String(), "Temporal UI", "nobody said where it is")
	require.NoError(t, there.interrupt(t))
}

func TestACommandThatIsMissingIsSaid(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir(), Temporal: stack.CLI})
	assert.ErrorContains(t, err, "there is no command temporal on the PATH")
}

// TestABuildWithoutTemporalLinksNoServer holds what TEMPORAL=… saves when the demo is built.
func TestABuildWithoutTemporalLinksNoServer(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "without_temporal", ".")
	list.Stderr = os.Stderr
	out, err := list.Output()
	require.NoError(t, err)
	for _, module := range []string{"go.temporal.io/server", "github.com/temporalio/ui-server", "modernc.org/sqlite"} {
		assert.NotContains(t, string(out), module)
	}
}
