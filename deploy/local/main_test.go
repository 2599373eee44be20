package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asProgram set: this process is the program itself, and no test.
const asProgram = "DEMO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// program is the demo in a process of its own: it moves the working directory, and may be killed.
func program(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), path, arguments...)
	command.Env = append(os.Environ(), asProgram+"=1")
	command.Stderr = os.Stderr
	return command
}

func TestEverythingStaysUpUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	demo := program(t, "--no-run", "--data", filepath.Join(folder, "data"), "--env", env)
	shown, err := demo.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, demo.Start())

	places := map[string]string{}
	for lines := bufio.NewScanner(shown); places["Settings"] == "" && lines.Scan(); {
		if name, place, found := strings.Cut(lines.Text(), "  "); found {
			places[name] = strings.TrimSpace(place)
		}
	}
	require.Equal(t, "source "+env, places["Settings"])
	report := places["Sandbox hub"][strings.LastIndex(places["Sandbox hub"], " ")+1:]
	for _, page := range []string{places["Temporal UI"], report} {
		response, err := http.Get(page)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusOK, response.StatusCode, page)
	}
	settings, err := os.ReadFile(env)
	require.NoError(t, err)
	for _, name := range []string{
		"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_REGION", "DESPACHO_BUCKET", "DESPACHO_HUB", "DESPACHO_MERCHANT", "DESPACHO_TOKEN", "DESPACHO_HUB_SPEED",
		"DESPACHO_DOWNLOAD_HOSTS",
	} {
		assert.Regexp(t, `(?m)^export `+name+`='.+'$`, string(settings))
	}

	require.NoError(t, demo.Process.Signal(os.Interrupt))
	_, err = io.Copy(io.Discard, shown)
	require.NoError(t, err)
	require.NoError(t, demo.Wait(), "it ends well when it is interrupted")
}
