package pdf

import (
	"cmp"
	"strings"
	"sync"

	corefont "github.com/pdfcpu/pdfcpu/pkg/font"
	"github.com/samber/lo"
)

// standardFont is the one of the 14 standard fonts that is used for a name.
func standardFont(name string) string {
	if corefont.IsCoreFont(name) {
		return name
	}
	lower := strings.ToLower(name)
	bold, slanted := strings.Contains(lower, "bold"), strings.Contains(lower, "italic") || strings.Contains(lower, "oblique")
	family, upright, slant := "Helvetica", "", "Oblique"
	switch {
	case strings.Contains(lower, "courier"):
		family = "Courier"
	case strings.Contains(lower, "times"):
		family, upright, slant = "Times", "Roman", "Italic"
	}
	style := lo.Ternary(bold, "Bold", "") + lo.Ternary(slanted, slant, "")
	if style = cmp.Or(style, upright); style == "" {
		return family
	}
	return family + "-" + style
}

var knownWidths sync.Map // *[256]float64 by the font's name

// standardWidths are the widths of a standard font's codes, in parts of its size.
func standardWidths(name string) *[256]float64 {
	if known, ok := knownWidths.Load(name); ok {
		return known.(*[256]float64)
	}
	var widths [256]float64
	for c := range widths {
		n, err := corefont.CharWidth(name, rune(c))
		widths[c] = lo.Ternary(err == nil, float64(n)*thousandth, 1)
	}
	known, _ := knownWidths.LoadOrStore(name, &widths)
	return known.(*[256]float64)
}

// boldWidths are the widths of the letters of Helvetica-Bold. No letter of Helvetica or Times is
// wider, but the narrowest may be.
var boldWidths = func() (widths ['~' - ' ' + 1]float64) {
	const narrow = 0.28
	for i := range widths {
		n, _ := corefont.CharWidth("Helvetica-Bold", rune(' '+i)) // the library contains this font
		widths[i] = max(narrow, float64(n)*thousandth)
	}
	return widths
}()
