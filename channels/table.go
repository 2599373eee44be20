package channels

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Table is the channels and shipping modes as one installation sees them: the guide's facts, which
// nothing changes, and our defaults where the guide is silent, which overrides can change.
type Table struct {
	channels  map[string]Channel // by squashed slug; only those that differ from rows
	overrides map[modeKey]Verdict
}

var standard = Table{}

// New makes a table with overrides. A key is a channel ("bigcommerce") or a channel and a shipping
// mode ("ripley/despacho propio"); a value is "yes", "no" or, for a mode, "listed" (the hub's list
// decides). All wrong entries are named in one error; what the guide states cannot be overridden.
func New(overrides map[string]string) (Table, error) {
	table := Table{channels: map[string]Channel{}, overrides: map[modeKey]Verdict{}}
	var wrong []error
	for _, key := range slices.Sorted(maps.Keys(overrides)) {
		if err := table.override(key, overrides[key]); err != nil {
			wrong = append(wrong, fmt.Errorf("channel override %q = %q: %w", key, overrides[key], err))
		}
	}
	return table, errors.Join(wrong...)
}

// Overrides are those entries of what New takes that are about a channel; nil when there are none.
func Overrides(all map[string]string, slug string) map[string]string {
	about := lo.PickBy(all, func(key, _ string) bool {
		named, _, _ := strings.Cut(key, "/")
		return slugOf(named) == slugOf(slug)
	})
	return lo.Ternary(len(about) > 0, about, nil)
}

func (t *Table) override(key, value string) error {
	slug, mode, aboutMode := strings.Cut(key, "/")
	verdict, err := parseVerdict(value)
	switch {
	case err != nil:
		return err
	case squash(slug) == "":
		return errors.New("names no channel")
	case aboutMode && squash(mode) == "":
		return errors.New("names no shipping mode")
	case aboutMode:
		return t.overrideMode(slug, mode, verdict)
	}
	return t.overrideChannel(slug, verdict)
}

func (t *Table) overrideChannel(slug string, verdict Verdict) error {
	channel := standard.BySlug(slug)
	switch {
	case verdict == Listed:
		return errors.New("a channel is yes or no; listed is for shipping modes")
	case !channel.Inferred:
		return fmt.Errorf("the hub's guide says whether %s has labels, so this cannot be changed", channel.Name)
	}
	channel.Labels = verdict == Yes
	if channel.Labels {
		channel.SkipReason = ""
	}
	t.channels[squash(slug)] = channel
	return nil
}

func (t *Table) overrideMode(slug, mode string, verdict Verdict) error {
	stated := standard.ModeOf(slug, mode)
	if stated.Label != Listed && !stated.Inferred {
		return fmt.Errorf("the hub's guide says whether this shipping mode has labels (%s), so this cannot be changed", stated.Label)
	}
	t.overrides[keyOf(slug, mode)] = verdict
	return nil
}

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
