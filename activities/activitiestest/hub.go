package activitiestest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
)

// Refusing is a hub that answers a status to the reads of some objects, whatever they are.
type Refusing struct {
	mu     sync.Mutex
	status int
	ids    []string
}

// Answer answers reads of these ids with an HTTP status.
func (r *Refusing) Answer(status int, ids ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status, r.ids = status, ids
}

// Hub stands before a hub.
func (r *Refusing) Hub(hub http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		refused := q.Method == http.MethodGet && slices.ContainsFunc(r.ids, func(id string) bool {
			return q.URL.Path == "/api/checkouts/"+id || q.URL.Path == "/api/delivery-orders/"+id
		})
		status := r.status
		r.mu.Unlock()
		if refused {
			http.Error(w, `{"message":"no"}`, status)
			return
		}
		hub.ServeHTTP(w, q)
	})
}

// GoneRoute are the answers of a hub, or of what stands in front of it, that has no such route.
func GoneRoute(route string) map[string]sandbox.Fault {
	faults := map[string]sandbox.Fault{
		"404 that says nothing": {Answer: "404", AnswerAs: "nothing"},
		"404 in plain words":    {Answer: "404", Says: "Not Found"},
		"404 page":              {Answer: "404", AnswerAs: "page"},
		"405":                   {Answer: "405"},
		"501 page":              {Answer: "501", AnswerAs: "page"},
	}
	return lo.MapValues(faults, func(f sandbox.Fault, _ string) sandbox.Fault {
		f.Route, f.Times = route, sandbox.AlwaysTimes
		return f
	})
}

// Reasons are those of entries, in order.
func Reasons(entries []books.Entry) []string {
	return lo.Uniq(lo.Map(entries, func(e books.Entry, _ int) string { return e.Reason.Words }))
}

// AnswerOf is what the hub answers a GET of another path, as JSON.
func AnswerOf(hub http.Handler, r *http.Request, path string) map[string]any {
	other := r.Clone(r.Context())
	other.URL.Path = path
	recorder := httptest.NewRecorder()
	hub.ServeHTTP(recorder, other)
	var answer map[string]any
	_ = json.Unmarshal(recorder.Body.Bytes(), &answer)
	return answer
}
