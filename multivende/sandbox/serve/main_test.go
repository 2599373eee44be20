package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// started runs the program and answers what its first line says.
func started(t *testing.T, flags settings) map[string]string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, flags, writer) }()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
	})
	line, err := bufio.NewReader(reader).ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, reader) }() // the lines of other merchants
	said := map[string]string{}
	for _, word := range strings.Fields(line) {
		name, value, _ := strings.Cut(word, "=")
		said[name] = value
	}
	return said
}

func TestServe(t *testing.T) {
	t.Parallel()
	flags := settings{Addr: "127.0.0.1:0", Seed: 1, Orders: 110, Speed: 1, Falabella: "pdf", Token: "t", Data: t.TempDir(),
		Faults: filepath.Join("..", "testdata", "faults.json")}
	said := started(t, flags)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, said["hub"]+"/api/d/info", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+said["token"])
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, string(body), said["merchant"])
}

func TestServeConnectsByOAuth(t *testing.T) {
	t.Parallel()
	flags := settings{Addr: "127.0.0.1:0", Seed: 1, Orders: 20, Speed: 1, Falabella: "pdf", OAuthOnly: true, Merchants: 3, Data: t.TempDir(),
		Scopes: `{"read:channels":true,"read:checkouts":["Tienda Norte"]}`}
	said := started(t, flags)
	body := fmt.Sprintf(`{"client_id":%s,"client_secret":%q,"grant_type":"authorization_code","code":%q}`, said["client_id"], said["client_secret"], said["code"])
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, said["hub"]+"/oauth/access-token", strings.NewReader(body))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, string(content), said["merchant"])
	assert.NotContains(t, string(content), "write:checkouts")
	folders, err := os.ReadDir(flags.Data)
	require.NoError(t, err)
	assert.Len(t, folders, 3)
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	plan := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(plan, []byte(`[{"order":"nobody","unknown":true}]`), 0o600))
	for words, flags := range map[string]settings{
		"fault 1 of the plan": {Addr: "127.0.0.1:0", Speed: 1, Falabella: "pdf", Faults: plan},
		"listen on nowhere":   {Addr: "nowhere", Speed: 1, Falabella: "pdf"},
		"--scopes":            {Addr: "127.0.0.1:0", Speed: 1, Falabella: "pdf", Scopes: "all"},
		"one merchant's":      {Addr: "127.0.0.1:0", Speed: 1, Falabella: "pdf", Token: "t", Merchants: 2},
		"Falabella's format":  {Addr: "127.0.0.1:0", Speed: 1, Falabella: "docx"},
	} {
		require.ErrorContains(t, serve(t.Context(), flags, io.Discard), words)
	}
}
