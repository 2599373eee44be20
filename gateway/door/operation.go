package door

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/despacho/despacho/partners"
)

// bodyWithin is how long a body may take; keepConnection lifts the limit afterwards.
const bodyWithin = 30 * time.Second

// operation completes a row of the table of routes: what every route has in common.
func operation(method, path string, scope partners.Scope, op huma.Operation) huma.Operation {
	op.Method, op.Path = method, path
	op.Tags = []string{strings.Split(path, "/")[2]}
	op.Metadata = map[string]any{scopeMember: scope}
	op.Description = strings.TrimSpace(op.Description + " Needs the scope " + string(scope) + ".")
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = mostBody
	}
	op.BodyReadTimeout = bodyWithin
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable)
	if method != http.MethodGet {
		op.Errors = append(op.Errors, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	slices.Sort(op.Errors)
	op.Errors = slices.Compact(op.Errors)
	return op
}

// unwrap is the request and the answer behind huma.
func unwrap(ctx huma.Context) (*http.Request, http.ResponseWriter) { return humago.Unwrap(ctx) }
