package registry

import (
	"bytes"
	"cmp"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/printing"
)

const (
	millimetresPerPoint = 25.4 / 72
	millimetresPerInch  = 25.4
	// usualWidth and usualHeight are of a label of 4 × 6 inches, for printers whose paper is not known.
	usualWidth, usualHeight = 101.6, 152.4
	usualDPI                = 203
	ruled                   = 10 // millimetres between two marks
	margin                  = 8.0
)

// paperOf is the size of a printer's paper in millimetres.
func paperOf(printer printing.Printer) (width, height float64) {
	stock, err := pdf.ParseStock(printer.Stock)
	if err != nil || stock.AsIs() {
		return usualWidth, usualHeight
	}
	size := stock.SlotSize()
	return size.Width * millimetresPerPoint, size.Height * millimetresPerPoint
}

// testLabel is what [Test] prints: the printer's name, the time, its name as Code 128, the edge of the paper
// and a ruler, so that density and paper can be judged by eye.
func testLabel(printer printing.Printer, at time.Time) (printing.Document, error) {
	document := printing.Document{Name: "despacho prueba", Type: "application/vnd.zebra-zpl", Pieces: 1}
	if printer.Kind == printing.Raw || printer.ZPL {
		document.Data = testZPL(printer, at)
		return document, nil
	}
	data, err := testPDF(printer, at)
	document.Type, document.Data = "application/pdf", data
	return document, err
}

// texts are the lines of the test label.
func texts(printer printing.Printer, at time.Time) []string {
	lines := []string{"Etiqueta de prueba", "Impresora: " + printer.Name, at.Format("2006-01-02 15:04:05 MST"), "Papel: " + printer.Stock}
	if printer.DPI > 0 {
		lines[len(lines)-1] += fmt.Sprintf(", %d puntos por pulgada", printer.DPI)
	}
	return append(lines, "El marco llega a los bordes del papel; entre raya y raya hay 10 mm.")
}

// testZPL draws within the upper 65 mm, which every stock has.
func testZPL(printer printing.Printer, at time.Time) []byte {
	width, height := paperOf(printer)
	dots := func(mm float64) int {
		return int(mm * float64(cmp.Or(printer.DPI, usualDPI)) / millimetresPerInch)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "^XA^CI28^LH0,0^PW%d^LL%d\n", dots(width), dots(height))
	fmt.Fprintf(&out, "^FO0,0^GB%d,%d,3^FS\n", dots(width), dots(height))
	y := margin
	for i, text := range texts(printer, at) {
		size := 3.5
		if i == 0 {
			size = 6
		}
		fmt.Fprintf(&out, "^FO%d,%d^A0N,%d,%d^FD%s^FS\n", dots(margin), dots(y), dots(size), dots(size), text)
		y += size + 2
	}
	fmt.Fprintf(&out, "^FO%d,%d^BY%d^BCN,%d,Y,N,N^FD%s^FS\n", dots(margin), dots(y), max(2, dots(0.25)), dots(12), printer.Name)
	for x := ruled; float64(x) < width; x += ruled {
		fmt.Fprintf(&out, "^FO%d,0^GB2,%d,2^FS\n", dots(float64(x)), dots(5))
	}
	for y := ruled; float64(y) < height; y += ruled {
		fmt.Fprintf(&out, "^FO0,%d^GB%d,2,2^FS\n", dots(float64(y)), dots(5))
	}
	out.WriteString("^PQ1^XZ\n")
	return out.Bytes()
}

func testPDF(printer printing.Printer, at time.Time) ([]byte, error) {
	width, height := paperOf(printer)
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})
	doc.SetMargins(margin, margin, margin)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	encoded := doc.UnicodeTranslatorFromDescriptor("")
	for i, text := range texts(printer, at) {
		doc.SetFont("Helvetica", "", 9)
		if i == 0 {
			doc.SetFont("Helvetica", "B", 16)
		}
		doc.CellFormat(0, 7, encoded(text), "", 1, "L", false, 0, "")
	}
	doc.Rect(0.2, 0.2, width-0.4, height-0.4, "D")
	for x := ruled; float64(x) < width; x += ruled {
		doc.Line(float64(x), 0, float64(x), 5)
	}
	for y := ruled; float64(y) < height; y += ruled {
		doc.Line(0, float64(y), 5, float64(y))
	}
	var out bytes.Buffer
	err := doc.Output(&out)
	return out.Bytes(), err
}
