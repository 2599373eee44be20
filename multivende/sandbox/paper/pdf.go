package paper

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strconv"
	"sync"
)

// A page is one sheet of a PDF; what is drawn on it is told in points from the
// lower left corner of what is seen, whatever the sheet's boxes and rotation.
type page struct {
	stock   Stock
	content bytes.Buffer
}

func newPage(stock Stock) *page {
	p := &page{stock: stock}
	fmt.Fprintf(&p.content, "%s cm\n", stock.matrix())
	if stock.Sheet != [2]float64{} { // what the CropBox hides
		p.text(40, -60, 12, false, "Instrucciones: imprima esta hoja y corte la etiqueta.")
	}
	return p
}

func (p *page) numbers(values ...float64) {
	for _, value := range values {
		p.content.Write(strconv.AppendFloat(nil, value, 'f', 3, 64))
		p.content.WriteByte(' ')
	}
}

func (p *page) rect(x, y, width, height float64) {
	p.numbers(x, y, width, height)
	p.content.WriteString("re f\n")
}

func (p *page) text(x, y, size float64, bold bool, text string) {
	font := "F1"
	if bold {
		font = "F2"
	}
	p.content.WriteString("BT /" + font + " ")
	p.numbers(size)
	p.content.WriteString("Tf ")
	p.numbers(x, y)
	p.content.WriteString("Td (")
	p.content.Write(winAnsi(text))
	p.content.WriteString(") Tj ET\n")
}

// winAnsi is the text as a PDF string's inside: one byte a letter, as Latin-1
// and WinAnsiEncoding share them, with what PDF reserves escaped.
func winAnsi(text string) []byte {
	out := make([]byte, 0, len(text))
	for _, letter := range text {
		switch {
		case letter == '(' || letter == ')' || letter == '\\':
			out = append(out, '\\', byte(letter))
		case letter < 0x20 || letter > 0xFF || letter >= 0x7F && letter < 0xA0:
			out = append(out, '?')
		default:
			out = append(out, byte(letter))
		}
	}
	return out
}

var deflaters = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

func deflate(content []byte) []byte {
	var out bytes.Buffer
	writer := deflaters.Get().(*zlib.Writer)
	defer deflaters.Put(writer)
	writer.Reset(&out)
	_, _ = writer.Write(content) // a bytes.Buffer takes everything
	_ = writer.Close()
	return out.Bytes()
}

// document numbers its objects from 1 and remembers where each begins.
type document struct {
	out     bytes.Buffer
	offsets []int
}

func (d *document) object(format string, arguments ...any) {
	d.offsets = append(d.offsets, d.out.Len())
	fmt.Fprintf(&d.out, "%d 0 obj\n", len(d.offsets))
	fmt.Fprintf(&d.out, format, arguments...)
	d.out.WriteString("\nendobj\n")
}

// writePDF is a PDF 1.4 of these pages with the two standard Helveticas; equal
// pages make equal bytes.
func writePDF(pages []*page, compress bool) []byte {
	const firstPage = 5 // after catalogue, page tree and two fonts
	doc := &document{}
	doc.out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	doc.object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids bytes.Buffer
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", firstPage+2*i)
	}
	doc.object("<< /Type /Pages /Count %d /Kids [ %s] >>", len(pages), kids.String())
	for _, font := range []string{"Helvetica", "Helvetica-Bold"} {
		doc.object("<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>", font)
	}
	for i, page := range pages {
		doc.object("<< /Type /Page /Parent 2 0 R %s /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents %d 0 R >>",
			page.stock.boxes(), firstPage+2*i+1)
		content, filter := page.content.Bytes(), ""
		if compress {
			content, filter = deflate(content), " /Filter /FlateDecode"
		}
		doc.object("<< /Length %d%s >>\nstream\n%s\nendstream", len(content), filter, content)
	}
	return doc.finish()
}

func (d *document) finish() []byte {
	table := d.out.Len()
	fmt.Fprintf(&d.out, "xref\n0 %d\n0000000000 65535 f \n", len(d.offsets)+1)
	for _, offset := range d.offsets {
		fmt.Fprintf(&d.out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&d.out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(d.offsets)+1, table)
	return d.out.Bytes()
}
