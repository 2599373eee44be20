package scratch

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test binary act as the process that is killed.
func TestMain(m *testing.M) {
	folder := os.Getenv("SCRATCH_OF_A_PROCESS_TO_KILL")
	if folder == "" {
		os.Exit(m.Run())
	}
	file, err := Create(folder)
	if err != nil {
		os.Exit(1)
	}
	_, _ = file.WriteString("a label")
	_, _ = os.Stdout.WriteString("written\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

func TestAKilledProcessLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "SCRATCH_OF_A_PROCESS_TO_KILL="+folder)
	_, err := command.StdinPipe()
	require.NoError(t, err)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "written\n", line)
	require.NoError(t, command.Process.Kill())
	require.Error(t, command.Wait())
	if runtime.GOOS == "windows" {
		assert.Equal(t, 1, Sweep(folder))
	}
	assert.Empty(t, names(t, folder))
}

func TestAFileIsThereUntilItIsClosed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file, err := Create(folder)
	require.NoError(t, err)
	_, err = file.WriteString("a label")
	require.NoError(t, err)
	read := make([]byte, 7)
	_, err = file.ReadAt(read, 0)
	require.NoError(t, err)
	assert.Equal(t, "a label", string(read))
	require.NoError(t, file.Close())
	require.ErrorIs(t, file.Close(), os.ErrClosed)
	assert.Empty(t, names(t, folder))

	_, err = Create(filepath.Join(folder, "none"))
	require.ErrorContains(t, err, "check the disk")
}

func TestAFullDiskIsSaid(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("this system has no disk that is always full: %v", err)
	}
	file := &File{File: full}
	defer file.Close()
	_, written := file.WriteString("a label")
	_, copied := io.Copy(file, strings.NewReader("a label"))
	_, joined := io.Copy(io.MultiWriter(file), strings.NewReader("a label"))
	for _, err := range []error{written, copied, joined} {
		require.ErrorContains(t, err, "the disk of /dev, the folder for temporary files, is full")
		require.ErrorContains(t, err, "DESPACHO_TEMP")
		require.ErrorIs(t, err, syscall.ENOSPC)
	}
}

func TestSweepRemovesWhatIsOursAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"despacho-scratch-1", "despacho-scratch-2", "despacho-start.lock", "theirs"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(folder, "despacho-scratch-3"), 0o700))
	assert.Equal(t, 2, Sweep(folder))
	assert.Equal(t, []string{"despacho-scratch-3", "despacho-start.lock", "theirs"}, names(t, folder))
	assert.Zero(t, Sweep(filepath.Join(folder, "none")))
}

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
