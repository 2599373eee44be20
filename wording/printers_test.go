package wording_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/wording"
)

func TestEveryLanguageExplainsPrintersAndPrints(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			names := map[string]bool{}
			for _, condition := range printing.Conditions() {
				words := wording.OfCondition(condition, language)
				assert.NotEmpty(t, words.Name, condition)
				assert.Regexp(t, `\.$`, words.Advice, condition)
				names[words.Name] = true
			}
			assert.Len(t, names, len(printing.Conditions()), "each has a name of its own")
			assert.Equal(t, wording.OfCondition(printing.UnknownFault, language), wording.OfCondition("new", language))
			for _, state := range contract.PrintStates() {
				assert.Contains(t, wording.PrintStatesOf(language), state)
			}
			for _, reason := range contract.AgainReasons() {
				assert.Contains(t, wording.AgainReasonsOf(language), reason)
			}
			assert.Equal(t, "new", wording.PrintState("new", language))
			assert.Equal(t, "new", wording.AgainReason("new", language))
		})
	}
}
