package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/startertest"
	"github.com/despacho/despacho/deploy/local/temporaltest"
)

const (
	// asProgram set: this process is the program itself, and no test.
	asProgram = "DEMO_TEST_AS_PROGRAM"
	// patience bounds every wait; on a busy machine a run takes a while.
	patience  = 8 * time.Minute
	lookAgain = 20 * time.Millisecond
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	code := startertest.Main(m)
	temporaltest.Clean()
	os.Exit(code)
}

// demo is the program in a process of its own: it moves the working directory, and may be killed.
type demo struct {
	process *exec.Cmd
	data    string
	shown   *shownText
	ended   chan struct{} // closed once the process has ended, after err is set
	err     error
}

// startDemo starts the program on a data folder, on ports that no other test has, and with plain
// labels where the arguments do not ask for more.
func startDemo(t *testing.T, data string, arguments ...string) *demo {
	t.Helper()
	return startWholeDemo(t, data, append([]string{"--stock", "as-is", "--run-only"}, arguments...)...)
}

// startWholeDemo does the same with everything that comes after a run.
func startWholeDemo(t *testing.T, data string, arguments ...string) *demo {
	t.Helper()
	return startDemoIn(t, nil, data, arguments...)
}

// startDemoIn does the same with more variables in its environment.
func startDemoIn(t *testing.T, environment []string, data string, arguments ...string) *demo {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	arguments = append([]string{"--data", data}, arguments...)
	for _, server := range []string{"temporal", "ui", "s3", "sandbox", "station"} {
		arguments = append(arguments, fmt.Sprintf("--%s-port=%d", server, 10_000+rand.IntN(5_000)))
	}
	d := &demo{process: exec.CommandContext(t.Context(), path, arguments...), data: data, shown: &shownText{}, ended: make(chan struct{})}
	d.process.Env = slices.Concat(os.Environ(), []string{asProgram + "=1"}, environment)
	d.process.Stdout, d.process.Stderr = d.shown, d.shown
	require.NoError(t, d.process.Start())
	go func() {
		defer close(d.ended)
		d.err = d.process.Wait()
	}()
	t.Cleanup(func() {
		d.kill()
		if t.Failed() {
			t.Logf("the program showed:\n%s", d.shown)
		}
	})
	return d
}

// await waits until the program shows what the pattern matches, and returns its first group.
func (d *demo) await(t *testing.T, pattern string) string {
	t.Helper()
	expression := regexp.MustCompile(pattern)
	var found []string
	eventually(t, "the program shows "+pattern, func() bool {
		found = expression.FindStringSubmatch(d.shown.String())
		return found != nil || d.isOver()
	})
	require.NotNil(t, found, "the program ended and never showed %s:\n%s", pattern, d.shown)
	return found[len(found)-1]
}

func (d *demo) isOver() bool {
	select {
	case <-d.ended:
		return true
	default:
		return false
	}
}

// interrupt ends the program as Ctrl-C does.
func (d *demo) interrupt(t *testing.T) error {
	t.Helper()
	require.NoError(t, d.process.Process.Signal(os.Interrupt))
	return d.wait(t)
}

// wait waits until the program has ended by itself.
func (d *demo) wait(t *testing.T) error {
	t.Helper()
	eventually(t, "the program ends", d.isOver)
	return d.err
}

// kill ends the process as a power cut would.
func (d *demo) kill() {
	_ = d.process.Process.Kill()
	<-d.ended
}

// shownText is what a program has written so far.
type shownText struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (s *shownText) Write(more []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.Write(more)
}

func (s *shownText) String() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.String()
}

// build makes one of the project's programs and returns where it lies.
func build(t *testing.T, program string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(program))
	said, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/despacho/despacho/"+program).CombinedOutput()
	require.NoError(t, err, string(said))
	return path
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, patience, lookAgain, what)
}

// readSettings are the settings by name of a file that a shell can source.
func readSettings(t *testing.T, path string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	settings := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^export (\w+)='(.*)'$`).FindAllStringSubmatch(string(content), -1) {
		settings[line[1]] = line[2]
	}
	return settings
}

func TestEverythingStaysUpUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	demo := startDemo(t, filepath.Join(folder, "data"), "--no-run", "--env", env)
	demo.await(t, howToEnd)
	for _, page := range []string{demo.await(t, `Temporal UI +(\S+)`), demo.await(t, `report at (\S+)`)} {
		response, err := http.Get(page)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode, page)
	}
	settings := readSettings(t, env)
	for _, name := range []string{
		"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_REGION", "DESPACHO_BUCKET", "DESPACHO_HUB", "DESPACHO_MERCHANT", "DESPACHO_HUB_SPEED",
		"DESPACHO_DOWNLOAD_HOSTS", "DESPACHO_CLIENT_ID", "DESPACHO_CLIENT_SECRET", "DESPACHO_ACCOUNTS_KEY_FILE",
	} {
		require.NotEmpty(t, settings[name], name)
	}
	beside := exec.CommandContext(t.Context(), "sh", "-c", `. "$0" && "$1" list`, env, build(t, "starter"))
	said, err := beside.CombinedOutput()
	require.NoError(t, err, string(said))
	require.Equal(t, "no runs\n", string(said), "the starter beside it talks to this stack")
	require.NoError(t, demo.interrupt(t), "it ends well when it is interrupted")
}
