package channels

import (
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
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

// All lists every channel that the guide names, those with labels first.
func (t Table) All() []Channel {
	return lo.Map(rows, func(row Channel, _ int) Channel { return t.BySlug(row.Slug) })
}

// BySlug is the package's BySlug with the table's overrides.
func (t Table) BySlug(slug string) Channel {
	squashed := slugOf(slug)
	if channel, overridden := t.channels[squashed]; overridden {
		return channel
	}
	if row, known := rowOf(squashed); known {
		return row.clone()
	}
	word := strings.ToLower(strings.TrimSpace(slug))
	if word == "" {
		return Channel{Inferred: true, SkipReason: wording.Reason(contract.WhyChannelUnsaid)}
	}
	return unnamed(word, word)
}

func rowOf(squashed string) (Channel, bool) {
	return lo.Find(rows, func(row Channel) bool { return row.Slug == squashed })
}

// slugOf is the squashed slug, with known misspellings corrected.
func slugOf(slug string) string {
	squashed := squash(slug)
	if alias, found := aliases[squashed]; found {
		return alias
	}
	return squashed
}

// clone keeps callers from changing the rows through shared slices.
func (c Channel) clone() Channel {
	c.Countries = slices.Clone(c.Countries)
	return c
}
