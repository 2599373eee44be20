package lists

import (
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding/charmap"

	"github.com/samber/lo"
)

const font = "Helvetica"

// encoded is a text in the encoding of the PDF's fonts, Windows-1252.
func encoded(text string) string {
	var out strings.Builder
	for _, r := range onPaper(text) {
		symbol, _ := charmap.Windows1252.EncodeRune(r)
		out.WriteByte(symbol)
	}
	return out.String()
}

// face is a font in a size.
type face struct {
	bold   bool
	points float64
}

func (f face) style() string { return lo.Ternary(f.bold, "B", "") }

// symbolWidths are the widths of Helvetica's symbols in Windows-1252, in thousandths of the height:
// plain and bold.
var symbolWidths = func() (widths [2][256]int) {
	doc := fpdf.New("P", "mm", "A4", "")
	for i, style := range []string{"", "B"} {
		doc.SetFont(font, style, 10)
		for c := range widths[i] {
			widths[i][c] = doc.GetStringSymbolWidth(string([]byte{byte(c)}))
		}
	}
	return widths
}()

// width is the length in millimetres of an encoded text.
func (f face) width(text string) float64 {
	sum := 0
	for i := range len(text) {
		sum += symbolWidths[lo.Ternary(f.bold, 1, 0)][text[i]]
	}
	return float64(sum) / 1000 * f.points / pointsPerMillimetre
}

// line is an encoded text on one line of a cell.
type line struct {
	text string
	face face
}

// height is the distance to the next line in millimetres.
func (l line) height() float64 { return l.face.points * lineSpacing }

// lineSpacing is the height of a line in millimetres for each point of its print.
const lineSpacing = 0.44

// wrap breaks an encoded text into lines: at blanks, and within words that are longer than a line.
func (f face) wrap(text string, width float64) []line {
	var lines []line
	push := func(text string) { lines = append(lines, line{text, f}) }
	current := ""
	for word := range strings.FieldsSeq(text) {
		longer := strings.TrimPrefix(current+" "+word, " ")
		if f.width(longer) <= width {
			current = longer
			continue
		}
		if current != "" {
			push(current)
		}
		for f.width(word) > width && len(word) > 1 {
			fits := 1
			for fits < len(word)-1 && f.width(word[:fits+1]) <= width {
				fits++
			}
			if mark := strings.LastIndexAny(word[:fits], "-_/."); mark >= fits/2 {
				fits = mark + 1
			}
			push(word[:fits])
			word = word[fits:]
		}
		current = word
	}
	if current != "" {
		push(current)
	}
	return lines
}

// smallestPoints is the smallest size of print to which a number shrinks.
const smallestPoints = 6

// whole is a text that a reader compares letter by letter: it shrinks to stay on one line, and is
// broken only when even the smallest print is too long.
func (f face) whole(text string, width float64) []line {
	for f.width(text) > width && f.points > smallestPoints {
		f.points = max(smallestPoints, f.points-0.25)
	}
	return f.wrap(text, width)
}

// atMost keeps the first lines and says that there are more.
func atMost(lines []line, most int) []line {
	if len(lines) <= most {
		return lines
	}
	kept := append([]line{}, lines[:most]...)
	kept[most-1].text += "..."
	return kept
}
