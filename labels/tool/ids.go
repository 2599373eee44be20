package tool

import (
	"regexp"
	"strings"

	"github.com/samber/lo"
)

var (
	date = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}-[0-9]{4})$`)
	word = regexp.MustCompile(`[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*`)
	// orderCaption matches what marketplaces write before an order's number.
	orderCaption = regexp.MustCompile(`(?im)(?:^|[^\pL])(?:pack id|venta|venda|pedido|orden|ordem|order|compra)(?: de compra| number)?[ \t]*(?:n[°ºo]?\.?|nro\.?|id|#)?[ \t]*[:#]?\s*([A-Z0-9-]*[0-9][A-Z0-9-]*)(?:\n([0-9]+)(?:\n|$))?`)
)

const (
	shortestID   = 6
	longestID    = 60
	fewestDigits = 4
)

// idsOf are the words of a label that can be numbers of orders, parcels or
// shipments: six characters or more, four of them digits, and no date.
func idsOf(texts []string) []string {
	var ids []string
	for _, text := range texts {
		for _, id := range word.FindAllString(text, -1) {
			if len(id) >= shortestID && len(id) <= longestID && digitsIn(id) >= fewestDigits && !date.MatchString(id) {
				ids = append(ids, id)
			}
		}
	}
	return lo.Uniq(ids)
}

func digitsIn(id string) int {
	return len(id) - len(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, id))
}

// orderOf is the number of the order that a label names, or else the first id on
// it. A short beginning in a field of its own (Pack ID: 20000) is put together
// with the rest.
func orderOf(texts []string) string {
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
