package stamp

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// The names of a stamp's fonts on a page.
const (
	plainFont = pdfTag + "Font"
	boldFont  = pdfTag + "Bold"
)

// drawing writes texts on a page of this height, as operators in points from the page's lower left
// corner.
func drawing(texts []text, height float64) string {
	const base = 0.85 // baseline of a line, from its top, in sizes of its letters
	var out strings.Builder
	out.WriteString("BT 0 g ")
	for _, t := range texts {
		font := plainFont
		if t.bold {
			font = boldFont
		}
		fmt.Fprintf(&out, "/%s %.2f Tf 1 0 0 1 %.2f %.2f Tm (%s) Tj ", font, t.size, t.x, height-t.y-base*t.size, winAnsi(t.content))
	}
	out.WriteString("ET ")
	return out.String()
}

func winAnsi(content string) string {
	var out strings.Builder
	for _, r := range content {
		b, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case !ok || b < ' ':
			out.WriteByte('?')
		case b == '(' || b == ')' || b == '\\':
			out.Write([]byte{'\\', b})
		case b >= 0x7f:
			fmt.Fprintf(&out, `\%03o`, b)
		default:
			out.WriteByte(b)
		}
	}
	return out.String()
}
