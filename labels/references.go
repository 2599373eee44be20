package labels

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// references finds the orders that a text names. A reference counts only as a whole token; one that
// two orders share decides nothing.
type references struct {
	byStart map[string][]reference // by its leading run of letters and digits
}

type reference struct {
	text   string
	orders []int
}

const (
	exactBelow = 5 // shorter references must be between blanks
	strongFrom = 8 // a number of this length or more cannot be a coincidence
)

func indexReferences(orders []Order) references {
	owners := map[string][]int{}
	for i, order := range orders {
		texts := map[string]bool{}
		for _, text := range append([]string{order.ID, order.Tracking}, order.References...) {
			texts[normalised(text)] = true
		}
		delete(texts, "")
		for text := range texts {
			owners[text] = append(owners[text], i)
		}
	}
	r := references{byStart: map[string][]reference{}}
	for text, orders := range owners {
		start := text[:runLength(text)]
		r.byStart[start] = append(r.byStart[start], reference{text: text, orders: orders})
	}
	return r
}

func normalised(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	return strings.TrimFunc(s, func(c rune) bool { return !isWordRune(c) })
}

// namedOrders is the orders that a text names: by a reference of their own, and by one that they share
// with others.
type namedOrders struct {
	strong, weak, shared map[int]bool
}

// onlyOrder returns the only order that the text names; a strong reference outweighs weak ones.
func (f namedOrders) onlyOrder() (order int, ok bool) {
	for _, orders := range []map[int]bool{f.strong, f.weak} {
		if len(orders) == 1 {
			return onlyKey(orders), true
		}
		if len(orders) > 1 {
			return 0, false
		}
	}
	return 0, false
}

func onlyKey(orders map[int]bool) int {
	for order := range orders {
		return order
	}
	return -1
}

func (f namedOrders) none() bool { return len(f.strong)+len(f.weak)+len(f.shared) == 0 }

func (f namedOrders) names(order int) bool {
	return f.strong[order] || f.weak[order] || f.shared[order]
}

// find searches texts: first as they are, then, for long references that a label prints in groups
// or across several fields, without the blanks.
func (r references) find(texts []string) namedOrders {
	f := namedOrders{strong: map[int]bool{}, weak: map[int]bool{}, shared: map[int]bool{}}
	for _, text := range texts {
		r.scan(strings.ToUpper(text), 0, &f)
	}
	if len(f.strong) > 0 {
		return f
	}
	for i, text := range texts {
		for line := range strings.Lines(text) {
			r.scan(joinedDigits(strings.ToUpper(line)), strongFrom, &f)
			r.scan(strings.ToUpper(strings.Join(strings.Fields(line), "")), strongFrom, &f)
		}
		if i+1 < len(texts) && endsInDigit(text) && startsWithDigit(texts[i+1]) {
			r.scan(strings.ToUpper(text+texts[i+1]), strongFrom, &f)
		}
	}
	return f
}

func (r references) scan(text string, atLeast int, f *namedOrders) {
	for at := 0; at < len(text); {
		n := runLength(text[at:])
		if n == 0 {
			_, width := utf8.DecodeRuneInString(text[at:])
			at += width
			continue
		}
		longest := reference{}
		for _, candidate := range r.byStart[text[at:at+n]] {
			if len(candidate.text) > len(longest.text) && len(candidate.text) >= atLeast && standsAlone(text, at, candidate.text) {
				longest = candidate
			}
		}
		if longest.text != "" {
			f.add(longest)
			n = len(longest.text)
		}
		at += n
	}
}

func (f *namedOrders) add(r reference) {
	kind := f.weak
	switch {
	case len(r.orders) > 1:
		kind = f.shared
	case len(r.text) >= strongFrom:
		kind = f.strong
	}
	for _, order := range r.orders {
		kind[order] = true
	}
}

// standsAlone reports whether the reference at this place is not part of a longer token: of a
// number with decimals or, if short, of anything.
func standsAlone(text string, at int, reference string) bool {
	if !strings.HasPrefix(text[at:], reference) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, width := utf8.DecodeRuneInString(text[at+len(reference):])
	if width > 0 && isWordRune(after) {
		return false
	}
	if len(reference) < exactBelow {
		return (at == 0 || isBlankOrMark(before)) && (width == 0 || isBlankOrMark(after))
	}
	next, _ := utf8.DecodeRuneInString(text[at+len(reference)+width:])
	decimals := (after == '.' || after == ',') && unicode.IsDigit(next)
	return !decimals || len(reference) >= strongFrom
}

func isBlankOrMark(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("#:()[]{}\"'", c) }

func isWordRune(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// runLength is how many bytes of letters and digits a text begins with.
func runLength(text string) int {
	if i := strings.IndexFunc(text, func(c rune) bool { return !isWordRune(c) }); i >= 0 {
		return i
	}
	return len(text)
}

// joinedDigits removes the blanks within numbers that are printed in groups.
func joinedDigits(line string) string {
	words := strings.Fields(line)
	var out strings.Builder
	for i, word := range words {
		if i > 0 && !(endsInDigit(words[i-1]) && startsWithDigit(word)) {
			out.WriteByte(' ')
		}
		out.WriteString(word)
	}
	return out.String()
}

func endsInDigit(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9'
}

func startsWithDigit(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && s[0] >= '0' && s[0] <= '9'
}
