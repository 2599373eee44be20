package stamp

import (
	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
)

// Label stamps an open label of either format. One that cannot be stamped is returned as it came; the notes say so.
func Label(label check.Label, with Stamp) (check.Label, []string) {
	if label.Format == labels.PDF {
		document, s, err := Document(label.Document, with)
		if err != nil {
			return label, notStamped(err)
		}
		label.Document = document
		return label, s.Notes
	}
	var data []byte
	var notes []string
	for _, unit := range label.Units {
		s, err := ZPL(unit.Data, with)
		if err != nil {
			return label, notStamped(err)
		}
		data, notes = append(data, s.Data...), append(notes, s.Notes...)
	}
	stamped, err := check.Read(label.Format, data)
	if err != nil {
		return label, notStamped(err)
	}
	return stamped, lo.Uniq(notes)
}

func notStamped(err error) []string { return []string{"not stamped: " + err.Error()} }
