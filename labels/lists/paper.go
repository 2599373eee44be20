package lists

import (
	"fmt"
	"io"

	"codeberg.org/go-pdf/fpdf"
	"github.com/samber/lo"
)

// PickingPDF writes the picking list on A4 pages.
func PickingPDF(w io.Writer, p Pile) error { return p.paper(w, p.pickingTable()) }

// PackingPDF writes the packing list on A4 pages: a row an order, in the order
// of the pile.
func PackingPDF(w io.Writer, p Pile) error { return p.paper(w, p.packingOrders()) }

// Measures of a list on A4, in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	margin                = 10.0
	lineHeight            = 4.4
	padding               = 1.4
	boxSize               = 3.6
	boxColumn             = 8.0
	footerHeight          = 12.0
	// linesARow is how many lines of a row stand on one page; more go on in another row.
	linesARow = 40
)

const font = "Helvetica"

// sheetWriter writes one list.
type sheetWriter struct {
	*fpdf.Fpdf
	pile   Pile
	table  table
	encode func(string) string
	widths []float64
	// lacking: the list holds letters that are not on paper.
	lacking bool
}

var lackingWords = Text{"? = letra que está en el Excel", "letra que está no Excel", "letter that the workbook has"}

// newDocument is a PDF without any clock in it, in the encoding of its font.
func newDocument(p Pile, size fpdf.SizeType) (*fpdf.Fpdf, func(string) string) {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: size})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(p.Made.UTC())
	doc.SetModificationDate(p.Made.UTC())
	doc.SetProducer("despacho", false)
	doc.SetLang("es")
	doc.SetMargins(0, 0, 0)
	doc.SetCellMargin(0)
	doc.SetAutoPageBreak(false, 0)
	encode := doc.UnicodeTranslatorFromDescriptor("")
	return doc, func(text string) string { return encode(onPaper(text)) }
}

func (p Pile) paper(w io.Writer, t table) error {
	doc, encode := newDocument(p, fpdf.SizeType{Wd: pageWidth, Ht: pageHeight})
	doc.SetTitle(plain(t.title.Spanish+" "+p.Run), true)
	doc.AliasNbPages("{pages}")
	s := sheetWriter{Fpdf: doc, pile: p, table: t, encode: encode, lacking: t.lacksLetters()}
	parts := lo.SumBy(t.columns, func(c column) float64 { return c.part })
	s.widths = lo.Map(t.columns, func(c column, _ int) float64 { return c.part / parts * (pageWidth - 2*margin - boxColumn) })
	doc.SetHeaderFunc(s.header)
	doc.SetFooterFunc(s.footer)
	doc.AddPage()
	for i, row := range t.rows {
		s.row(row, i%2 == 1)
	}
	return doc.Output(w)
}

func (s sheetWriter) header() {
	s.SetXY(margin, margin)
	s.SetFont(font, "B", 14)
	s.CellFormat(120, 7, s.encode(s.table.title.Spanish), "", 0, "L", false, 0, "")
	s.SetFont(font, "", 9)
	s.SetXY(pageWidth/2, margin)
	s.CellFormat(pageWidth/2-margin, 7, s.encode(s.pile.Run), "", 0, "R", false, 0, "")
	s.SetXY(margin, margin+7)
	about := fmt.Sprintf("%s · %s    %d %s    %d %s", s.table.title.Portuguese, s.table.title.English,
		len(s.pile.Orders), Text{"pedidos", "pedidos", "orders"}, s.pile.units(), Text{"unidades", "unidades", "units"})
	s.CellFormat(pageWidth-2*margin, 4.5, s.encode(about), "", 0, "L", false, 0, "")
	s.SetXY(margin, margin+11.5)
	order := SortWords(s.pile.Sort)
	s.CellFormat(pageWidth-2*margin, 4.5, s.fitted("Orden: "+order.Spanish, pageWidth-2*margin), "", 0, "L", false, 0, "")
	s.SetXY(margin, margin+18)
	s.headings()
}

// headings are the columns' names: Spanish in bold, the other languages below.
func (s sheetWriter) headings() {
	x, y := margin+boxColumn, s.GetY()
	s.SetFillColor(225, 230, 236)
	s.Rect(margin, y, pageWidth-2*margin, 10, "F")
	for i, c := range s.table.columns {
		align := lo.Ternary(c.number, "R", "L")
		words := c.heading.all()
		s.SetXY(x+padding, y+1)
		s.SetFont(font, "B", 9)
		s.CellFormat(s.widths[i]-2*padding, 4, s.encode(words[0]), "", 0, align, false, 0, "")
		s.SetXY(x+padding, y+5)
		s.SetFont(font, "", 6.5)
		s.CellFormat(s.widths[i]-2*padding, 3.5, s.fitted(Text{words[0], c.heading.Portuguese, c.heading.English}.others(), s.widths[i]-2*padding), "", 0, align, false, 0, "")
		x += s.widths[i]
	}
	s.SetXY(margin, y+10)
}

// others is the text in the languages that word it otherwise than Spanish does.
func (t Text) others() string {
	words := t.all()[1:]
	if len(words) == 0 {
		return ""
	}
	return Text{words[0], words[0], words[len(words)-1]}.String()
}

func (s sheetWriter) footer() {
	s.SetXY(margin, pageHeight-footerHeight+3)
	s.SetFont(font, "", 8)
	s.CellFormat(pageWidth-2*margin, 4, s.encode(s.pile.Merchant), "", 0, "L", false, 0, "")
	if s.lacking {
		s.SetXY(margin, pageHeight-footerHeight+3)
		s.CellFormat(pageWidth-2*margin, 4, s.encode(lackingWords.String()), "", 0, "C", false, 0, "")
	}
	s.SetXY(margin, pageHeight-footerHeight+3)
	s.CellFormat(pageWidth-2*margin, 4, s.encode(fmt.Sprintf("%s %d / {pages}", Text{"Página", "Página", "Page"}, s.PageNo())), "", 0, "R", false, 0, "")
}

// row writes one row; one with very many lines goes on in rows of its own.
func (s sheetWriter) row(row []any, shaded bool) {
	s.SetFont(font, "", 9)
	cells := make([][]string, len(row))
	for i, value := range row {
		cells[i] = s.lines(value, s.widths[i]-2*padding)
	}
	for begin := true; begin || lo.SomeBy(cells, func(c []string) bool { return len(c) > 0 }); begin = false {
		taken := lo.Map(cells, func(c []string, _ int) []string { return c[:min(len(c), linesARow)] })
		s.rowOf(taken, shaded, begin)
		cells = lo.Map(cells, func(c []string, _ int) []string { return c[min(len(c), linesARow):] })
	}
}

// lines breaks a value into the lines of its cell, encoded.
func (s sheetWriter) lines(value any, width float64) []string {
	texts, several := value.([]string)
	if !several {
		texts = []string{fmt.Sprint(value)}
	}
	return lo.FlatMap(texts, func(text string, _ int) []string {
		return lo.Map(s.SplitLines([]byte(s.encode(text)), width), func(line []byte, _ int) string { return string(line) })
	})
}

func (s sheetWriter) rowOf(cells [][]string, shaded, box bool) {
	most := lo.Max(lo.Map(cells, func(c []string, _ int) int { return len(c) }))
	height := float64(max(most, 1))*lineHeight + 2*padding
	if s.GetY()+height > pageHeight-footerHeight {
		s.AddPage()
		s.SetFont(font, "", 9)
	}
	x, y := margin+boxColumn, s.GetY()
	if shaded {
		s.SetFillColor(245, 247, 249)
		s.Rect(margin, y, pageWidth-2*margin, height, "F")
	}
	s.SetDrawColor(120, 120, 120)
	if box {
		s.Rect(margin+2, y+padding+0.3, boxSize, boxSize, "D")
	}
	for i, lines := range cells {
		for n, line := range lines {
			s.SetXY(x+padding, y+padding+float64(n)*lineHeight)
			s.CellFormat(s.widths[i]-2*padding, lineHeight, line, "", 0, lo.Ternary(s.table.columns[i].number, "R", "L"), false, 0, "")
		}
		x += s.widths[i]
	}
	s.SetDrawColor(200, 205, 211)
	s.Line(margin, y+height, pageWidth-margin, y+height)
	s.SetXY(margin, y+height)
}

// fitted is a text, encoded, cut to a width in the present font.
func (s sheetWriter) fitted(text string, width float64) string {
	return cut(s.encode(text), func(t string) bool { return s.GetStringWidth(t) <= width })
}

// cut takes letters off the end of an encoded text until it fits.
func cut(text string, fits func(string) bool) string {
	if fits(text) {
		return text
	}
	for text != "" && !fits(text+"...") {
		text = text[:len(text)-1]
	}
	return text + "..."
}
