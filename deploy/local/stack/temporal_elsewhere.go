package stack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/service/wholefile"
)

// CLI as Options.Temporal starts the command `temporal` that is on the PATH, in place of the server in this program.
const CLI = "cli"

// temporalAnywhere is a Temporal server: in this process, as a command, or somewhere else.
type temporalAnywhere interface {
	waitUntilReady(ctx context.Context) error
	stop()
}

// findCommand is where the command temporal is, if the options ask for it.
func (o Options) findCommand() (string, error) {
	if o.Temporal != CLI {
		return "", nil
	}
	path, err := exec.LookPath("temporal")
	if err != nil {
		return "", errors.New("there is no command temporal on the PATH; install it, or do not ask for it")
	}
	return filepath.Abs(path)
}

// openTemporal starts the server that the options ask for, or takes the one that they name.
func (s *Stack) openTemporal(options Options, command string, ports chosenPorts) (temporalAnywhere, error) {
	s.TemporalAddress, s.UIURL = address(ports.Temporal), "http://"+address(ports.UI)
	switch options.Temporal {
	case "":
		return startTemporal(s.Dir, s.Namespace, ports, options.Frontend)
	case CLI:
		return startCommand(command, s.Dir, s.Namespace, ports)
	}
	s.TemporalAddress, s.UIURL = options.Temporal, options.TemporalUI
	return temporalElsewhere(options.Temporal), nil
}

// temporalElsewhere is the address of a server that somebody else has started, and ends.
type temporalElsewhere string

func (temporalElsewhere) stop() {}

func (t temporalElsewhere) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, elsewhereWithin)
	defer cancel()
	return waitForTemporal(ctx, string(t), func(service workflowservice.WorkflowServiceClient) error {
		_, err := service.GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{})
		return err
	})
}

const (
	// elsewhereWithin is how long a server that should be there already may take to answer.
	elsewhereWithin = 20 * time.Second
	// commandEndsWithin is how long the command may take to end before it is killed.
	commandEndsWithin = 10 * time.Second
)

// waitForTemporal returns when a server answers what is asked of it.
func waitForTemporal(ctx context.Context, at string, ask func(workflowservice.WorkflowServiceClient) error) error {
	client, err := sdk.NewLazyClient(sdk.Options{HostPort: at, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer client.Close()
	return waitUntil(ctx, "Temporal on "+at, func() error { return ask(client.WorkflowService()) })
}

// temporalCommand is a server that the command `temporal` runs, on a SQLite file of the folder.
type temporalCommand struct {
	process *exec.Cmd
	address string
	ended   chan struct{}
	err     error
}

// startCommand runs `temporal server start-dev` with the settings that the server in this program has.
func startCommand(path, dir, namespace string, ports chosenPorts) (*temporalCommand, error) {
	log := filepath.Join(dir, "temporal.log")
	if err := wholefile.OwnFile(log); err != nil {
		return nil, err
	}
	output, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, wholefile.PrivateMode)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	arguments := []string{
		"server", "start-dev", "--ip", host, "--port", strconv.Itoa(ports.Temporal), "--ui-port", strconv.Itoa(ports.UI),
		"--namespace", namespace, "--db-filename", filepath.Join(dir, "temporal-cli.db"), "--log-level", "warn",
	}
	for _, setting := range []string{"matching.enableFairness=true", "matching.numTaskqueueReadPartitions=1", "matching.numTaskqueueWritePartitions=1", "frontend.namespaceRPS.visibility=100"} {
		arguments = append(arguments, "--dynamic-config-value", setting)
	}
	c := &temporalCommand{process: exec.Command(path, arguments...), address: address(ports.Temporal), ended: make(chan struct{})}
	c.process.Stdout, c.process.Stderr = output, output
	if err := c.process.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	go func() {
		defer close(c.ended)
		c.err = c.process.Wait()
	}()
	return c, nil
}

func (c *temporalCommand) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-c.ended:
			cancel(fmt.Errorf("the command temporal ended (its log: temporal.log): %w", c.err))
		case <-ctx.Done():
		}
	}()
	return waitForTemporal(ctx, c.address, func(service workflowservice.WorkflowServiceClient) error {
		_, err := service.GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{})
		return err
	})
}

func (c *temporalCommand) stop() {
	_ = c.process.Process.Signal(os.Interrupt)
	select {
	case <-c.ended:
	case <-time.After(commandEndsWithin):
		_ = c.process.Process.Kill()
		<-c.ended
	}
}
