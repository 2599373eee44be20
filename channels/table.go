package channels

import (
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Table is the channels and shipping modes as one installation sees them: the guide's facts, which
// nothing changes, and our defaults where the guide is silent, which overrides can change.
type Table struct {
	channels  map[string]Channel // by squashed slug; only those that differ from rows
	overrides map[modeKey]Verdict
	countries map[string]string    // by squashed slug or id of a connection
	words     map[modeKey]Standing // by a sale's member and a squashed word
	couriers  map[string]string    // names by squashed spelling
}

var standard = Table{}

// All lists every channel that is known by name, those with labels first.
func (t Table) All() []Channel {
	return lo.Map(rows, func(row Channel, _ int) Channel { return t.BySlug(row.Slug) })
}

// BySlug is the function of that name, with the table's overrides.
func (t Table) BySlug(slug string) Channel {
	squashed := slugOf(slug)
	if channel, overridden := t.channels[squashed]; overridden {
		return channel
	}
	if row, known := rowOf(squashed); known {
		return row.clone()
	}
	word := strings.ToLower(strings.TrimSpace(slug))
	return unnamed(word, lo.Ternary(word == "", "a connection without a provider", word))
}

func rowOf(squashed string) (Channel, bool) {
	return lo.Find(rows, func(row Channel) bool { return row.Slug == squashed })
}

// slugOf is the squashed slug, with other spellings resolved.
func slugOf(slug string) string {
	squashed := squash(slug)
	if alias, found := aliases[squashed]; found {
		return alias
	}
	return squashed
}

// clone keeps callers from changing the rows through shared slices and maps.
func (c Channel) clone() Channel {
	c.Countries = slices.Clone(c.Countries)
	c.References = slices.Clone(c.References)
	c.Files.PerOrder = slices.Clone(c.Files.PerOrder)
	c.Files.WholeRequest = slices.Clone(c.Files.WholeRequest)
	c.Files.Roll = slices.Clone(c.Files.Roll)
	c.Captions = lo.MapValues(c.Captions, func(words []string, _ Reference) []string { return slices.Clone(words) })
	return c
}
