package door

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheDocumentIsCommitted holds openapi.json against the routes; DESPACHO_WRITE=1 writes it.
func TestTheDocumentIsCommitted(t *testing.T) {
	t.Parallel()
	made := makePages(Document())["/v1/openapi.json"].data
	if os.Getenv("DESPACHO_WRITE") != "" {
		require.NoError(t, os.WriteFile("openapi.json", made, 0o644))
	}
	committed, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	assert.Equal(t, string(committed), string(made), "run: DESPACHO_WRITE=1 go test -run TheDocumentIsCommitted ./gateway/door, and look at what has changed")
	var document struct {
		OpenAPI string `json:"openapi"`
	}
	require.NoError(t, json.Unmarshal(committed, &document))
	assert.Equal(t, "3.1.0", document.OpenAPI)
}

var elsewhere = regexp.MustCompile(`(?i)(src|href)="(https?:)?//|<script|@import|url\(`)

// TestThePagesNeedNothingFromElsewhere: they work offline, without a key, and say everything.
func TestThePagesNeedNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	s := play(t)
	for _, path := range []string{"/v1/docs", "/v1/problems", "/v1/openapi.json"} {
		page := s.ask(http.MethodGet, path, nil, "Authorization", "")
		assert.Equal(t, http.StatusOK, page.Status)
		assert.Equal(t, "nosniff", page.Header.Get("X-Content-Type-Options"))
		if path != "/v1/openapi.json" {
			assert.NotRegexp(t, elsewhere, string(page.Body), path)
		}
	}
	docs := string(s.get("/v1/docs").Body)
	for _, route := range operationsOf(Document()) {
		assert.Contains(t, docs, route.Method+" "+route.Path)
	}
	problems := string(s.get("/v1/problems").Body)
	for _, k := range kinds {
		assert.Contains(t, problems, `id="`+string(k.Code)+`"`)
	}
}
