package books

import (
	"cmp"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// NameConnections gives each order the name of its connection; names are by connection id. Connections of
// one channel that are called alike get the beginning of their id behind their name.
func NameConnections(entries []Entry, names map[string]string) {
	type shop struct{ channel, name string }
	alike := map[shop]map[string]bool{}
	shopOf := func(o Order) shop { return shop{o.Channel, strings.ToLower(names[o.ConnectionID])} }
	for _, e := range entries {
		if alike[shopOf(e.Order)] == nil {
			alike[shopOf(e.Order)] = map[string]bool{}
		}
		alike[shopOf(e.Order)][e.Order.ConnectionID] = true
	}
	for i, e := range entries {
		name, id := names[e.Order.ConnectionID], e.Order.ConnectionID
		if others := lo.Keys(alike[shopOf(e.Order)]); name != "" && len(others) > 1 {
			name += " (" + shortID(id, others) + ")"
		}
		entries[i].Order.ConnectionName = name
	}
}

// shortID is the beginning of an id, as long as it needs to be among others.
func shortID(id string, others []string) string {
	const usual = 8
	short := lo.Substring(id, 0, usual)
	if lo.CountBy(others, func(other string) bool { return lo.Substring(other, 0, usual) == short }) > 1 {
		return id
	}
	return short
}

// ShopNames are the names, by connection id, that tell the shops of one channel apart. A shop that is
// alone on its channel among these rows has none.
func ShopNames(rows []contract.ManifestRow) map[string]string {
	channels := map[string]map[string]string{}
	for _, r := range rows {
		if r.ConnectionID == "" {
			continue
		}
		if channels[r.Channel] == nil {
			channels[r.Channel] = map[string]string{}
		}
		channels[r.Channel][r.ConnectionID] = cmp.Or(r.ConnectionName, r.ConnectionID)
	}
	return lo.Assign(lo.Filter(lo.Values(channels), func(shops map[string]string, _ int) bool { return len(shops) > 1 })...)
}
