package desk

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/wording"
)

func TestEveryLanguageHasEverySentence(t *testing.T) {
	t.Parallel()
	assert.Len(t, words, 3)
	keys := lo.Keys(words[wording.Spanish])
	assert.Greater(t, len(keys), 30)
	for language, sentences := range words {
		assert.ElementsMatch(t, keys, lo.Keys(sentences), language)
		for key, sentence := range sentences {
			assert.Regexp(t, `^[\p{Lu}][^{}]+\.$`, sentence, "%s in %s", key, language)
		}
		assert.Len(t, lo.Uniq(lo.Values(sentences)), len(keys), "two sentences are the same in %s", language)
	}
	assert.Equal(t, words[wording.Spanish][wordAlarm], wordAlarm.in("fr"), "others read Spanish")
}
