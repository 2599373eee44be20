package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/stack"
)

func TestSettingsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "settings")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o644))
	planted := filepath.Join(t.TempDir(), "planted")
	require.NoError(t, os.WriteFile(planted, nil, 0o666))
	require.NoError(t, os.Symlink(planted, path+".new"))
	token := `it's $HOME; "x" \ ` + "`id`"

	stack := &stack.Stack{TemporalAddress: "127.0.0.1:7233", Namespace: "default", Bucket: "despacho", Dir: "/data"}
	bench := &workbench{running: stack, from: &hub{
		url: "http://127.0.0.1:8480", merchant: "m", token: token, speed: 600, downloadHosts: []string{"127.0.0.1"},
	}}
	require.NoError(t, writeSettings(path, bench.settings()))

	t.Run("only its owner reads it, even when one was there before", func(t *testing.T) {
		t.Parallel()
		about, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), about.Mode().Perm())
	})
	t.Run("nothing is written through what others have planted beside it", func(t *testing.T) {
		t.Parallel()
		about, err := os.Stat(planted)
		require.NoError(t, err)
		assert.Zero(t, about.Size())
	})
	t.Run("a shell that sources it has the values as they are", func(t *testing.T) {
		t.Parallel()
		shell := exec.CommandContext(t.Context(), "sh", "-c", `. "$1"; printf '%s|%s|%s|%s' "$DESPACHO_TOKEN" "$TEMPORAL_ADDRESS" "$DESPACHO_HUB_SPEED" "$DESPACHO_DOWNLOAD_HOSTS"`, "sh", path)
		out, err := shell.Output()
		require.NoError(t, err)
		assert.Equal(t, token+"|127.0.0.1:7233|600|127.0.0.1", string(out))
	})
	t.Run("an account that is connected has no token there", func(t *testing.T) {
		t.Parallel()
		connected := &workbench{running: stack, from: &hub{token: token, app: application{id: "1", secret: "s"}}}
		names := lo.Map(connected.settings(), func(one setting, _ int) string { return one.name })
		assert.NotContains(t, names, "DESPACHO_TOKEN")
		assert.Subset(t, names, []string{"DESPACHO_CLIENT_ID", "DESPACHO_CLIENT_SECRET", "DESPACHO_ACCOUNTS_KEY_FILE"})
	})
}
