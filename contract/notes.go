package contract

import "fmt"

// StrangersNote says that a list showed orders of other connections; empty when it showed none.
func StrangersNote(strangers int) string {
	if strangers == 0 {
		return ""
	}
	return fmt.Sprintf("%d orders listed that belong to other connections: the hub does not heed the filter; each is left to its own connection", strangers)
}

// ElsewhereNote says that orders are not of the run's warehouse; empty when there are none.
func ElsewhereNote(elsewhere int) string {
	if elsewhere == 0 {
		return ""
	}
	return fmt.Sprintf("%d orders left out: they are not of the run's warehouse, or the hub names none; the manifest lists them", elsewhere)
}

// RollNotes say that PDF labels were drawn for the one roll of a run, and that orders had to be left in a PDF beside it.
func RollNotes(drawn, onPaper int) []string {
	var all []string
	if drawn > 0 {
		all = append(all, fmt.Sprintf("%d PDF labels are on the roll as graphics; their barcodes were read back", drawn))
	}
	if onPaper > 0 {
		all = append(all, fmt.Sprintf("%d orders are not on the roll but in a PDF beside it: the label printer cannot print their barcodes so that they can be read; the manifest names them", onPaper))
	}
	return all
}

// Notes are what people should know of the run besides its outcomes.
func (r RunResult) Notes() []string {
	return notes(r.Strangers, r.Elsewhere)
}

func notes(strangers, elsewhere int) []string {
	var all []string
	for _, note := range []string{StrangersNote(strangers), ElsewhereNote(elsewhere)} {
		if note != "" {
			all = append(all, note)
		}
	}
	return all
}
