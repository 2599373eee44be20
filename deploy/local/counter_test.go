package main

import (
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/deploy/local/startertest"
)

// counter is a desk at which every command of the starter can be given, and the sandbox told what
// is to happen.
type counter struct {
	desk
	temporal sdk.Client
	settings map[string]string
}

// openCounter starts the program without a run, with an account that is connected by OAuth.
func openCounter(t *testing.T, arguments ...string) counter {
	t.Helper()
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	demo := startDemo(t, filepath.Join(folder, "data"), append([]string{"--no-run", "--env", env}, arguments...)...)
	c := counter{desk: openDesk(t, demo, env), settings: readSettings(t, env)}
	var err error
	c.temporal, err = sdk.Dial(sdk.Options{
		HostPort: c.settings["TEMPORAL_ADDRESS"], Namespace: c.settings["TEMPORAL_NAMESPACE"], Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(c.temporal.Close)
	return c
}

// says runs a command of the starter for the merchant, expects its exit code, and returns what it
// wrote on its standard output.
func (c counter) says(t *testing.T, code int, arguments ...string) string {
	t.Helper()
	out, said, got, err := startertest.Run(t.Context(), c.settings, append([]string{"--merchant", c.merchant}, arguments...)...)
	require.NoError(t, err)
	require.Equal(t, code, got, "starter %s\n%s\n%s", strings.Join(arguments, " "), out, said)
	return out
}

// hubArguments tell a command where the hub is and how its accounts are opened.
func (c counter) hubArguments() []string {
	return []string{
		"--hub", c.settings["DESPACHO_HUB"], "--hub-speed", c.settings["DESPACHO_HUB_SPEED"],
		"--download-hosts", c.settings["DESPACHO_DOWNLOAD_HOSTS"], "--accounts-key-file", c.settings["DESPACHO_ACCOUNTS_KEY_FILE"],
		"--client-id", c.settings["DESPACHO_CLIENT_ID"],
	}
}

// tellHub uses one of the sandbox's controls and returns its answer.
func (c counter) tellHub(t *testing.T, control, body string) []byte {
	t.Helper()
	response, err := http.Post(c.settings["DESPACHO_HUB"]+"/sandbox/"+control, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Less(t, response.StatusCode, http.StatusBadRequest, "%s: %s", control, content)
	return content
}
