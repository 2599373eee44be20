// Package natural compares texts as people do who look for a shelf or an order
// number: numbers within them count as numbers. Pure.
package natural

import (
	"cmp"
	"strings"
)

// Compare is negative when a comes before b: A-2 before A-10, capitals and
// small letters alike, leading zeros without weight, nothing last. Two texts
// are equal only when they are the same.
func Compare(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	}
	return cmp.Or(compareRuns(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
}

// compareRuns compares run by run, of digits or of anything else.
func compareRuns(a, b string) int {
	for a != "" && b != "" {
		x, y := run(a), run(b)
		order := cmp.Compare(a[:x], b[:y])
		if isDigit(a[0]) && isDigit(b[0]) {
			order = compareNumbers(a[:x], b[:y])
		}
		if order != 0 {
			return order
		}
		a, b = a[x:], b[y:]
	}
	return cmp.Compare(len(a), len(b))
}

// compareNumbers compares whole numbers of any length.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// run is how many bytes a text begins with that are all digits, or all none.
func run(text string) int {
	for i := range len(text) {
		if isDigit(text[i]) != isDigit(text[0]) {
			return i
		}
	}
	return len(text)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
