package wording

import (
	"cmp"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
)

// Condition explains to a packer how a printer is: its name, and what to do at the printer.
type Condition struct{ Name, Advice string }

// OfCondition explains a condition in a language; one that is not known is an unknown fault.
func OfCondition(condition printing.Condition, language Language) Condition {
	words := languages[language].conditions
	if explained, known := words[condition]; known {
		return explained
	}
	return words[printing.UnknownFault]
}

// PrintState says where one print of a label stands; one that is not known stays as it is.
func PrintState(state contract.PrintState, language Language) string {
	return cmp.Or(languages[language].printStates[state], string(state))
}

// AgainReason says why a label is printed once more; one that is not known stays as it is.
func AgainReason(reason contract.AgainReason, language Language) string {
	return cmp.Or(languages[language].againReasons[reason], string(reason))
}
