package ipp

import (
	"slices"
	"strings"

	"github.com/despacho/despacho/printing"
)

// faults are the printer-state-reasons of RFC 8011 and PWG 5100 that need a person, without their severity.
var faults = map[string]printing.Condition{
	"media-empty":           printing.PaperOut,
	"media-needed":          printing.PaperOut,
	"input-tray-missing":    printing.PaperOut,
	"media-jam":             printing.PaperJam,
	"cover-open":            printing.HeadOpen,
	"door-open":             printing.HeadOpen,
	"interlock-open":        printing.HeadOpen,
	"marker-supply-empty":   printing.RibbonOut,
	"marker-supply-missing": printing.RibbonOut,
	"toner-empty":           printing.RibbonOut,
	"fuser-over-temp":       printing.HeadHot,
	"cutter-fault":          printing.CutterFault,
	"trimmer-jam":           printing.CutterFault,
	"paused":                printing.PausedAtIt,
	"moving-to-paused":      printing.PausedAtIt,
	"hold-new-jobs":         printing.PausedAtIt,
	"spool-area-full":       printing.BufferFull,
	"deactivated":           printing.Stopped,
	"shutdown":              printing.Stopped,
	"offline":               printing.Unreachable,
	"timed-out":             printing.Silent,
}

// harmless are reasons with which a printer prints on, whatever their severity.
var harmless = []string{
	"none", "connecting-to-device", "identify-printer-requested", "resuming", "marker-supply-low", "toner-low",
	"developer-low", "marker-waste-almost-full", "output-area-almost-full", "opc-near-eol",
}

// mayBeElsewhere are faults of one tray or one colour of several: as warnings they let the printer print on.
var mayBeElsewhere = []string{"media-empty", "input-tray-missing", "marker-supply-empty", "marker-supply-missing", "toner-empty"}

// conditionOf is what a reason means; "" where the printer prints on. RFC 8011 gives a reason one of three
// severities, error, warning and report, and one without is taken as an error. Printers disagree about them:
// ippeveprinter only warns while it waits for paper. So the severity is believed where another tray or colour
// may be meant, or where the reason is not known; a printer that has stopped has no warnings.
func conditionOf(reason string, stopped bool) printing.Condition {
	base, isError := reason, true
	for _, severity := range []string{"-error", "-warning", "-report"} {
		if cut, is := strings.CutSuffix(reason, severity); is {
			base, isError = cut, severity == "-error"
		}
	}
	condition, known := faults[base]
	isError = isError || stopped && known
	switch {
	case base == "media-low":
		return printing.PaperAlmostOut
	case slices.Contains(harmless, base) || strings.HasPrefix(base, "cups-"):
		return ""
	case !isError && slices.Contains(mayBeElsewhere, base) && condition == printing.PaperOut:
		return printing.PaperAlmostOut
	case !isError && (!known || slices.Contains(mayBeElsewhere, base)):
		return ""
	case !known:
		return printing.UnknownFault
	}
	return condition
}

// conditions are what the facts ask of a person.
func (f facts) conditions() []printing.Condition {
	var found []printing.Condition
	add := func(c printing.Condition) {
		if c != "" && !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	for _, reason := range f.reasons {
		add(conditionOf(reason, f.state == stateStopped))
	}
	needsPerson := slices.ContainsFunc(found, func(c printing.Condition) bool { return !c.IsWarning() })
	switch {
	case needsPerson:
	case f.state < stateIdle || f.state > stateStopped:
		add(printing.UnknownFault)
	case f.state == stateStopped || !f.accepting:
		add(printing.Stopped)
	}
	return found
}
