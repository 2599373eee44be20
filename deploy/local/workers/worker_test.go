//go:build linux

package workers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

// build is a worker program made from the sources of this tree, some of them changed.
type build struct {
	name    string
	changes []change
}

// change puts a line of code behind a line of a source file.
type change struct{ file, behind, line string }

// Programs by name of their build, made once for all tests.
var (
	programs  sync.Map
	programsI sync.Once
	programsD string
)

// cleaned takes the programs away; for TestMain.
func cleaned(code int) int {
	if programsD != "" {
		_ = os.RemoveAll(programsD)
	}
	return code
}

// program makes the worker of a build and returns where it lies.
func (b build) program(t *testing.T) string {
	t.Helper()
	programsI.Do(func() { programsD, _ = os.MkdirTemp("", "despacho-workers-") })
	make, _ := programs.LoadOrStore(b.name, sync.OnceValues(b.make))
	path, err := make.(func() (string, error))()
	require.NoError(t, err)
	return path
}

func (b build) make() (string, error) {
	path := filepath.Join(programsD, b.name)
	arguments := []string{"build", "-o", path}
	if len(b.changes) > 0 {
		overlay, err := b.overlay()
		if err != nil {
			return "", err
		}
		arguments = append(arguments, "-overlay", overlay)
	}
	if said, err := exec.Command("go", append(arguments, "github.com/despacho/despacho/worker")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the worker %s: %w: %s", b.name, err, said)
	}
	return path, nil
}

// overlay writes the changed sources, and the file that has the compiler take them instead of the others.
func (b build) overlay() (string, error) {
	replaced := map[string]string{}
	for i, c := range b.changes {
		source, err := filepath.Abs(filepath.Join("..", "..", "..", c.file))
		if err != nil {
			return "", err
		}
		code, err := os.ReadFile(source)
		if err != nil {
			return "", err
		}
		if strings.Count(string(code), c.behind+"\n") != 1 {
			return "", fmt.Errorf("%s has the line %q not once: change this test with it", c.file, c.behind)
		}
		replaced[source] = filepath.Join(programsD, fmt.Sprintf("%s-%d.go", b.name, i))
		code = []byte(strings.Replace(string(code), c.behind+"\n", c.behind+"\n"+c.line+"\n", 1))
		if err := os.WriteFile(replaced[source], code, 0o600); err != nil {
			return "", err
		}
	}
	content, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	path := filepath.Join(programsD, b.name+".json")
	return path, os.WriteFile(path, content, 0o600)
}

// workerProcess is a worker that runs.
type workerProcess struct {
	process *exec.Cmd
	log     *shown
	ended   chan struct{} // closed once it has ended, after err is set
	err     error
}

// work starts a worker of a build and waits until it takes work; more are variables of its own.
func (s *scene) work(t *testing.T, b build, more map[string]string, small *smallDisk) *workerProcess {
	t.Helper()
	program := b.program(t)
	w := &workerProcess{process: exec.Command(program), log: &shown{}, ended: make(chan struct{})}
	if small != nil {
		w.process = small.carry(t, program)
	}
	for name, value := range lo.Assign(s.environment, more) {
		w.process.Env = append(w.process.Env, name+"="+value)
	}
	w.process.Stdout, w.process.Stderr = w.log, w.log
	require.NoError(t, w.process.Start())
	if small != nil {
		small.process = w.process.Process.Pid
	}
	go func() {
		defer close(w.ended)
		w.err = w.process.Wait()
	}()
	t.Cleanup(func() {
		_ = w.process.Process.Kill()
		<-w.ended
		if t.Failed() {
			t.Logf("worker %s:\n%s", b.name, w.log.tail(4000))
		}
	})
	eventually(t, "worker "+b.name+" takes work", func() bool { return strings.Contains(w.log.String(), "the worker takes work") || w.isOver() })
	require.False(t, w.isOver(), "worker %s: %v\n%s", b.name, w.err, w.log)
	return w
}

func (w *workerProcess) isOver() bool {
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

// logs waits until the log holds words: what the worker has written comes through a pipe, and may come later than what
// it has told Temporal.
func (w *workerProcess) logs(t *testing.T, words string) {
	t.Helper()
	eventually(t, "the worker's log says "+words, func() bool { return strings.Contains(w.log.String(), words) })
}

// stop ends the worker as an operator does, and holds that it ends in good order.
func (w *workerProcess) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, w.process.Process.Signal(syscall.SIGTERM))
	eventually(t, "the worker ends", w.isOver)
	require.NoError(t, w.err, "%s", w.log)
}

// shown is what a process has written so far.
type shown struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (s *shown) Write(more []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.Write(more)
}

func (s *shown) String() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.String()
}

func (s *shown) tail(most int) string {
	text := s.String()
	return text[max(len(text)-most, 0):]
}
