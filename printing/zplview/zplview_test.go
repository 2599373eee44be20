package zplview_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing/zplview"
)

func asked(t *testing.T, path string, header http.Header) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header = header
	w := httptest.NewRecorder()
	http.StripPrefix("/zpl", zplview.Handler()).ServeHTTP(w, r)
	return w.Result()
}

// TestTheRendererIsThatOfThePackage: the same version is what make render tests with.
func TestTheRendererIsThatOfThePackage(t *testing.T) {
	t.Parallel()
	response := asked(t, "/zpl/zpl-renderer.js", http.Header{})
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	sum := sha256.Sum256(body)
	assert.Equal(t, zplview.Sum, hex.EncodeToString(sum[:]))

	text, err := os.ReadFile("../../deploy/render/package.json")
	require.NoError(t, err)
	var wanted struct{ Dependencies map[string]string }
	require.NoError(t, json.Unmarshal(text, &wanted))
	assert.Equal(t, zplview.Version, wanted.Dependencies["zpl-renderer-js"])
	if installed, err := os.ReadFile("../../deploy/render/node_modules/zpl-renderer-js/dist/index.esm.js"); err == nil {
		assert.Equal(t, sum, sha256.Sum256(installed), "what npm ci installed")
	}
}

func TestTheRendererTravelsCompressed(t *testing.T) {
	t.Parallel()
	response := asked(t, "/zpl/zpl-renderer.js", http.Header{"Accept-Encoding": {"gzip, br"}})
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
	assert.Less(t, len(body), 3_100_000)
	again := asked(t, "/zpl/zpl-renderer.js", http.Header{"If-None-Match": {response.Header.Get("ETag")}})
	assert.Equal(t, http.StatusNotModified, again.StatusCode)
}

func TestOnlyItsFilesAreServed(t *testing.T) {
	t.Parallel()
	for path, policy := range map[string]string{
		"/zpl/zpl-view.js": "", "/zpl/NOTICE.txt": "",
		"/zpl/zpl-worker.js": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
	} {
		response := asked(t, path, http.Header{})
		assert.Equal(t, http.StatusOK, response.StatusCode, path)
		assert.Equal(t, policy, response.Header.Get("Content-Security-Policy"), path)
	}
	for _, path := range []string{"/zpl/", "/zpl/zpl-renderer.js.gz", "/zpl/../zplview.go", "/zpl/assets/NOTICE.txt"} {
		assert.Equal(t, http.StatusNotFound, asked(t, path, http.Header{}).StatusCode, path)
	}
}
