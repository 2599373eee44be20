package multivende

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Scopes are what a merchant has granted an application, by the scope's name ("read:checkouts").
type Scopes map[string]GrantedConnections

// GrantedConnections says for which connections a scope was granted: for all of the merchant's, or for single
// ones by their ids. The zero value is a scope that was not granted.
type GrantedConnections struct {
	All bool
	IDs []string
}

// Has tells whether a scope was granted, even if only for one connection.
func (s Scopes) Has(scope string) bool {
	granted := s[scope]
	return granted.All || len(granted.IDs) > 0
}

// Connections returns the connections for which a scope was granted: all, or these ids.
func (s Scopes) Connections(scope string) (all bool, ids []string) {
	return s[scope].All, s[scope].IDs
}

// Covers tells whether a scope was granted for a connection.
func (s Scopes) Covers(scope, connection string) bool {
	granted := s[scope]
	return granted.All || slices.Contains(granted.IDs, connection)
}

// Names returns the granted scopes, sorted.
func (s Scopes) Names() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s)), func(name string) bool { return !s.Has(name) })
}

// UnmarshalJSON reads what the hub writes: true, or an object of ids and truth values in which
// "all" means every connection. Anything else grants nothing.
func (g *GrantedConnections) UnmarshalJSON(raw []byte) error {
	*g = GrantedConnections{}
	raw = unquoted(raw)
	if !bytes.HasPrefix(raw, []byte("{")) {
		var all truth
		_ = all.UnmarshalJSON(raw)
		g.All = bool(all)
		return nil
	}
	var ids map[string]truth
	if json.Unmarshal(raw, &ids) != nil {
		return nil
	}
	g.All = bool(ids["all"])
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if id != "all" && bool(ids[id]) && !g.All {
			g.IDs = append(g.IDs, id)
		}
	}
	return nil
}

// MarshalJSON writes it as the hub does.
func (g GrantedConnections) MarshalJSON() ([]byte, error) {
	if g.All {
		return []byte("true"), nil
	}
	ids := map[string]bool{"all": false}
	for _, id := range g.IDs {
		ids[id] = true
	}
	return json.Marshal(ids)
}

// scopesOf reads the member "scopes": an object as a rule, also a list or a line of names.
func scopesOf(raw json.RawMessage) Scopes {
	raw = unquoted(raw)
	scopes := Scopes{}
	if !bytes.ContainsAny(raw[:min(len(raw), 1)], `{["`) || json.Unmarshal(raw, &scopes) == nil {
		return scopes
	}
	var names list[text]
	_ = names.UnmarshalJSON(raw)
	scopes = Scopes{}
	for _, words := range names {
		for _, name := range strings.FieldsFunc(string(words), func(r rune) bool { return r == ' ' || r == ',' }) {
			scopes[name] = GrantedConnections{All: true}
		}
	}
	return scopes
}
