package check

import (
	"iter"
	"regexp"
	"strings"

	"github.com/samber/lo"
)

var (
	date = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}-[0-9]{4})$`)
	// orderCaption matches what marketplaces print before an order's number.
	orderCaption = regexp.MustCompile(`(?im)(?:^|[^\pL])(?:pack id|venta|venda|pedido|orden|ordem|order|compra)(?: de compra| number)?[ \t]*(?:n[°ºo]?\.?|nro\.?|id|#)?[ \t]*[:#]?\s*([A-Z0-9-]*[0-9][A-Z0-9-]*)(?:\n([0-9]+)(?:\n|$))?`)
)

const (
	shortestID   = 6
	longestID    = 60
	fewestDigits = 4
)

// idsOf are the words of a label that can be numbers of orders, parcels or shipments: six
// characters or more, of which at least four are digits, and not a date.
func idsOf(texts []string) []string {
	var ids []string
	for _, text := range texts {
		for id := range words(text) {
			if len(id) >= shortestID && len(id) <= longestID && digitsIn(id) >= fewestDigits && !date.MatchString(id) {
				ids = append(ids, id)
			}
		}
	}
	return lo.Uniq(ids)
}

// words are runs of letters, digits and single hyphens between them.
func words(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for from := 0; from < len(text); {
			to := from
			for to < len(text) && (isLetterOrDigit(text[to]) || to > from && text[to] == '-' && text[to-1] != '-') {
				to++
			}
			word := strings.TrimSuffix(text[from:to], "-")
			if word != "" && !yield(word) {
				return
			}
			from = max(to, from+1)
		}
	}
}

func isLetterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func digitsIn(id string) (n int) {
	for _, c := range []byte(id) {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

// OrderOf is the number of the order that a label names, or otherwise the first id on it. A short
// first part in a field of its own (Pack ID: 20000) is joined with the rest.
func OrderOf(texts []string) string {
	const longestBeginning = 6
	for _, found := range orderCaption.FindAllStringSubmatch(strings.Join(texts, "\n"), -1) {
		number, rest := found[1], found[2]
		if len(number) <= longestBeginning && len(rest) > longestBeginning && digitsIn(number) == len(number) {
			number += rest
		}
		if len(number) >= fewestDigits {
			return number
		}
	}
	ids := idsOf(texts)
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}
