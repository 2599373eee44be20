//go:build unix

package lifelock

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// name has what must not become a path.
const name = "../worker/1"

// TestMain lets the test binary act as the process that is killed.
func TestMain(m *testing.M) {
	folder := os.Getenv("LIFELOCK_OF_A_PROCESS_TO_KILL")
	if folder == "" {
		os.Exit(m.Run())
	}
	if _, err := Hold(folder, name); err != nil {
		os.Exit(1)
	}
	_, _ = os.Stdout.WriteString("held\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

func TestAProcessHasEndedOnceItIsKilledAndNotBefore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	assert.False(t, Ended(folder, name), "nobody has heard of it")
	assert.Empty(t, files(t, folder), "asking makes no file")

	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "LIFELOCK_OF_A_PROCESS_TO_KILL="+folder)
	_, err := command.StdinPipe()
	require.NoError(t, err)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "held\n", line)
	assert.False(t, Ended(folder, name), "it lives")
	_, err = Hold(folder, name)
	require.ErrorContains(t, err, "cannot be locked")

	require.NoError(t, command.Process.Signal(syscall.SIGSTOP))
	assert.False(t, Ended(folder, name), "it is only stopped")

	require.NoError(t, command.Process.Kill())
	require.Error(t, command.Wait())
	assert.True(t, Ended(folder, name))
	assert.True(t, Ended(folder, name), "and each who asks hears it")
}

func TestAProcessThatLetsGoLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	release, err := Hold(folder, name)
	require.NoError(t, err)
	assert.Len(t, files(t, folder), 1)
	release()
	assert.Empty(t, files(t, folder))
	assert.False(t, Ended(folder, name), "it has given everything back")
}

func TestOldFilesOfOthersAreRemovedUnlessTheyAreHeld(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	long := time.Now().Add(-2 * oldAfter)
	for _, one := range []struct {
		name      string
		lives     bool
		sinceLong bool
	}{{"gone", false, true}, {"gone lately", false, false}, {"lives", true, true}} {
		release, err := Hold(folder, one.name)
		require.NoError(t, err)
		if one.lives {
			t.Cleanup(release)
		} else {
			release()
			require.NoError(t, os.WriteFile(path(folder, one.name), nil, 0o600))
		}
		if one.sinceLong {
			require.NoError(t, os.Chtimes(path(folder, one.name), long, long))
		}
	}
	release, err := Hold(folder, "new")
	require.NoError(t, err)
	t.Cleanup(release)
	assert.Equal(t, []string{prefix + "gone%20lately", prefix + "lives", prefix + "new"}, files(t, folder))
}

func files(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
