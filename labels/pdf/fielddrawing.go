package pdf

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/text/encoding/charmap"
)

// fieldDrawing is a text field while its value is drawn (ISO 32000 12.7.4.3).
type fieldDrawing struct {
	fieldValue
	source        *source
	width, height float64
	font          *font
	fontObject    types.Object
	size          float64 // 0 for as large as fits
	colour        string  // operators
	letters       *charmap.Charmap
}

const fieldMargin = 2

// draw makes a drawing of a field's value; ok is false if its letters or its shape are not known.
func (f form) draw(own fieldValue, text string) (ref types.IndirectRef, ok bool) {
	s := f.source
	rect, hasRect := s.box(own.dict["Rect"])
	turned, _ := s.number(s.dict(own.dict["MK"])["R"])
	if !hasRect || turned != 0 || own.kind == "Ch" && own.flags&combo == 0 && text != "" {
		return ref, false
	}
	d := fieldDrawing{fieldValue: own, source: s, width: rect[2] - rect[0], height: rect[3] - rect[1], letters: charmap.Windows1252}
	if !d.setStyle(f) {
		return ref, false
	}
	content, ok := d.content(text)
	if !ok {
		return ref, false
	}
	return s.insert(types.StreamDict{
		Dict: types.Dict{"Type": types.Name("XObject"), "Subtype": types.Name("Form"), "BBox": box{0, 0, d.width, d.height}.array(),
			"Resources": types.Dict{"Font": types.Dict{"F": d.fontObject}}},
		Raw: []byte(content)}), true
}

// setStyle reads a default appearance: a font with its size, and a colour. Letters of a font that may
// lack some are drawn in Helvetica; bars are not.
func (d *fieldDrawing) setStyle(f form) bool {
	l := &lexer{data: []byte(d.style)}
	name := ""
	for {
		operator, operands, ok := l.next()
		if !ok {
			break
		}
		switch operator {
		case "Tf":
			if len(operands) > 1 {
				name, d.size = operands[0].name, operands[1].number
			}
		case "g", "rg", "k":
			d.colour = ""
			for _, n := range numbers(operands) {
				d.colour += number(n) + " "
			}
			d.colour += operator + " "
		}
	}
	d.fontObject = d.source.dict(d.source.dict(f.dict["DR"])["Font"])[name]
	face := d.source.dict(d.fontObject)
	d.font = d.source.font(d.fontObject)
	if d.font.barcode {
		return !d.font.composite
	}
	if standardFont(d.source.name(face["BaseFont"])) != d.source.name(face["BaseFont"]) || d.source.name(face["Encoding"]) != "WinAnsiEncoding" {
		d.fontObject = types.Dict{"Type": types.Name("Font"), "Subtype": types.Name("Type1"), "BaseFont": types.Name("Helvetica"), "Encoding": types.Name("WinAnsiEncoding")}
		d.font = d.source.font(d.fontObject)
	}
	return true
}

// content is the drawing's operators.
func (d *fieldDrawing) content(text string) (string, bool) {
	var lines [][]byte
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)) {
		codes, err := d.letters.NewEncoder().Bytes([]byte(strings.TrimRight(line, "\n")))
		if err != nil {
			return "", false
		}
		lines = append(lines, codes)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "q %s BT ", d.colour)
	most, _ := d.source.number(d.dict["MaxLen"])
	switch {
	case d.flags&multiline != 0:
		d.writeLines(&out, lines)
	case d.flags&comb != 0 && most >= 1 && most < 1000 && len(lines) > 0:
		d.writeCells(&out, lines[0], most)
	default:
		d.writeLine(&out, bytes.Join(lines, []byte(" ")))
	}
	out.WriteString("ET Q")
	return out.String(), true
}

func (d *fieldDrawing) widthOf(codes []byte) float64 {
	width, _, _ := d.font.measure(codes)
	return width
}

// fit is the font's size, smaller if the text would not fit into the field.
func (d *fieldDrawing) fit(width, height float64) float64 {
	const least, rise = 1, 1.15
	size := d.size
	if size <= 0 {
		size = math.Inf(1)
	}
	return max(least, min(size, height/rise, (d.width-2*fieldMargin)/max(width, 0.01)))
}

func (d *fieldDrawing) writeLine(out *strings.Builder, codes []byte) {
	width := d.widthOf(codes)
	size := d.fit(width, d.height)
	const middle = 0.35 // from the line to the middle of its capital letters
	d.writeAt(out, codes, size, d.from(width*size), d.height/2-middle*size)
}

func (d *fieldDrawing) writeCells(out *strings.Builder, codes []byte, cells float64) {
	size := d.fit(0, d.height)
	cell := d.width / cells
	for i, c := range codes {
		width := d.widthOf([]byte{c}) * size
		d.writeAt(out, []byte{c}, size, cell*(float64(i)+0.5)-width/2, d.height/2-0.35*size)
	}
}

// writeLines breaks lines between words and chooses the largest size at which all of them fit.
func (d *fieldDrawing) writeLines(out *strings.Builder, lines [][]byte) {
	const usual, leading = 12, 1.15
	size := d.size
	if size <= 0 {
		size = usual
	}
	broken := d.broken(lines, size)
	for size > 1 && float64(len(broken))*leading*size > d.height-2*fieldMargin {
		size *= 0.9
		broken = d.broken(lines, size)
	}
	for i, codes := range broken {
		fitted := min(size, d.fit(d.widthOf(codes), d.height))
		d.writeAt(out, codes, fitted, d.from(d.widthOf(codes)*fitted), d.height-fieldMargin-size*(0.9+float64(i)*leading))
	}
}

func (d *fieldDrawing) broken(lines [][]byte, size float64) [][]byte {
	var out [][]byte
	for _, line := range lines {
		var now []byte
		for _, word := range bytes.Fields(line) {
			longer := slices.Concat(now, []byte(" "), word)
			if len(now) > 0 && d.widthOf(longer)*size > d.width-2*fieldMargin {
				out, now = append(out, now), word
			} else {
				now = bytes.TrimLeft(longer, " ")
			}
		}
		out = append(out, now)
	}
	return out
}

// from is where a line of a width begins.
func (d *fieldDrawing) from(width float64) float64 {
	const centred, right = 1, 2
	placing, _ := d.source.number(d.dict["Q"])
	switch placing {
	case centred:
		return max(fieldMargin, (d.width-width)/2)
	case right:
		return max(fieldMargin, d.width-fieldMargin-width)
	}
	return fieldMargin
}

func (d *fieldDrawing) writeAt(out *strings.Builder, codes []byte, size, x, y float64) {
	fmt.Fprintf(out, "/F %s Tf 1 0 0 1 %s %s Tm <%X> Tj ", number(size), number(x), number(y), codes)
}
