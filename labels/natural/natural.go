// Package natural compares texts as people do when they look for a shelf or an order number:
// numbers within them are compared as numbers. Begin with [Compare].
package natural

import (
	"cmp"
	"strings"
)

// Compare is negative if a comes before b: A-2 before A-10, capitals equal to small letters,
// leading zeros ignored, the empty text last. Two texts compare as equal only if they are
// identical.
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

// compareRuns compares run by run, each of digits or of anything else.
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

// run is how many bytes at the beginning of a text are all digits, or all not.
func run(text string) int {
	for i := range len(text) {
		if isDigit(text[i]) != isDigit(text[0]) {
			return i
		}
	}
	return len(text)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
