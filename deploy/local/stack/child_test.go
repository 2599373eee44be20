package stack_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/deploy/local/startertest"
)

const (
	childFolder = "STACK_TEST_FOLDER" // set: this process is a stack on that folder, and no test
	taskQueue   = "waiting"
)

func TestMain(m *testing.M) {
	folder := os.Getenv(childFolder)
	if folder == "" {
		os.Exit(startertest.Main(m))
	}
	if err := runChild(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runChild runs a stack and a worker, prints where they are as JSON, and stays until stdin closes.
func runChild(folder string) error {
	running, err := stack.Start(context.Background(), stack.Options{Dir: folder})
	if err != nil {
		return err
	}
	defer running.Stop()
	temporal, err := dial(running)
	if err != nil {
		return err
	}
	defer temporal.Close()
	w := worker.New(temporal, taskQueue, worker.Options{})
	w.RegisterWorkflow(waitForTimerAndWord)
	if err := w.Start(); err != nil {
		return err
	}
	defer w.Stop()
	if err := json.NewEncoder(os.Stdout).Encode(running); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// waitForTimerAndWord stays open until its timer has fired and a word has come.
func waitForTimerAndWord(ctx workflow.Context) (string, error) {
	if err := workflow.Sleep(ctx, time.Second); err != nil {
		return "", err
	}
	var word string
	workflow.GetSignalChannel(ctx, "word").Receive(ctx, &word)
	return word, nil
}

func dial(running *stack.Stack) (sdk.Client, error) {
	return sdk.Dial(sdk.Options{
		HostPort:  running.TemporalAddress,
		Namespace: running.Namespace,
		Logger:    slog.New(slog.DiscardHandler),
	})
}

// child is a stack in a process of its own, which a test may kill.
type child struct {
	*stack.Stack
	process *exec.Cmd
}

func startChild(t *testing.T, folder string) *child {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	process := exec.Command(program)
	process.Env = append(os.Environ(), childFolder+"="+folder)
	process.Stderr = os.Stderr
	_, err = process.StdinPipe()
	require.NoError(t, err)
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	started := &child{Stack: &stack.Stack{}, process: process}
	t.Cleanup(started.kill)

	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err, "the child ended before it was up")
	require.NoError(t, json.Unmarshal(line, started.Stack), "the child prints its addresses and nothing else: %s", line)
	return started
}

// kill ends the process as a power cut would.
func (c *child) kill() {
	_ = c.process.Process.Kill()
	_ = c.process.Wait()
}
