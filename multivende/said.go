package multivende

import (
	"regexp"
	"strings"
	"unicode"
)

// withoutNames makes words of the hub or of a channel, which may name a buyer, safe for logs, histories
// and people. Of what clean leaves it keeps the words of the trade (vocabulary.go), identifiers
// made of them, known error codes, numbers of up to four digits and the ids of the hub's objects.
// Everything else, and a number right after it, becomes "…".
func withoutNames(words string) string {
	kept := saidPiece.ReplaceAllStringFunc(cleanWords(words), func(piece string) string {
		if isSaid(piece) {
			return piece
		}
		return "…"
	})
	return shorten(strings.TrimSpace(leftOut.ReplaceAllString(kept, "…")), maxExcerpt)
}

const punctuation = ` .,:;()[]{}/'"*=!?-`

var (
	// saidPiece is an id of the hub, what clean puts in the place of others, a word, digits with what
	// stands between them, or any other character.
	saidPiece = regexp.MustCompile(`(?i)` + uuidPattern + `|` + placeholders + `|[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*` +
		`|\p{N}(?:[^\p{L}\p{N}]{0,3}\p{N})*[\p{L}\p{M}\p{N}_]*|.`)
	uuidPattern  = `\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`
	placeholders = `\[(?:link|number|token|e-mail)\]`

	saidWhole = regexp.MustCompile(`(?i)^(?:` + uuidPattern + `|` + placeholders + `)$`)
	// leftOut matches what becomes one "…", including the numbers that follow, as in an address.
	leftOut     = regexp.MustCompile(`…(?:[` + regexp.QuoteMeta(punctuation) + `]*(?:…|[0-9]+\b))+`)
	errorCode   = regexp.MustCompile(`(?i)^(?:e|err|error|http|shplab)[0-9]{2,5}$`)
	shortNumber = regexp.MustCompile(`^[0-9](?:[` + regexp.QuoteMeta(punctuation) + `]*[0-9]){0,3}$`)
)

// isSaid tells whether a piece of a message from outside cannot name anybody.
func isSaid(piece string) bool {
	first := []rune(piece)[0]
	switch {
	case strings.ContainsRune(punctuation, first) && len(piece) == 1, saidWhole.MatchString(piece), errorCode.MatchString(piece):
		return true
	case unicode.IsLetter(first) || first == '_':
		return isOfTheTrade(piece)
	}
	return shortNumber.MatchString(piece)
}

// isOfTheTrade tells whether the vocabulary has a word, or each word of an identifier (snake_case,
// camelCase, UPPER_CASE).
func isOfTheTrade(identifier string) bool {
	for word := range strings.SplitSeq(hump.ReplaceAllString(identifier, "${1}_${2}"), "_") {
		if word != "" && !vocabulary[folded(word)] && !vocabulary[strings.TrimSuffix(folded(word), "s")] {
			return false
		}
	}
	return true
}

var (
	hump    = regexp.MustCompile(`(\p{Ll})(\p{Lu})`)
	accents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "ü", "u", "ç", "c", "ñ", "n")
)

func folded(word string) string { return accents.Replace(strings.ToLower(word)) }
