package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/stack"
)

func TestSettingsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "settings")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o644))
	token := `it's $HOME; "x" \ ` + "`id`"

	require.NoError(t, writeSettings(path, settings(
		&stack.Stack{TemporalAddress: "127.0.0.1:7233", Namespace: "default", Bucket: "despacho"},
		&hub{url: "http://127.0.0.1:8480", merchant: "m", token: token, speed: 600, downloadHosts: []string{"127.0.0.1"}},
	)))

	t.Run("only its owner reads it, even when one was there before", func(t *testing.T) {
		t.Parallel()
		about, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), about.Mode().Perm())
	})
	t.Run("a shell that sources it has the values as they are", func(t *testing.T) {
		t.Parallel()
		shell := exec.CommandContext(t.Context(), "sh", "-c", `. "$1"; printf '%s|%s|%s|%s' "$DESPACHO_TOKEN" "$TEMPORAL_ADDRESS" "$DESPACHO_HUB_SPEED" "$DESPACHO_DOWNLOAD_HOSTS"`, "sh", path)
		out, err := shell.Output()
		require.NoError(t, err)
		assert.Equal(t, token+"|127.0.0.1:7233|600|127.0.0.1", string(out))
	})
}
