package channels

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// squash brings a word to the form in which words are compared: without case, accents, spaces,
// hyphens and underscores.
func squash(word string) string {
	return keepRunes(word, func(r rune) bool { return r != '-' && r != '_' })
}

// squashLetters is squash without any punctuation: only letters and digits remain.
func squashLetters(word string) string {
	return keepRunes(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// keepRunes removes accents, spaces, invisible characters and everything that kept does not accept.
func keepRunes(word string, kept func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || unicode.IsSpace(r) || !unicode.IsPrint(r) || !kept(r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(word)))
}
