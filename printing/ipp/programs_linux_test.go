package ipp_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// These tests run Debian's programs, so that others than ourselves judge our IPP. `make printers` demands them.

// program is the path of a program of a Debian package. Without it the test is skipped, or fails where
// DESPACHO_PRINTERS=required.
func program(t *testing.T, name, debian string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("other people's programs are left out by -short")
	}
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	if os.Getenv("DESPACHO_PRINTERS") == "required" {
		t.Fatalf("%s is missing: apt-get install %s", name, debian)
	}
	t.Skipf("%s is missing: apt-get install %s, and this is tested too", name, debian)
	return ""
}

// said is what a program writes, safe to read while it does.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(data)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// running is a program under way. It is killed when the test ends.
type running struct {
	command *exec.Cmd
	said    *said
	ended   chan struct{}
}

func started(t *testing.T, environment []string, name string, arguments ...string) *running {
	t.Helper()
	r := &running{said: &said{}, ended: make(chan struct{})}
	r.command = exec.CommandContext(context.Background(), name, arguments...)
	r.command.Env = append(os.Environ(), environment...)
	r.command.Stdout, r.command.Stderr = r.said, r.said
	r.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r.command.WaitDelay = time.Second
	require.NoError(t, r.command.Start())
	go func() {
		_ = r.command.Wait()
		close(r.ended)
	}()
	t.Cleanup(func() {
		r.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(name), r.said)
		}
	})
	return r
}

// kill ends the program and what it started.
func (r *running) kill() {
	_ = syscall.Kill(-r.command.Process.Pid, syscall.SIGKILL)
	<-r.ended
}

func (r *running) hasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// listens waits until something listens on a port, or the program ends.
func (r *running) listens(t *testing.T, port int) bool {
	t.Helper()
	const pause = 50 * time.Millisecond
	for range patience / pause {
		if r.hasEnded() {
			return false
		}
		time.Sleep(pause)
		connection, err := net.DialTimeout("tcp", "localhost:"+strconv.Itoa(port), time.Second)
		if err == nil {
			return connection.Close() == nil
		}
	}
	t.Fatalf("nothing listens on port %d:\n%s", port, r.said)
	return false
}

// freePort is a port for a program that opens it itself. It lies below those that the system gives away by itself, so that
// nobody else gets it meanwhile; of programs with such ports there is one at a time.
func freePort(t *testing.T) int {
	t.Helper()
	const lowest, highest = 20_000, 30_000
	for range 100 {
		port := lowest + rand.IntN(highest-lowest) //nolint:gosec // not a secret
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "localhost:"+strconv.Itoa(port))
		if err == nil {
			require.NoError(t, listener.Close())
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// oneAtATime lets one process after the other go on: some programs are once on a machine.
func oneAtATime(t *testing.T, name string) {
	t.Helper()
	lock, err := os.OpenFile(filepath.Join(os.TempDir(), "despacho-"+name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	require.NoError(t, err)
	require.NoError(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
	t.Cleanup(func() { _ = lock.Close() })
}
