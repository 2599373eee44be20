// Package wording says in Spanish, Portuguese and English what packers read: reasons, outcomes, statuses,
// states of runs and prints, what is wrong with a printer. Each language is one file with one table, and a test holds the three complete. Begin with
// [Reason], which makes a reason of a code and its values, and [Say], which words it in a language.
//
// It is pure, and workflows call it: the words of a reason that a history holds never change.
package wording

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
)

// Language is a language that packers read.
type Language string

// The languages of texts for packers.
const (
	Spanish    Language = "es"
	Portuguese Language = "pt"
	English    Language = "en"
)

// words are all words of a language. Sentences name their values in braces.
type words struct {
	reasons   map[contract.ReasonCode]string
	outcomes  map[contract.Outcome]Outcome
	runStates map[contract.RunState]string
	// statuses are those of shipments and pick-ups.
	statuses map[string]string
	// untold is what a channel's status of a labelled order means that is not as it should be.
	untold map[contract.StatusOutcome]string

	conditions   map[printing.Condition]Condition
	printStates  map[contract.PrintState]string
	againReasons map[contract.AgainReason]string
}

var languages = map[Language]words{Spanish: spanish, Portuguese: portuguese, English: english}

// Codes lists the codes of all reasons, in alphabetical order.
func Codes() []contract.ReasonCode { return slices.Sorted(maps.Keys(english.reasons)) }

// Reason is the reason of a code, with its values in pairs of name and value. Values may come from outside.
func Reason(code contract.ReasonCode, pairs ...string) contract.Reason {
	r := contract.Reason{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if r.Values == nil {
			r.Values = map[string]string{}
		}
		r.Values[pairs[i]] = contract.CleanReason(pairs[i+1])
	}
	r.Words = sentence(r, English)
	return r
}

// OfError is the reason that an error gives, by its type in contract/errors.go; detail is what it says.
func OfError(kind, detail string) contract.Reason {
	code, known := errorCodes[kind]
	if !known {
		code = contract.WhyErrorOther
	}
	return Reason(code, "detail", detail)
}

var errorCodes = map[string]contract.ReasonCode{
	contract.ErrorNotAuthorised: contract.WhyErrorNotAuthorised, contract.ErrorNeedsConsent: contract.WhyErrorNeedsConsent,
	contract.ErrorRequest: contract.WhyErrorRequest, contract.ErrorRequestDiffers: contract.WhyErrorRequest,
	contract.ErrorTooMany: contract.WhyErrorTooMany, contract.ErrorRefused: contract.WhyErrorRefused,
	contract.ErrorNotFound: contract.WhyErrorNotFound, contract.ErrorNoRoute: contract.WhyErrorNoRoute,
	contract.ErrorStore: contract.WhyErrorStore, contract.ErrorBooks: contract.WhyErrorBooks, contract.ErrorHub: contract.WhyErrorHub,
}

// Join is one reason that says all that the given ones do.
func Join(reasons ...contract.Reason) contract.Reason {
	var all contract.Reason
	for _, r := range reasons {
		switch {
		case r.Words == "":
		case all.Words == "":
			all = r
		default:
			all.Also = append(slices.Clip(all.Also), r)
			all.Words += joint + r.Words
		}
	}
	return all
}

// joint stands between reasons that were joined.
const joint = "; "

// Say words a reason in a language. One without a code keeps its words.
func Say(r contract.Reason, language Language) string {
	if language == English || r.Code == "" && len(r.Also) == 0 {
		return r.Words
	}
	texts := []string{sentence(r, language)}
	for _, also := range r.Also {
		texts = append(texts, Say(also, language))
	}
	return strings.Join(texts, joint)
}

// sentence words a reason without those joined to it.
func sentence(r contract.Reason, language Language) string {
	in := languages[language]
	pattern, known := in.reasons[r.Code]
	if !known {
		return r.Words
	}
	var text strings.Builder
	for {
		before, rest, opened := strings.Cut(pattern, "{")
		name, after, closed := strings.Cut(rest, "}")
		text.WriteString(before)
		if !opened || !closed {
			return text.String()
		}
		text.WriteString(in.value(name, r.Values[name]))
		pattern = after
	}
}

// value is a value in the language's words: statuses and outcomes have some.
func (w words) value(name, value string) string {
	switch name {
	case "status", "to":
		return cmp.Or(w.statuses[value], value)
	case "outcome":
		return cmp.Or(w.outcomes[contract.Outcome(value)].Name, value)
	}
	return value
}

// Status is a shipment's or pick-up's status in a language; one that is not known stays as it is.
func Status(status string, language Language) string {
	return languages[language].value("status", status)
}

// Outcome explains an outcome to a packer: its name, what it means, what to do.
type Outcome struct{ Name, Meaning, Advice string }

// OfOutcome explains an outcome in a language; one that is not known has its own name.
func OfOutcome(outcome contract.Outcome, language Language) Outcome {
	if words, known := languages[language].outcomes[outcome]; known {
		return words
	}
	return Outcome{Name: string(outcome)}
}

// RunState says where a run stands; one that is not known stays as it is.
func RunState(state contract.RunState, language Language) string {
	return cmp.Or(languages[language].runStates[state], string(state))
}

// Untold says what a channel's status of a labelled order means that is not as it should be; else "".
func Untold(status contract.StatusOutcome, language Language) string {
	return languages[language].untold[status]
}
