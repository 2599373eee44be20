package stamp

import (
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// pdfFont tells how much room a font's letters take, at size 1. What it does not
// say is taken to be large.
type pdfFont struct {
	wide      bool // its codes have two bytes
	vertical  bool
	first     int
	widths    []float64
	byCode    map[int]float64
	other     float64 // width of a letter that it says nothing of
	low, high float64
}

var unknownFont = &pdfFont{other: 1, low: -0.4, high: 1.1}

const mostWidths = 70_000

func (font *pdfFont) width(code int) float64 {
	if i := code - font.first; i >= 0 && i < len(font.widths) {
		return font.widths[i]
	}
	if w, ok := font.byCode[code]; ok {
		return w
	}
	return font.other
}

func (d *pdfDrawing) fontOf(o types.Object) *pdfFont {
	ref, isRef := o.(types.IndirectRef)
	if font, ok := d.fonts[ref]; isRef && ok {
		return font
	}
	font := d.file.font(o)
	if isRef {
		d.fonts[ref] = font
	}
	return font
}

func (f *pdfFile) font(o types.Object) *pdfFont {
	dict := f.dict(o)
	font := &pdfFont{other: 1, low: unknownFont.low, high: unknownFont.high}
	switch kind := f.name(dict["Subtype"]); kind {
	case "Type0":
		f.compositeFont(font, dict)
	case "Type3":
		f.drawnFont(font, dict)
	default:
		f.simpleFont(font, dict)
	}
	return font
}

func (f *pdfFile) simpleFont(font *pdfFont, dict types.Dict) {
	descriptor := f.dict(dict["FontDescriptor"])
	f.heights(font, descriptor)
	if missing, ok := f.number(descriptor["MissingWidth"]); ok && missing > 0 {
		font.other = missing / 1000
	}
	if f.readWidths(font, dict, 1.0/1000) {
		return
	}
	// One of the standard 14, whose widths a reader knows; Helvetica's are taken
	// for Times, whose letters are narrower.
	base := f.name(dict["BaseFont"])
	switch {
	case strings.HasPrefix(base, "Courier"):
		font.other = 0.6
	case strings.HasPrefix(base, "Helvetica"), strings.HasPrefix(base, "Arial"), strings.HasPrefix(base, "Times"):
		font.first, font.widths = ' ', make([]float64, len(boldWidths))
		for i, w := range boldWidths {
			font.widths[i] = max(float64(w)/1000, 0.28)
		}
	}
}

// readWidths reads /Widths; scale brings its unit to the letters' size.
func (f *pdfFile) readWidths(font *pdfFont, dict types.Dict, scale float64) bool {
	widths := f.array(dict["Widths"])
	if len(widths) == 0 || len(widths) > mostWidths {
		return false
	}
	first, _ := f.number(dict["FirstChar"])
	font.first, font.widths = int(first), make([]float64, len(widths))
	for i, o := range widths {
		w, _ := f.number(o)
		font.widths[i] = w * scale
	}
	return true
}

func (f *pdfFile) heights(font *pdfFont, descriptor types.Dict) {
	const most = 3
	if box, ok := f.box(descriptor["FontBBox"]); ok {
		font.low = max(min(font.low, box.LL.Y/1000), -most)
		font.high = min(max(font.high, box.UR.Y/1000), most)
	}
}

func (f *pdfFile) compositeFont(font *pdfFont, dict types.Dict) {
	encoding := f.name(dict["Encoding"])
	font.vertical = strings.HasSuffix(encoding, "-V") || encoding == "V" || f.wmode(dict["Encoding"])
	descendants := f.array(dict["DescendantFonts"])
	if len(descendants) == 0 {
		return
	}
	descendant := f.dict(descendants[0])
	f.heights(font, f.dict(descendant["FontDescriptor"]))
	if width, ok := f.number(descendant["DW"]); ok {
		font.other = width / 1000
	}
	f.readCompositeWidths(font, f.array(descendant["W"]))
	if font.wide = encoding == "Identity-H"; font.wide {
		return
	}
	font.other = max(font.other, 1) // codes of other encodings have a byte at least
	for _, width := range font.byCode {
		font.other = max(font.other, width)
	}
	font.byCode = nil
}

// wmode is true for an encoding of the file's own that runs downwards.
func (f *pdfFile) wmode(encoding types.Object) bool {
	mode, _ := f.number(f.dict(encoding)["WMode"])
	return mode == 1
}

// readCompositeWidths reads /W: a code and its widths, or two codes and the width
// of all between.
func (f *pdfFile) readCompositeWidths(font *pdfFont, w types.Array) {
	font.byCode = map[int]float64{}
	for i := 0; i+1 < len(w); {
		first, _ := f.number(w[i])
		if list := f.array(w[i+1]); list != nil {
			for j, o := range list {
				width, _ := f.number(o)
				font.byCode[int(first)+j] = width / 1000
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		end, _ := f.number(w[i+1])
		width, _ := f.number(w[i+2])
		for code := int(first); code <= int(end) && len(font.byCode) < mostWidths; code++ {
			font.byCode[code] = width / 1000
		}
		i += 3
	}
}

// drawnFont is one whose letters are little drawings of any size.
func (f *pdfFile) drawnFont(font *pdfFont, dict types.Dict) {
	m := matrix{0.001, 0, 0, 0.001, 0, 0}
	if v, ok := f.numbers(dict["FontMatrix"], 6); ok {
		m = matrix(v)
	}
	font.other = m.scale() * 1000
	f.readWidths(font, dict, m.scale())
	font.low, font.high = -3, 3
	if box, ok := f.box(dict["FontBBox"]); ok && box.Width() > 0 && box.Height() > 0 {
		around := m.around(box.LL.X, box.LL.Y, box.UR.X, box.UR.Y)
		font.low, font.high = min(around.top, unknownFont.low), max(around.bottom, unknownFont.high)
	}
}
