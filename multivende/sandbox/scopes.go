package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/samber/lo"
)

// Scopes say what the account grants: by scope, to all of its connections or to some. A scope
// that is missing is not granted. nil grants everything, as the hub's own token has it.
type Scopes map[string]Grant

// Grant is for which marketplace connections a scope is granted: all, or those named by id, alias
// or name. In JSON it is true, false or a list of names.
type Grant struct {
	All         bool
	Connections []string
}

// UnmarshalJSON reads true, false or a list of connections.
func (g *Grant) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &g.All) == nil {
		g.Connections = nil
		return nil
	}
	if err := json.Unmarshal(data, &g.Connections); err != nil {
		return fmt.Errorf("%s is no grant: give true, false or a list of connections", data)
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (g Grant) MarshalJSON() ([]byte, error) {
	if len(g.Connections) > 0 {
		return json.Marshal(g.Connections)
	}
	return json.Marshal(g.All)
}

const (
	readChannels   = "read:channels"
	readCheckouts  = "read:checkouts"
	writeCheckouts = "write:checkouts"
)

// registered are the scopes that the application is registered with.
var registered = []string{"read:products", readChannels, readCheckouts, writeCheckouts}

func everything() Scopes {
	return lo.SliceToMap(registered, func(scope string) (string, Grant) { return scope, Grant{All: true} })
}

// among are the scopes that an application asked for.
func (s Scopes) among(asked []string) Scopes {
	granted := Scopes{}
	for scope, grant := range s {
		if asked == nil || slices.Contains(asked, scope) {
			granted[scope] = grant
		}
	}
	return granted
}

func (s Scopes) allow(scope string, c *connection) bool {
	if s == nil || scope == "" {
		return true
	}
	grant := s[scope]
	return grant.All || slices.ContainsFunc(grant.Connections, c.called)
}

// called says whether this is one of the connection's names.
func (c *connection) called(name string) bool {
	return name != "" && (name == c.id || name == c.alias || name == c.name)
}

// anywhere says whether a scope is granted for any connection at all.
func (s Scopes) anywhere(scope string) bool {
	grant := s[scope]
	return s == nil || scope == "" || grant.All || len(grant.Connections) > 0
}

// view shows the scopes as the hub's answer does: true, or an object of connections.
func (s Scopes) view(connections []*connection, turn int, idOf func(*connection) string) map[string]any {
	view := map[string]any{}
	for i, scope := range slices.Sorted(maps.Keys(s)) {
		grant := s[scope]
		switch {
		case grant.All && (i+turn)%2 == 0:
			view[scope] = true
		case grant.All:
			view[scope] = map[string]bool{"all": true}
		default:
			single := map[string]bool{"all": false}
			for _, c := range connections {
				if s.allow(scope, c) {
					single[idOf(c)] = true
				} else if c.shape%3 == 0 { // a connection may be listed as refused, or not at all
					single[idOf(c)] = false
				}
			}
			view[scope] = single
		}
	}
	return view
}

// scopeID is the id by which scopes name a connection.
func (h *Hub) scopeID(c *connection) string {
	if h.options.Dialect.OtherScopeIDs {
		return h.id("scope of %s", c.id)
	}
	return c.id
}

type scopesKey struct{}

func withScopes(r *http.Request, granted Scopes) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), scopesKey{}, granted))
}

// allowed says whether the caller's token covers a connection.
func allowed(r *http.Request, scope string, c *connection) bool {
	granted, _ := r.Context().Value(scopesKey{}).(Scopes)
	return granted.allow(scope, c)
}

// readable are the connections that the caller's token covers.
func (h *Hub) readable(r *http.Request, scope string) []*connection {
	return lo.Filter(h.connections, func(c *connection, _ int) bool { return allowed(r, scope, c) })
}

func forbidden(scope string) answer {
	return problem(http.StatusForbidden, "ForbiddenError", "the application has no permission "+scope+" for this resource")
}
