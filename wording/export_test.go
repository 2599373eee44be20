package wording

import (
	"strings"

	"github.com/despacho/despacho/contract"
)

// ReasonsOf, RunStatesOf, StatusesOf, PrintStatesOf and AgainReasonsOf are a language's tables.
func ReasonsOf(language Language) map[contract.ReasonCode]string { return languages[language].reasons }
func RunStatesOf(language Language) map[contract.RunState]string {
	return languages[language].runStates
}
func StatusesOf(language Language) map[string]string { return languages[language].statuses }

func PrintStatesOf(language Language) map[contract.PrintState]string {
	return languages[language].printStates
}

func AgainReasonsOf(language Language) map[contract.AgainReason]string {
	return languages[language].againReasons
}

// ValuesIn are the values that a sentence names.
func ValuesIn(sentence string) []string {
	var names []string
	for _, part := range strings.Split(sentence, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		names = append(names, name)
	}
	return names
}
