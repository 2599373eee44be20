package pdf

import (
	"strings"

	corefont "github.com/pdfcpu/pdfcpu/pkg/font"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// widths tell how far a font's glyphs move on, in parts of its size (ISO 32000
// 9.2.4).
type widths struct {
	standard string // a standard font, when the file says nothing
	first    int
	simple   []float64
	ofCodes  map[uint32]float64 // of a composite font
	others   float64
}

const thousandth = 0.001

func (s *source) widths(d types.Dict) widths {
	if s.name(d["Subtype"]) == "Type0" {
		return s.compositeWidths(d)
	}
	unit := thousandth
	if s.name(d["Subtype"]) == "Type3" {
		unit = s.matrix(d["FontMatrix"])[0]
	}
	w := widths{standard: standardFont(s.name(d["BaseFont"]))}
	if a := s.array(d["Widths"]); len(a) > 0 && len(a) <= 256 {
		first, _ := s.number(d["FirstChar"])
		others, _ := s.number(s.dict(d["FontDescriptor"])["MissingWidth"])
		w = widths{first: int(first), others: others * unit, simple: lo.Map(a, func(o types.Object, _ int) float64 {
			n, _ := s.number(o)
			return n * unit
		})}
	}
	return w
}

// compositeWidths reads W (ISO 32000 9.7.4.3), where codes are the glyphs' numbers.
func (s *source) compositeWidths(d types.Dict) widths {
	descendants := s.array(d["DescendantFonts"])
	if len(descendants) == 0 {
		return widths{others: 1}
	}
	descendant := s.dict(descendants[0])
	w := widths{ofCodes: map[uint32]float64{}, others: 1}
	if n, ok := s.number(descendant["DW"]); ok {
		w.others = n * thousandth
	}
	if !strings.HasPrefix(s.name(d["Encoding"]), "Identity") {
		return w
	}
	a := s.array(descendant["W"])
	for i, left := 0, 1<<18; i+1 < len(a) && left > 0; {
		first, _ := s.number(a[i])
		if list := s.array(a[i+1]); list != nil {
			for j, o := range list {
				n, _ := s.number(o)
				w.set(first+float64(j), n)
			}
			left -= len(list)
			i += 2
			continue
		}
		if i+2 >= len(a) {
			break
		}
		last, _ := s.number(a[i+1])
		n, _ := s.number(a[i+2])
		for code := max(0, first); code <= last && code < 1<<16; code++ {
			w.set(code, n)
			left--
		}
		i += 3
	}
	return w
}

func (w *widths) set(code, thousandths float64) {
	if code >= 0 && code < 1<<16 {
		w.ofCodes[uint32(code)] = thousandths * thousandth
	}
}

// measure gives the width of a string, and how many glyphs and single-byte
// spaces it has.
func (f *font) measure(codes []byte) (width float64, glyphs, spaces int) {
	if f.composite {
		for i := 0; i+1 < len(codes); i += 2 {
			if n, ok := f.widths.ofCodes[code(codes[i:i+2])]; ok {
				width += n
			} else {
				width += f.widths.others
			}
		}
		return width, (len(codes) + 1) / 2, 0
	}
	for _, c := range codes {
		width += f.widths.of(c)
		if c == ' ' {
			spaces++
		}
	}
	return width, len(codes), spaces
}

func (w *widths) of(c byte) float64 {
	if w.standard != "" {
		n, err := corefont.CharWidth(w.standard, rune(c))
		return lo.Ternary(err == nil, float64(n)*thousandth, 1)
	}
	if i := int(c) - w.first; i >= 0 && i < len(w.simple) {
		return w.simple[i]
	}
	return w.others
}

// standardFont is the one of the 14 standard fonts that is drawn for a name.
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
	if style = lo.CoalesceOrEmpty(style, upright); style == "" {
		return family
	}
	return family + "-" + style
}
