package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	starter "github.com/despacho/despacho/starter/run"
	"github.com/despacho/despacho/storage"
)

// counter is a desk at which every command of the starter can be given, and the sandbox told what
// is to happen.
type counter struct {
	desk
	temporal client.Client
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
	c.temporal, err = client.Dial(client.Options{
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
	var out, said bytes.Buffer
	program := starter.Program{
		Out: &out, Err: &said,
		Runs:    func(context.Context) (starter.Runs, error) { return c.runs, nil },
		Store:   func(context.Context, string) (starter.Store, error) { return c.store, nil },
		Objects: func(context.Context, string) (*storage.Store, error) { return c.store, nil },
		Keeping: func(context.Context) (starter.Keeping, error) {
			return starter.TemporalKeeping{Client: c.temporal}, nil
		},
		Intakes: func(context.Context) (starter.Intakes, error) {
			return starter.TemporalIntakes{Client: c.temporal}, nil
		},
		Schedules: func(context.Context) (starter.Schedules, error) {
			return starter.TemporalSchedules{Client: c.temporal}, nil
		},
		Statuses: func(context.Context) (starter.StatusChanges, error) {
			return starter.TemporalStatuses{Client: c.temporal}, nil
		},
	}
	got := program.Main(t.Context(), append([]string{"--merchant", c.merchant}, arguments...))
	require.Equal(t, code, got, "starter %s\n%s\n%s", strings.Join(arguments, " "), out.String(), said.String())
	return out.String()
}

// hubArguments tell a command where the hub is and how its accounts are opened.
func (c counter) hubArguments() []string {
	return []string{
		"--hub", c.settings["DESPACHO_HUB"], "--hub-speed", c.settings["DESPACHO_HUB_SPEED"],
		"--download-hosts", c.settings["DESPACHO_DOWNLOAD_HOSTS"], "--accounts-key-file", c.settings["DESPACHO_ACCOUNTS_KEY_FILE"],
		"--client-id", c.settings["DESPACHO_CLIENT_ID"], "--client-secret", c.settings["DESPACHO_CLIENT_SECRET"],
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
