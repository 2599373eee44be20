package run

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/station/door"
)

// allRoutes are the routes of a station, as its door has them.
func allRoutes(t *testing.T) []door.Route {
	t.Helper()
	p := &process{settings: DefaultSettings(), desk: desk.New(desk.Settings{})}
	routes := p.routes()
	require.Greater(t, len(routes), 15)
	return routes
}

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// pathOf is a path that a route takes.
func pathOf(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, wildcard.ReplaceAllStringFunc(path, func(name string) string {
		if name == "{$}" {
			return ""
		}
		return "1"
	})
}

// forAll are the routes that need nothing. Whoever adds one says here why.
var forAll = map[string]string{
	"GET /pair":      "the page on which a device is paired",
	"POST /api/pair": "takes a code, which is used once",
	"GET /assets/":   "the files of the page, the same for everybody",
}

func TestOnlyThePairingIsForEverybody(t *testing.T) {
	t.Parallel()
	for _, route := range allRoutes(t) {
		assert.Equal(t, forAll[route.Pattern] != "", route.Need == door.Nothing, route.Pattern)
		method, path, _ := strings.Cut(route.Pattern, " ")
		if method == http.MethodPost && path != "/api/pair" && path != "/api/person" {
			assert.Equal(t, door.Person, route.Need, "%s: what somebody does carries a name", route.Pattern)
		}
		assert.Contains(t, []string{http.MethodGet, http.MethodPost, http.MethodDelete}, method, route.Pattern)
	}
}

// TestNoRouteAnswersAStranger asks every route in every way in which it must refuse.
func TestNoRouteAnswersAStranger(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	stranger, device, person := s.browser(t), s.paired(t), s.signed(t, "Ana")
	for _, route := range allRoutes(t) {
		method, path := pathOf(route.Pattern)
		t.Run(route.Pattern, func(t *testing.T) {
			ask := func(b *browser, method string, change func(*http.Request)) answer {
				var body any
				if method == http.MethodPost {
					body = map[string]any{}
				}
				return b.do(t, method, path, body, change)
			}
			foreign := func(r *http.Request) {
				r.Header.Set("Origin", "https://evil.example")
				r.Header.Set("Sec-Fetch-Site", "cross-site")
			}
			if route.Need != door.Nothing {
				want := http.StatusUnauthorized
				if route.Page {
					want = http.StatusSeeOther
				}
				assert.Equal(t, want, ask(stranger, method, nil).status, "without a cookie")
				assert.Equal(t, want, ask(stranger, method, func(r *http.Request) {
					r.AddCookie(&http.Cookie{Name: "despacho-principal", Value: "0123456789abcdef." + strings.Repeat("A", 43)})
				}).status, "with an invented cookie")
			}
			if route.Need == door.Person {
				assert.Equal(t, string(door.CodeNoPerson), ask(device, method, nil).failure(t).Code, "without a person")
			}
			if method != http.MethodGet && route.Need != door.Nothing {
				assert.Equal(t, string(door.CodeToken), ask(person, method, func(r *http.Request) { r.Header.Set(door.TokenHeader, device.token) }).failure(t).Code, "another's token")
				assert.Equal(t, string(door.CodeToken), ask(person, method, func(r *http.Request) { r.Header.Del(door.TokenHeader) }).failure(t).Code, "no token")
			}
			if method == http.MethodPost {
				assert.Equal(t, http.StatusUnsupportedMediaType, ask(person, method, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }).status, "a form")
			}
			assert.Equal(t, http.StatusForbidden, ask(person, method, foreign).status, "from another site")
			assert.Equal(t, http.StatusMisdirectedRequest, ask(person, method, func(r *http.Request) { r.Host = "evil.example" }).status, "by a name that is not ours")
			for _, other := range []string{http.MethodPut, http.MethodPatch, http.MethodOptions, http.MethodTrace} {
				assert.Equal(t, http.StatusMethodNotAllowed, ask(person, other, nil).status, other)
			}
		})
	}
	for _, path := range []string{"/api", "/api/", "/api/secrets", "/metrics", "/healthz", "/debug/pprof/", "/index.html", "/.env", "/api/runs/m/r"} {
		assert.Equal(t, http.StatusNotFound, person.get(t, path).status, path)
	}
}

func TestEveryRouteOfThePageIsThere(t *testing.T) {
	t.Parallel()
	patterns := make([]string, 0, 20)
	for _, route := range allRoutes(t) {
		patterns = append(patterns, route.Pattern)
	}
	for _, wanted := range []string{
		"GET /{$}", "GET /pair", "GET /assets/", "POST /api/pair", "GET /api/people", "POST /api/person", "DELETE /api/person",
		"GET /api/today", "GET /api/events", "GET /api/runs/{merchant}/{run}/labels", "POST /api/print", "POST /api/printers/{name}/control",
		"POST /api/printers/{name}/settle", "POST /api/scan", "GET /api/labels/{merchant}/{order}/{label}",
		"GET /api/labels/{merchant}/{order}/{label}/preview.png", "GET /api/labels/{merchant}/{order}/{label}/file",
		"GET /api/files/{merchant}/{run}", "GET /api/files/{merchant}/{run}/{n}", "POST /api/found",
		"GET /api/handover", "POST /api/handover/close", "GET /api/handover/{merchant}/{file}",
	} {
		assert.True(t, slices.Contains(patterns, wanted), wanted)
	}
	for _, special := range append([]string{eventsRoute, scanRoute}, fileRoutes...) {
		assert.Contains(t, patterns, special)
	}
}

// TestThePageAsksOnlyForRoutesThatThereAre reads the page's modules.
func TestThePageAsksOnlyForRoutesThatThereAre(t *testing.T) {
	t.Parallel()
	var found []string
	for _, folder := range []string{"../page/js", "../page/js/views"} {
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		for _, entry := range entries {
			if !strings.HasSuffix(entry.Name(), ".js") {
				continue
			}
			content, err := os.ReadFile(folder + "/" + entry.Name())
			require.NoError(t, err)
			for _, one := range regexp.MustCompile("[\"`](/api/[^\"`?]*)").FindAllStringSubmatch(string(content), -1) {
				found = append(found, regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllString(one[1], "1"))
			}
		}
	}
	require.NotEmpty(t, found)
	mux := http.NewServeMux()
	for _, route := range allRoutes(t) {
		_, path, _ := strings.Cut(route.Pattern, " ")
		_, known := mux.Handler(&http.Request{Method: http.MethodGet, URL: mustURL(t, wildcard.ReplaceAllString(path, "1"))})
		if known == "" {
			mux.Handle(path, http.NotFoundHandler())
		}
	}
	for _, path := range found {
		_, pattern := mux.Handler(&http.Request{Method: http.MethodGet, URL: mustURL(t, path)})
		assert.NotEmpty(t, pattern, "the page asks for %s", path)
	}
}

func mustURL(t *testing.T, path string) *url.URL {
	t.Helper()
	address, err := url.Parse(path)
	require.NoError(t, err)
	return address
}

func TestSomebodyWorksAtADevice(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	b := s.signed(t, "Ana")
	list := b.get(t, "/api/people")
	assert.JSONEq(t, `{"device":"Mesa 1","person":"Ana","people":[{"name":"Ana"}]}`, list.body)
	assert.Contains(t, b.get(t, "/api/today").body, `"person":"Ana"`)
	assert.Equal(t, http.StatusForbidden, b.post(t, "/api/person", api.PersonIn{Name: "Nadie"}).status)
	assert.Equal(t, http.StatusNoContent, b.do(t, http.MethodDelete, "/api/person", nil, nil).status)
	assert.NotContains(t, b.get(t, "/api/people").body, `"person"`)
}
