package run

import (
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/service"
)

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func get(t *testing.T, address, path string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(content)
}

func serveEndpoints(t *testing.T, ready *service.Readiness) *service.Endpoints {
	t.Helper()
	numbers, err := newMetrics(silent())
	require.NoError(t, err)
	served, err := service.Listen(t.Context(), "DESPACHO_LISTEN", "127.0.0.1:0", ready, numbers.registry)
	require.NoError(t, err)
	t.Cleanup(served.Close)
	return served
}
