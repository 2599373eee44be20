package books_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
)

func TestEveryOutcomeHasWordsInThreeLanguages(t *testing.T) {
	t.Parallel()
	for _, outcome := range books.Outcomes() {
		for _, language := range []books.Language{books.Spanish, books.Portuguese, books.English} {
			words := books.WordsOf(outcome, language)
			assert.NotEqual(t, string(outcome), words.Name, language)
			assert.Regexp(t, `\.$`, words.Meaning, "%s in %s", outcome, language)
			assert.Regexp(t, `\.$`, words.Advice, "%s in %s", outcome, language)
		}
	}
	assert.Equal(t, books.Words{Name: "new"}, books.WordsOf("new", books.Spanish))
}
