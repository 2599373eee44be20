// Package stamp prints what a packer needs onto a label that a carrier made: the label's running
// number and what goes into the parcel.
//
// Begin with [Document] for a PDF that is already open, [PDF] for a PDF's bytes and [ZPL] for one
// unit of ZPL. The stamp goes into a strip that the carrier left free or, if there is none, onto a
// slip after the label. labels/pdf and labels/zpl say what is printed where; this package finds the
// room and writes.
//
// What the package promises:
//
//   - What the carrier printed stays as it was, and the stamp keeps clear of it
//     and of the quiet zones of barcodes. Where it is not known what is
//     printed, the stamp goes onto a slip.
//   - Stamping again replaces the earlier stamp, and the empty stamp removes it.
//   - The same label and stamp give the same bytes.
package stamp

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Stamp is what is added to a label. Number counts the labels of the pile from 1, Of is how many
// there are; 0 leaves either out. Lines are the parcel's contents, such as "2 × SKU-1", one per
// SKU. The empty stamp removes an earlier one.
type Stamp struct {
	Number, Of int
	Lines      []string
}

// Stamped is a label with its stamp. Where is "strip bottom", "strip top" or "strip middle", "slip"
// for an extra page or label that follows, or "" for the empty stamp. Notes say what was shortened
// and why there is a slip.
type Stamped struct {
	Data  []byte
	Where string
	Notes []string
}

// slip is Where for a stamp on an extra page or label.
const slip = "slip"

const (
	mostLines   = 2_000
	longestLine = 120 // letters
)

var errNumber = errors.New("the running number must be between 0 and the number of labels")

// validate checks the stamp and makes its texts printable.
func (s Stamp) validate() (Stamp, error) {
	if s.Number < 0 || s.Of < 0 || s.Of > 0 && s.Number > s.Of {
		return s, fmt.Errorf("stamp a label: %w: %d of %d", errNumber, s.Number, s.Of)
	}
	lines := make([]string, 0, min(len(s.Lines), mostLines))
	for _, line := range s.Lines[:min(len(s.Lines), mostLines)] {
		if line = oneLine(line); line != "" {
			lines = append(lines, line)
		}
	}
	s.Lines = lines
	return s, nil
}

func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	text = strings.Join(strings.Fields(text), " ")
	if letters := []rune(text); len(letters) > longestLine {
		text = string(letters[:longestLine-1]) + "…"
	}
	return text
}

func (s Stamp) empty() bool { return s.Number == 0 && len(s.Lines) == 0 }

// number is the running number as it is printed.
func (s Stamp) number() string {
	switch {
	case s.Number == 0:
		return ""
	case s.Of == 0:
		return fmt.Sprint(s.Number)
	}
	return fmt.Sprintf("%d/%d", s.Number, s.Of)
}
