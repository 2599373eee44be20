package multivende

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/samber/lo"
)

// probedEntries is how many entries of a list are compared with the expected shape.
const probedEntries = 20

// objectOf is a JSON object, by the names of its members.
type objectOf map[string]json.RawMessage

// get finds a member as encoding/json does, ignoring case.
func (o objectOf) get(name string) (json.RawMessage, bool) {
	if raw, found := o[name]; found {
		return raw, true
	}
	key, found := lo.FindKeyBy(o, func(key string, _ json.RawMessage) bool { return strings.EqualFold(key, name) })
	return o[key], found
}

func asObject(raw json.RawMessage) objectOf {
	var read objectOf
	_ = json.Unmarshal(raw, &read)
	return read
}

// entriesOf returns the objects of an answer to compare with the shape; wrong says why there are
// none.
func (e expectation) entriesOf(raw json.RawMessage) (entries []objectOf, wrong string) {
	raw = bytes.TrimSpace(raw)
	bare := len(raw) > 0 && raw[0] == '['
	if !e.list {
		object := asObject(raw)
		if object == nil {
			return nil, "the answer is not an object"
		}
		return []objectOf{object}, ""
	}
	listed := raw
	if !bare {
		found := false
		if listed, found = asObject(raw).get("entries"); !found {
			return nil, "entries is missing"
		}
	}
	var all []json.RawMessage
	if json.Unmarshal(listed, &all) != nil {
		return nil, "entries is no array"
	}
	if !bare && !e.catalogue {
		if at, found := asObject(raw).get("pagination"); !found || asObject(at) == nil {
			return nil, "pagination is missing"
		}
	}
	return lo.Map(lo.Subset(all, 0, probedEntries), func(one json.RawMessage, _ int) objectOf { return asObject(one) }), ""
}

// missing returns the members that an object lacks or that are of another kind.
func (e expectation) missing(o objectOf) []string {
	var wrong []string
	for _, m := range e.members {
		if words := m.wrong(o); words != "" {
			wrong = append(wrong, words)
		}
	}
	return wrong
}

func (m member) wrong(o objectOf) string {
	var words string
	for i, path := range strings.Split(m.path, "|") {
		raw, found := follow(o, strings.Split(path, "/"))
		if found && m.kind.fits(raw) {
			return ""
		}
		if i == 0 || found && strings.HasSuffix(words, "is missing") {
			words = strings.ReplaceAll(path, "/", ".") + " is missing"
			if found {
				words = fmt.Sprintf("%s is not %s", strings.ReplaceAll(path, "/", "."), m.kind)
			}
		}
	}
	return words
}

func follow(o objectOf, path []string) (json.RawMessage, bool) {
	raw, found := o.get(path[0])
	if !found || len(path) == 1 {
		return raw, found
	}
	for _, element := range elementsOf(raw) {
		return follow(asObject(element), path[1:])
	}
	return nil, false
}

func (k memberKind) fits(raw json.RawMessage) bool {
	switch k {
	case aMoment:
		return !timeOf(scalar(raw)).IsZero()
	case aHolder:
		raw = bytes.TrimSpace(raw)
		return len(elementsOf(raw)) > 0 || bytes.Equal(raw, []byte("[]"))
	case aText:
	}
	return strings.TrimSpace(scalar(raw)) != ""
}
