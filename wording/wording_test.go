package wording_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

var languages = []wording.Language{wording.Spanish, wording.Portuguese, wording.English}

func TestAReasonIsWordedInThreeLanguages(t *testing.T) {
	t.Parallel()
	printed := wording.Reason(contract.WhyPrintedByRun, "run", "k0")
	past := wording.Reason(contract.WhyPastLabel, "status", string(channels.Shipped))
	joined := wording.Join(contract.Reason{}, printed, wording.Reason(""), past)
	cases := map[string]struct {
		reason                       contract.Reason
		spanish, portuguese, english string
	}{
		"with a value":             {printed, "publicada en la tanda k0", "publicada no lote k0", "published in run k0"},
		"a status is a word":       {past, "el pedido ya está «enviado»: ya no puede tener etiqueta", "o pedido já está «enviado»: não pode mais ter etiqueta", "the order is already shipped: it can no longer get a label"},
		"a status that is unknown": {wording.Reason(contract.WhyStatusThere, "status", "lost"), "el pedido ya está «lost»", "o pedido já está «lost»", "the order is lost already"},
		"an outcome is a word": {
			wording.Reason(contract.WhyRunEndedAs, "run", "k", "outcome", string(contract.Rejected)),
			"la tanda k terminó sin su etiqueta (Rechazado)", "o lote k terminou sem a sua etiqueta (Rejeitado)", "run k ended without its label (Rejected)",
		},
		"several": {
			joined, "publicada en la tanda k0; el pedido ya está «enviado»: ya no puede tener etiqueta",
			"publicada no lote k0; o pedido já está «enviado»: não pode mais ter etiqueta", "published in run k0; the order is already shipped: it can no longer get a label",
		},
		"what the channel says is quoted, on one line": {
			wording.Reason(contract.WhyChannelSays, "said", "falta\n{run}\x1b"), "el canal dice: «falta {run}»", "o canal diz: «falta {run}»", `the channel says: "falta {run}"`,
		},
		"technical words are in English alone": {
			wording.OfError(contract.ErrorHub, "HTTP 503"), "Multivende no responde", "o Multivende não responde", "HTTP 503",
		},
		"an error of no type":              {wording.OfError("", "oops"), "hubo un problema técnico: avisar a quien opera despacho", "houve um problema técnico: avisar quem opera o despacho", "oops"},
		"one from before there were codes": {contract.Reason{Words: "old words"}, "old words", "old words", "old words"},
		"a code of a newer despacho":       {contract.Reason{Words: "new words", Code: "new"}, "new words", "new words", "new words"},
		"none":                             {contract.Reason{}, "", "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.spanish, wording.Say(c.reason, wording.Spanish))
			assert.Equal(t, c.portuguese, wording.Say(c.reason, wording.Portuguese))
			assert.Equal(t, c.english, wording.Say(c.reason, wording.English))
			assert.Equal(t, c.english, c.reason.Words)
			written, err := json.Marshal(c.reason)
			require.NoError(t, err)
			var read contract.Reason
			require.NoError(t, json.Unmarshal(written, &read))
			assert.Equal(t, c.spanish, wording.Say(read, wording.Spanish), "also when it was stored")
		})
	}
}

func TestEveryLanguageIsComplete(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			for _, outcome := range contract.Outcomes() {
				words := wording.OfOutcome(outcome, language)
				assert.NotEqual(t, string(outcome), words.Name)
				assert.Regexp(t, `\.$`, words.Meaning, outcome)
				assert.Regexp(t, `\.$`, words.Advice, outcome)
			}
			for _, state := range contract.RunStates() {
				assert.Contains(t, wording.RunStatesOf(language), state)
			}
			for _, status := range slices.Concat(channels.Statuses(), []channels.Status{channels.ReceivedByStore, channels.Completed}) {
				assert.Contains(t, wording.StatusesOf(language), string(status))
			}
			assert.NotEmpty(t, wording.Untold(contract.StatusRefused, language))
			assert.NotEmpty(t, wording.Untold(contract.StatusLate, language))
			assert.Empty(t, wording.Untold(contract.StatusSynced, language))
		})
	}
	assert.Equal(t, wording.Outcome{Name: "new"}, wording.OfOutcome("new", wording.Spanish))
	assert.Equal(t, "new", wording.RunState("new", wording.Spanish))
}

// Values that only English names are for operators: what failed in technical words, and the setting that mends it.
func TestEverySentenceNamesTheSameValuesInEveryLanguage(t *testing.T) {
	t.Parallel()
	technical := []string{"detail", "setting", "route"}
	english, spanish, portuguese := wording.ReasonsOf(wording.English), wording.ReasonsOf(wording.Spanish), wording.ReasonsOf(wording.Portuguese)
	require.Greater(t, len(english), 100)
	assert.ElementsMatch(t, lo.Keys(english), lo.Keys(spanish))
	assert.ElementsMatch(t, lo.Keys(english), lo.Keys(portuguese))
	for code, sentence := range english {
		values := wording.ValuesIn(sentence)
		if !slices.Equal(values, []string{"detail"}) {
			assert.ElementsMatch(t, lo.Without(values, technical...), wording.ValuesIn(spanish[code]), code)
		}
		assert.Empty(t, lo.Intersect(wording.ValuesIn(spanish[code]), technical), code)
		assert.ElementsMatch(t, wording.ValuesIn(spanish[code]), wording.ValuesIn(portuguese[code]), code)
		for _, text := range []string{sentence, spanish[code], portuguese[code]} {
			assert.Equal(t, strings.TrimRight(strings.TrimSpace(text), "."), text, "%s: it is joined to others", code)
		}
	}
}

func TestWhatAChannelSaysIsQuotedEverywhere(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		for code, sentence := range wording.ReasonsOf(language) {
			if language != wording.English && strings.Contains(sentence, "{said}") {
				assert.Contains(t, sentence, "«{said}»", code)
			} else if strings.Contains(sentence, "{said}") {
				assert.Contains(t, sentence, `"{said}"`, code)
			}
		}
	}
}
