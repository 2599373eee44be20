package door

import (
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/partners"
)

var sentence = regexp.MustCompile(`^[A-Z/].{15,}[.]$`)

// TestEveryKindOfProblemHelps: each says in a sentence what to do, and stands in the partners' document.
func TestEveryKindOfProblemHelps(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/partners.md")
	require.NoError(t, err)
	seen := map[Code]bool{}
	for _, k := range kinds {
		assert.False(t, seen[k.Code], k.Code)
		seen[k.Code] = true
		assert.Regexp(t, sentence, k.Detail, k.Code)
		assert.NotEmpty(t, k.Title)
		assert.GreaterOrEqual(t, k.Status, 400)
		assert.True(t, strings.Contains(string(document), "| `"+string(k.Code)+"` | "+strconv.Itoa(k.Status)+" |"), "docs/partners.md lacks %s", k.Code)
	}
}

// TestEveryRefusalIsAProblem sends every route what it cannot take.
func TestEveryRefusalIsAProblem(t *testing.T) {
	t.Parallel()
	s := full(t)
	all := trials(merchant, "k1", "d1", "s1", s.webhook)
	everyRoute(t, all)
	refused := 0
	for route, trial := range all {
		for name, try := range map[string]func() got{
			"an unknown parameter": func() got {
				return s.ask(trial.method, withQuery(trial.path, "colour=red"), trial.body, "Idempotency-Key", "p1")
			},
			"a wrong limit": func() got {
				return s.ask(trial.method, withQuery(trial.path, "limit=0x"), trial.body, "Idempotency-Key", "p2")
			},
			"no JSON": func() got { return s.ask(trial.method, trial.path, "{", "Idempotency-Key", "p3") },
			"another type": func() got {
				return s.ask(trial.method, trial.path, "<x/>", "Idempotency-Key", "p4", "Content-Type", "text/xml")
			},
			"an unknown field": func() got { return s.ask(trial.method, trial.path, `{"buyer": "Ana Pérez"}`, "Idempotency-Key", "p5") },
			"a list":           func() got { return s.ask(trial.method, trial.path, `[]`, "Idempotency-Key", "p6") },
			"another method":   func() got { return s.ask(http.MethodPatch, trial.path, nil) },
			"too much": func() got {
				return s.ask(trial.method, trial.path, `"`+strings.Repeat("x", 5<<20)+`"`, "Idempotency-Key", "p7")
			},
			"a long name": func() got { return s.ask(trial.method, "/v1/orders/"+strings.Repeat("x", 300), nil) },
		} {
			came := try()
			if came.Status < 300 {
				continue // a GET takes any body
			}
			refused++
			assert.Less(t, came.Status, 500, "%s: %s: %s", route, name, came.Body)
			p := came.problem(t)
			assert.Equal(t, came.Status, p.Status)
			assert.Equal(t, "/v1/problems#"+string(p.Code), p.Type)
			assert.Regexp(t, sentence, p.Detail)
			assert.NotContains(t, string(came.Body), "Ana Pérez", "what was sent is not said again")
		}
	}
	assert.Greater(t, refused, 50)
	assert.Equal(t, CodeNoRoute, s.get("/v1/nothing").problem(t).Code)
	assert.Equal(t, "GET, HEAD, POST", s.ask(http.MethodDelete, "/v1/batches", nil).Header.Get("Allow"))
}

func withQuery(path, query string) string {
	if strings.Contains(path, "?") {
		return path + "&" + query
	}
	return path + "?" + query
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	s := play(t)
	for body, want := range map[string]string{
		`{"external_batch_id": "a b"}`:                                     "body.external_batch_id",
		`{"external_batch_id": "a", "label_format": "png"}`:                "body.label_format",
		`{"external_batch_id": "a", "orders": [{"order": ""}]}`:            "body.orders[0].order",
		`{"external_batch_id": "a", "since": "soon"}`:                      "body.since",
		`{"external_batch_id": "a", "stock": "5x5in"}`:                     "body",
		`{"external_batch_id": "a", "not_verified": true}`:                 "body",
		`{"external_batch_id": "a", "settings": {"hub_path": "x"}}`:        "body.settings",
		`{"external_batch_id": "a", "orders_key": "runs/m-2/k/x.json"}`:    "body.orders_key",
		`{"external_batch_id": "a", "bins_key": "runs/m-2/k/bins/x.json"}`: "body.bins_key",
		`{}`: "body",
	} {
		p := s.ask(http.MethodPost, "/v1/batches", body, "Idempotency-Key", "k").problem(t)
		assert.Equal(t, CodeBadRequest, p.Code, body)
		require.NotEmpty(t, p.Errors, body)
		assert.Equal(t, want, p.Errors[0].Location, body)
	}
	p := s.post("/v1/status-changes", "k", StatusRequest{To: "shipped", Rows: []StatusRow{{Order: "1"}, {Order: "2,0E+15"}, {Order: "3", TrackingURL: "x"}}}).problem(t)
	require.Len(t, p.Errors, 2)
	assert.Equal(t, "body.rows[1]", p.Errors[0].Location)
}

func TestAKeyHasALimit(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.open(func(o *Options) { o.Rate, o.Burst = 1, 3 })
	for range 3 {
		assert.Equal(t, http.StatusOK, s.get("/v1/batches").Status)
	}
	came := s.get("/v1/batches")
	assert.Equal(t, http.StatusTooManyRequests, came.Status)
	assert.Equal(t, "1", came.Header.Get("Retry-After"))
	assert.Equal(t, CodeTooFast, came.problem(t).Code)
	s.key = s.addKey(t, partners.Scopes(), merchant)
	assert.Equal(t, http.StatusOK, s.get("/v1/batches").Status, "another key has its own")
}

func TestWaitsAreLimited(t *testing.T) {
	t.Parallel()
	s := play(t)
	var ends []func()
	parsed, _ := partners.ParseKey(s.key)
	for range mostWaits {
		end, ok := s.door.limits.beginWait(parsed.ID())
		require.True(t, ok)
		ends = append(ends, end)
	}
	assert.Equal(t, CodeTooManyWaits, s.post("/v1/batches?wait=1s", "a", BatchRequest{ExternalBatchID: "a"}).problem(t).Code)
	ends[0]()
	assert.Equal(t, http.StatusAccepted, s.post("/v1/batches?wait=1ms", "b", BatchRequest{ExternalBatchID: "b"}).Status)
}

// TestNoKeyIsLogged: neither whole nor its secret, whatever happens.
func TestNoKeyIsLogged(t *testing.T) {
	t.Parallel()
	s := full(t)
	for route, trial := range trials(merchant, "k1", "d1", "s1", s.webhook) {
		s.ask(trial.method, trial.path, trial.body, "Idempotency-Key", route)
	}
	s.runs.StartError = http.ErrServerClosed
	assert.Equal(t, http.StatusInternalServerError, s.post("/v1/batches", "broken", BatchRequest{ExternalBatchID: "broken"}).Status)
	s.ask(http.MethodGet, "/v1/batches", nil, "Authorization", "Bearer "+s.key+"x")
	assert.Contains(t, s.log.String(), "was not done")
	_, secret, _ := strings.Cut(strings.TrimPrefix(s.key, "dsp_"), "_")
	assert.NotContains(t, s.log.String(), secret)
}
