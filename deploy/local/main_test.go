package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEverythingStaysUpUntilItIsToldToEnd(t *testing.T) {
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	shown, out := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		defer out.Close()
		ended <- run(ctx, []string{"--no-run", "--data", filepath.Join(folder, "data"), "--env", env}, out, os.Stderr)
	}()

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

	go func() { _, _ = io.Copy(io.Discard, shown) }()
	cancel()
	assert.Equal(t, exitFine, <-ended)
}
