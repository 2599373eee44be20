package page_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/station/page"
	"github.com/despacho/despacho/wording"
)

func shell(language wording.Language) string {
	w := httptest.NewRecorder()
	page.WriteShell(w, page.Shell{Token: `a"b<c`, Language: language, Site: "bodega <central>"})
	return w.Body.String()
}

func ask(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	page.Assets().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// TestThePageNeedsNothingThatItsPolicyForbids: no script or style stands in the markup, nothing comes from elsewhere.
func TestThePageNeedsNothingThatItsPolicyForbids(t *testing.T) {
	t.Parallel()
	pair := httptest.NewRecorder()
	page.WritePair(pair, page.Shell{Language: wording.Spanish, Site: "bodega"})
	for _, text := range []string{shell(wording.Spanish), pair.Body.String()} {
		for _, script := range regexp.MustCompile(`<script[^>]*>`).FindAllString(text, -1) {
			isData := strings.Contains(script, `type="application/json"`)
			assert.True(t, isData || strings.Contains(script, ` src="/assets/`), script)
		}
		assert.NotContains(t, text, "<style")
		assert.NotRegexp(t, `<[^>]+ (style|on\w+)=`, text)
		assert.NotRegexp(t, `(src|href)="(https?:)?//`, text)
	}
	assert.NotContains(t, page.Policy, "unsafe-inline")
	assert.NotContains(t, page.Policy, "unsafe-eval")
}

func TestWhatTheStationPutsIntoTheShellIsNoMarkup(t *testing.T) {
	t.Parallel()
	text := shell(wording.Spanish)
	assert.Contains(t, text, `<meta name="csrf" content="a&#34;b&lt;c">`)
	assert.Contains(t, text, "bodega &lt;central&gt;")
	assert.Contains(t, text, `<html lang="es">`)
	assert.Contains(t, shell("fr"), `<html lang="es">`, "a language that there is not is Spanish")
}

// TestEveryFileOfTheShellIsServedAndKept asks for all that the shell names.
func TestEveryFileOfTheShellIsServedAndKept(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(shell(wording.Spanish), -1)
	require.Greater(t, len(named), 20)
	for _, found := range named {
		answer := ask(found[1])
		assert.Equal(t, http.StatusOK, answer.Code, found[1])
		assert.Contains(t, answer.Header().Get("Cache-Control"), "immutable", found[1])
		assert.Regexp(t, `^(text/javascript|text/css|image/svg)`, answer.Header().Get("Content-Type"), found[1])
	}
}

// TestAnOldPageGetsTodaysFiles: a page that was open when the station was replaced goes on.
func TestAnOldPageGetsTodaysFiles(t *testing.T) {
	t.Parallel()
	answer := ask("/assets/0123456789abcdef/js/main.js")
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, "no-cache", answer.Header().Get("Cache-Control"))
	renderer := ask("/assets/0123456789abcdef/zpl/zpl-view.js")
	assert.Equal(t, http.StatusOK, renderer.Code)
	for _, path := range []string{"/assets/x/page.go", "/assets/x/../page.go", "/assets/", "/assets/x/js", "/assets/x/words/es.json", "/assets/js/main.js"} {
		assert.Equal(t, http.StatusNotFound, ask(path).Code, path)
	}
}

func TestTheLanguageOfAReader(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cookie, accepts string
		want            wording.Language
	}{
		"nothing said":             {"", "", wording.Spanish},
		"chosen":                   {"pt", "en", wording.Portuguese},
		"chosen, but there is not": {"de", "en-GB,en;q=0.9", wording.English},
		"the browser's":            {"", "de-DE, PT-br;q=0.9, es;q=0.8", wording.Portuguese},
		"none of the browser's":    {"", "de, fr", wording.Spanish},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			if test.cookie != "" {
				r.AddCookie(&http.Cookie{Name: "lang", Value: test.cookie})
			}
			r.Header.Set("Accept-Language", test.accepts)
			assert.Equal(t, test.want, page.Language(r))
		})
	}
}
