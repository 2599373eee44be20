package tables

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/samber/lo"
	"golang.org/x/text/unicode/norm"
)

// fillers are words of a column's name that say nothing.
var fillers = lo.SliceToMap(strings.Fields("n no nro num numero number de del da do of the la el o los las"), func(word string) (string, bool) { return word, true })

// plainName makes names alike that people take for one: "N° de Pedido", "numero_pedido" and "PEDIDO".
func plainName(name string) string {
	letters := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFD.String(trim(name)))
	words := strings.Fields(letters)
	if said := lo.Reject(words, func(word string, _ int) bool { return fillers[word] }); len(said) > 0 {
		words = said
	}
	return strings.Join(words, "")
}

// header is where the columns of a layout stand.
type header struct {
	names  []string
	places []int // -1 where there is none
}

// recognised is how many columns of a layout a header has.
func (l Layout) recognised(names []string) int {
	read := lo.SliceToMap(names[:min(len(names), MaxColumns)], func(name string) (string, bool) { return plainName(name), true })
	delete(read, "")
	return lo.CountBy(l.Columns, func(c Column) bool {
		return lo.SomeBy(slices.Concat(c.Names, c.Words), func(known string) bool { return read[plainName(known)] })
	})
}

// header finds the columns of the layout; complaint says why the header does not do.
func (l Layout) header(names []string) (h header, complaint string) {
	if len(names) > MaxColumns {
		return h, fmt.Sprintf("the header has more than %d columns", MaxColumns)
	}
	h.names = lo.Map(names, func(name string, _ int) string { return trim(name) })
	places := map[string][]int{}
	for i, name := range h.names {
		if plain := plainName(name); plain != "" {
			places[plain] = append(places[plain], i)
		}
	}
	for _, column := range l.Columns {
		place, complaint := column.place(places, h.names)
		if complaint != "" {
			return h, complaint
		}
		if place < 0 && column.Needed {
			return h, fmt.Sprintf("the header has no column %q (also: %s); it has %s", column.Names[0], strings.Join(lo.Subset(slices.Concat(column.Names[1:], column.Words), 0, wordsShown), ", "), found(h.names))
		}
		h.places = append(h.places, place)
	}
	return h, ""
}

// wordsShown bounds the other names of a missing column that a message tells.
const wordsShown = 4

// place is where a column stands; -1 for nowhere.
func (c Column) place(places map[string][]int, names []string) (int, string) {
	for _, name := range c.Names {
		if same := lo.Filter(lo.Range(len(names)), func(i, _ int) bool { return strings.EqualFold(names[i], name) }); len(same) == 1 {
			return same[0], ""
		}
	}
	for _, name := range c.Names {
		if at := places[plainName(name)]; len(at) > 1 {
			return -1, fmt.Sprintf("the header has two columns %q", names[at[0]])
		} else if len(at) == 1 {
			return at[0], ""
		}
	}
	var at []int
	for _, plain := range lo.Uniq(lo.Map(c.Words, func(word string, _ int) string { return plainName(word) })) {
		at = append(at, places[plain]...)
	}
	switch len(at) {
	case 0:
		return -1, ""
	case 1:
		return at[0], ""
	}
	return -1, fmt.Sprintf("the columns %q and %q may both be %s: call the one that is meant %q", names[at[0]], names[at[1]], c.Names[0], c.Names[0])
}

// takeHeader notes what the table has of a header.
func (t *Table) takeHeader(h header) {
	t.Has = lo.Map(h.places, func(place int, _ int) bool { return place >= 0 })
	t.LeftAlone = lo.Filter(h.names, func(name string, i int) bool { return name != "" && !lo.Contains(h.places, i) })
}

// found lists names for a message.
func found(names []string) string {
	shown := lo.Map(lo.Compact(names[:min(len(names), 20)]), func(name string, _ int) string { return fmt.Sprintf("%.40q", name) })
	if len(shown) == 0 {
		return "none"
	}
	return strings.Join(shown, ", ")
}
