package page

import (
	"encoding/json"
	"fmt"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// words are the texts of the page in a language, by key: a text, or one for each form of a plural,
// {"one": …, "other": …}.
type words map[string]any

var wordsOf = map[wording.Language]words{
	wording.Spanish:    mustReadWords(wording.Spanish),
	wording.Portuguese: mustReadWords(wording.Portuguese),
	wording.English:    mustReadWords(wording.English),
}

// mustReadWords reads the page's own texts and adds those of package wording.
func mustReadWords(language wording.Language) words {
	text, err := files.ReadFile("words/" + string(language) + ".json")
	if err != nil {
		panic(err)
	}
	var read words
	if err := json.Unmarshal(text, &read); err != nil {
		panic(fmt.Errorf("words/%s.json: %w", language, err))
	}
	for _, state := range []contract.RunState{
		contract.RunRunning, contract.RunWaiting, contract.RunPaused, contract.RunCompleted, contract.RunCancelled, contract.RunFailed,
	} {
		read["runstate."+string(state)] = wording.RunState(state, language)
	}
	for _, state := range contract.PrintStates() {
		read["printstate."+string(state)] = wording.PrintState(state, language)
	}
	for _, reason := range contract.AgainReasons() {
		read["again."+string(reason)] = wording.AgainReason(reason, language)
	}
	return read
}
