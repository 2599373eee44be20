package door

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/page"
	"github.com/despacho/despacho/station/people"
)

type visitorKey struct{}

func withVisitor(ctx context.Context, visit people.Visit) context.Context {
	return context.WithValue(ctx, visitorKey{}, visit)
}

// VisitorOf is who made the request that a handler answers; the zero value on routes that need nothing and
// nobody is known.
func VisitorOf(ctx context.Context) people.Visit {
	visit, _ := ctx.Value(visitorKey{}).(people.Visit)
	return visit
}

// WithVisitor is ctx as a handler behind the door has it; for the tests of handlers.
func WithVisitor(ctx context.Context, visit people.Visit) context.Context {
	return withVisitor(ctx, visit)
}

// Refuse answers with a failure of this package in the reader's language.
func Refuse(w http.ResponseWriter, r *http.Request, status int, code Code) {
	WriteJSON(w, status, api.Failure{Code: string(code), Words: sayCode(code, page.Language(r))})
}

// WriteJSON answers with a value.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// ReadJSON fills value from a request's body; false when it was refused already.
func ReadJSON(w http.ResponseWriter, r *http.Request, value any) bool {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil || decoder.More() {
		Refuse(w, r, http.StatusBadRequest, CodeBadRequest)
		return false
	}
	return true
}
