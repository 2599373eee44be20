//go:build linux

package container

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Container is a process that was started, and what it has written.
type Container struct {
	spec    Spec
	process *exec.Cmd
	log     *log // both streams
	output  *log
	ended   chan struct{}
}

// Start starts a container in the network. The program runs as soon as its network is there.
func Start(network *Network, spec Spec) (*Container, error) {
	return StartWith(network, spec, nil)
}

// StartWith does the same for a program that reads standard input.
func StartWith(network *Network, spec Spec, stdin io.Reader) (*Container, error) {
	told, tell, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c := &Container{spec: spec, log: &log{}, output: &log{}, ended: make(chan struct{})}
	c.process = exec.Command("/proc/self/exe")
	c.process.Env = []string{asFirstProcess + "=1", "PATH=" + os.Getenv("PATH")}
	c.process.ExtraFiles = []*os.File{told}
	c.process.Stdin = stdin
	c.process.Stdout, c.process.Stderr = io.MultiWriter(c.output, c.log), c.log
	c.process.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:   syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Unshareflags: syscall.CLONE_NEWNS,
	}
	err = c.process.Start()
	told.Close()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	var cable string
	connected := make(chan struct{})
	go func() {
		_ = c.process.Wait()
		<-connected
		network.disconnect(cable)
		close(c.ended)
	}()
	cable, err = network.connect(c.process.Process.Pid, spec.Address)
	close(connected)
	if err == nil {
		err = json.NewEncoder(tell).Encode(spec)
	}
	if err := errors.Join(err, tell.Close()); err != nil {
		c.Kill()
		return nil, fmt.Errorf("start %s: %w: %s", spec.Name, err, c.Log())
	}
	return c, nil
}

// Name is the container's host name.
func (c *Container) Name() string { return c.spec.Name }

// Address is the container's in its network.
func (c *Container) Address() string {
	address, _, _ := strings.Cut(c.spec.Address, "/")
	return address
}

// Log is what the container has written so far.
func (c *Container) Log() string { return c.log.String() }

// Output is what it has written to standard output alone.
func (c *Container) Output() string { return c.output.String() }

// Ended is closed when the container has ended.
func (c *Container) Ended() <-chan struct{} { return c.ended }

// ExitCode is the program's, or 128 and the number of the signal that ended it; call it after Ended.
func (c *Container) ExitCode() int {
	status, ok := c.process.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return c.process.ProcessState.ExitCode()
}

// Stop asks the container to end, kills it after grace, and returns its exit code.
func (c *Container) Stop(signal syscall.Signal, grace time.Duration) int {
	_ = c.process.Process.Signal(signal)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-c.ended:
	case <-timer.C:
		c.Kill()
	}
	return c.ExitCode()
}

// Kill ends the container at once, as a power cut does.
func (c *Container) Kill() {
	_ = c.process.Process.Kill()
	<-c.ended
}

// Run runs one more program in the container, with its user and environment, and returns what it
// wrote to standard output.
func (c *Container) Run(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "nsenter", append([]string{
		"--target", strconv.Itoa(c.process.Process.Pid), "--net", "--mount", "--pid", "--uts", "--ipc", "--root", "--wd",
		"--setuid", strconv.Itoa(c.spec.UID), "--setgid", strconv.Itoa(c.spec.GID), "--",
	}, args...)...)
	command.Env = c.spec.Env
	// nsenter's child, which is the program, ends with it.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	var out, said bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = stdin, &out, &said
	if err := command.Run(); err != nil {
		return out.String(), fmt.Errorf("%v in %s: %w: %s%s", args, c.spec.Name, err, said.String(), out.String())
	}
	return out.String(), nil
}

// log keeps what containers write.
type log struct {
	mutex   sync.Mutex
	written bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.written.Write(p)
}

func (l *log) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.written.String()
}

// Pid is the container's first process, as this machine sees it.
func (c *Container) Pid() int { return c.process.Process.Pid }
