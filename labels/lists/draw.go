package lists

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

const pointsPerMillimetre = 72 / 25.4

// PDF draws the page on paper of this size in points (288 × 432 for 4 × 6 inches), as large as
// fits.
func (p Page) PDF(width, height float64) ([]byte, error) {
	scale := math.Min(width/labelWidth, height/labelHeight)
	doc := newDocument(Pile{Made: time.Unix(0, 0)}, fpdf.SizeType{Wd: width / pointsPerMillimetre, Ht: height / pointsPerMillimetre})
	doc.SetTitle("despacho "+p.title, false)
	doc.AddPage()
	doc.TransformBegin()
	left := (width - labelWidth*scale) / 2
	top := (height - labelHeight*scale) / 2
	doc.Transform(fpdf.TransformMatrix{
		A: scale / pointsPerMillimetre, D: scale / pointsPerMillimetre,
		E: left, F: height*(1-scale/pointsPerMillimetre) - top,
	})
	for _, l := range p.lines {
		p.drawLine(doc, l)
	}
	doc.TransformEnd()
	var out bytes.Buffer
	err := doc.Output(&out)
	return out.Bytes(), err
}

func (p Page) drawLine(doc *fpdf.Fpdf, l pageLine) {
	doc.SetTextColor(0, 0, 0)
	size, small, inset := l.height, l.height, 0.0
	if l.inverse {
		doc.SetFillColor(0, 0, 0)
		doc.Rect(l.x, l.y, l.width, l.height, "F")
		doc.SetTextColor(255, 255, 255)
		size, small, inset = l.height*0.75, l.height*0.34, 3
	}
	doc.SetXY(l.x+inset, l.y)
	doc.SetFont(font, "B", size*fontOfHeight*pointsPerMillimetre)
	doc.CellFormat(l.width-2*inset, l.height, encoded(l.left), "", 0, "L", false, 0, "")
	doc.SetXY(l.x+inset, l.y)
	doc.SetFont(font, "B", small*fontOfHeight*pointsPerMillimetre)
	doc.CellFormat(l.width-2*inset, l.height, encoded(l.right), "", 0, "R", false, 0, "")
}

// dots is the number of dots per millimetre of a Zebra printer with 203 dpi.
const dots = 8

// ZPL draws the page as one label for a printer with 203 dpi. Letters that are not plain ASCII are
// written as hex escapes (ZPL II manual, ^FH, ^CI28).
func (p Page) ZPL() []byte {
	var out bytes.Buffer
	out.WriteString("^XA^CI28\n")
	for _, l := range p.lines {
		size, small, inset, sink := l.height, l.height, 0.0, 0.0
		reverse := ""
		if l.inverse {
			fmt.Fprintf(&out, "^FO%d,%d^GB%d,%d,%d^FS\n", dot(l.x), dot(l.y), dot(l.width), dot(l.height), dot(l.height))
			size, small, inset, sink, reverse = l.height*0.75, l.height*0.34, 3, l.height*0.125, "^FR"
		}
		field := func(text string, height, sink float64, side string) {
			if text != "" {
				fmt.Fprintf(&out, "^FO%d,%d^A0N,%d,%d%s^FB%d,1,0,%s^FH^FD%s^FS\n", dot(l.x+inset), dot(l.y+sink), dot(height), dot(height), reverse, dot(l.width-2*inset), side, escaped(text))
			}
		}
		field(l.left, size, sink, "L")
		field(l.right, small, (l.height-small)/2, "R")
	}
	out.WriteString("^XZ\n")
	return out.Bytes()
}

func dot(millimetres float64) int { return int(math.Round(millimetres * dots)) }

// escaped writes a text as field data after ^FH.
func escaped(text string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || strings.IndexByte(`^~_\`, c) >= 0 {
			fmt.Fprintf(&out, "_%02X", c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}
