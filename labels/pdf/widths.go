package pdf

import (
	"math"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// widths say how far a font's glyphs advance, in parts of its size (ISO 32000 9.2.4).
type widths struct {
	standard *[256]float64 // of a standard font, if the file says nothing
	first    int
	simple   []float64
	ofCodes  map[uint32]float64 // of a composite font
	others   float64
	// The largest width of a code for which the file gives none: that of bold letters for fonts
	// like the standard ones, most for others.
	plain bool
	most  float64
	bytes int // of a code, as far as its width depends on them
}

const thousandth = 0.001

func (s *source) widths(d types.Dict) widths {
	if s.name(d["Subtype"]) == "Type0" {
		return s.compositeWidths(d)
	}
	name := s.name(d["BaseFont"])
	w := widths{standard: standardWidths(standardFont(name)), most: 1, bytes: 1}
	unit := thousandth
	if s.name(d["Subtype"]) == "Type3" {
		m := s.fontMatrix(d)
		unit, w.most = m[0], m.scale()/thousandth
	}
	missing, _ := s.number(s.dict(d["FontDescriptor"])["MissingWidth"])
	if missing > 0 && s.name(d["Subtype"]) != "Type3" {
		w.most = missing * thousandth
	}
	if a := s.array(d["Widths"]); len(a) > 0 && len(a) <= 256 {
		first, _ := s.number(d["FirstChar"])
		w.standard, w.first, w.others = nil, int(first), missing*unit
		w.simple = lo.Map(a, func(o types.Object, _ int) float64 {
			n, _ := s.number(o)
			return n * unit
		})
		return w
	}
	switch {
	case strings.HasPrefix(name, "Courier"):
		w.most = 0.6
	case strings.HasPrefix(name, "Helvetica"), strings.HasPrefix(name, "Arial"), strings.HasPrefix(name, "Times"):
		w.plain = true
	}
	return w
}

// fontMatrix scales a drawn font's letters to size 1.
func (s *source) fontMatrix(d types.Dict) matrix {
	if v, ok := s.numbers(d["FontMatrix"], len(identity)); ok {
		return matrix(v)
	}
	return matrix{thousandth, 0, 0, thousandth, 0, 0}
}

// heights are how far a font's letters extend below and above their line.
func (s *source) heights(d types.Dict) (low, high float64) {
	const most = 3
	low, high = lowest, highest
	switch s.name(d["Subtype"]) {
	case "Type3":
		around, ok := s.box(d["FontBBox"])
		if !ok {
			return -most, most
		}
		around = s.fontMatrix(d).box(around)
		return min(around[1], low), max(around[3], high)
	case "Type0":
		if descendants := s.array(d["DescendantFonts"]); len(descendants) > 0 {
			d = s.dict(descendants[0])
		}
	}
	if b, ok := s.numbers(s.dict(d["FontDescriptor"])["FontBBox"], len(box{})); ok {
		low, high = max(min(low, b[1]*thousandth, b[3]*thousandth), -most), min(max(high, b[1]*thousandth, b[3]*thousandth), most)
	}
	return low, high
}

// compositeWidths reads W (ISO 32000 9.7.4.3), where codes are the glyphs' numbers. With encodings
// other than Identity-H, any code may have the largest width.
func (s *source) compositeWidths(d types.Dict) widths {
	w := widths{ofCodes: map[uint32]float64{}, others: 1, most: 1, bytes: 1}
	descendants := s.array(d["DescendantFonts"])
	if len(descendants) == 0 {
		return w
	}
	descendant := s.dict(descendants[0])
	if n, ok := s.number(descendant["DW"]); ok {
		w.others = n * thousandth
	}
	s.readWidths(&w, s.array(descendant["W"]))
	encoding := s.name(d["Encoding"])
	if encoding == "Identity-H" {
		w.most, w.bytes = w.others, 2
		return w
	}
	w.most = max(w.most, w.others, lo.Max(lo.Values(w.ofCodes)))
	if !strings.HasPrefix(encoding, "Identity") {
		w.ofCodes = nil
	}
	return w
}

// readWidths reads W: a code and its widths, or two codes and the width of all between them.
func (s *source) readWidths(w *widths, a types.Array) {
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
			return
		}
		last, _ := s.number(a[i+1])
		n, _ := s.number(a[i+2])
		for code := max(0, first); code <= last && code < 1<<16; code++ {
			w.set(code, n)
			left--
		}
		i += 3
	}
}

func (w *widths) set(code, thousandths float64) {
	if code >= 0 && code < 1<<16 {
		w.ofCodes[uint32(code)] = thousandths * thousandth
	}
}

// measure returns the width of a string, and how many glyphs and single-byte spaces it has.
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

// reach is how far a string advances, and how far it extends, with letters as wide as the font may
// have them.
func (f *font) reach(codes []byte, t *textState) (advance, reach float64) {
	step := max(1, f.widths.bytes)
	for i := 0; i+step <= len(codes); i += step {
		each := f.widths.atMost(code(codes[i:i+step]), step)*t.size + t.between
		if step == 1 && codes[i] == ' ' {
			each += t.betweenWords
		}
		advance += each * (1 - t.narrowed)
		reach = max(reach, math.Abs(advance))
	}
	return advance, reach
}

// atMost is an upper bound for the width of a code of that many bytes.
func (w *widths) atMost(code uint32, bytes int) float64 {
	if i := int(code) - w.first; i >= 0 && i < len(w.simple) {
		return w.simple[i]
	}
	if n, ok := w.ofCodes[code]; ok && bytes == 2 {
		return n
	}
	if w.plain && code >= ' ' && code <= '~' {
		return boldWidths[code-' ']
	}
	return w.most
}

func (w *widths) of(c byte) float64 {
	if w.standard != nil {
		return w.standard[c]
	}
	if i := int(c) - w.first; i >= 0 && i < len(w.simple) {
		return w.simple[i]
	}
	return w.others
}
