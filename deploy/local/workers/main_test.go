//go:build linux

package workers

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/stack"
)

// serversFolder set: this process is Temporal and S3 on that folder, and no test.
const serversFolder = "WORKERS_TEST_SERVERS"

func TestMain(m *testing.M) {
	folder := os.Getenv(serversFolder)
	if folder == "" {
		os.Exit(cleaned(m.Run()))
	}
	if err := serve(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve runs the servers, prints where they are as JSON, and stays until standard input closes.
func serve(folder string) error {
	running, err := stack.Start(context.Background(), stack.Options{Dir: folder})
	if err != nil {
		return err
	}
	defer running.Stop()
	if err := json.NewEncoder(os.Stdout).Encode(running); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// startServers starts Temporal and S3 in a process of their own; a small disk, if there is one, has the store's objects.
func startServers(t *testing.T, small *smallDisk) *stack.Stack {
	t.Helper()
	folder := t.TempDir()
	program, err := os.Executable()
	require.NoError(t, err)
	process := exec.Command(program)
	if small != nil {
		small.folder = filepath.Join(folder, "s3")
		process = small.carry(t, program)
	}
	process.Env = append(os.Environ(), serversFolder+"="+folder)
	process.Stderr = os.Stderr
	_, err = process.StdinPipe()
	require.NoError(t, err)
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	if small != nil {
		small.process = process.Process.Pid
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err, "the servers ended before they were up")
	running := &stack.Stack{}
	require.NoError(t, json.Unmarshal(line, running), "%s", line)
	return running
}
