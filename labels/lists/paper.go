package lists

import (
	"fmt"
	"io"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"github.com/samber/lo"
)

// Measures of a list on A4, in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	margin                = 10.0
	innerWidth            = pageWidth - 2*margin
	lineHeight            = 4.0
	padding               = 1.4
	boxSize               = 3.6
	boxColumn             = 8.0
	headingsHeight        = 9.5
	bodyEnd               = pageHeight - 13.0
)

var (
	plain = face{false, 9}
	bold  = face{true, 9}
	small = face{false, 7.5}
	tiny  = face{false, 6.5}
)

// paperColumn is a column of a list on paper.
type paperColumn struct {
	heading  Text
	x, width float64
	right    bool // numbers are aligned on the right
}

// inner is the width that texts may take.
func (c paperColumn) inner() float64 { return c.width - 2*padding }

// sheets are the pages of one list.
type sheets struct {
	*fpdf.Fpdf
	pile    Pile
	title   Text
	sort    string
	sums    tally
	columns []paperColumn
	// lacking: the list has letters that cannot be printed on paper.
	lacking bool
	// onPage counts what the present page holds.
	onPage tally
}

var paperSize = fpdf.SizeType{Wd: pageWidth, Ht: pageHeight}

const lackingWords = "? = letra que solo se ve en el Excel"

// pageCount stands for the number of pages until it is known. It is as wide as two digits, and no
// text from outside holds it: cleanText leaves no control characters.
const pageCount = "\x02\x03\x02\x03"

// newDocument is a PDF that contains no date.
func newDocument(p Pile, size fpdf.SizeType) *fpdf.Fpdf {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: size})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(p.Made.UTC())
	doc.SetModificationDate(p.Made.UTC())
	doc.SetProducer("despacho", false)
	doc.SetLang("es")
	doc.SetMargins(0, 0, 0)
	doc.SetCellMargin(0)
	doc.SetAutoPageBreak(false, 0)
	return doc
}

// newSheets begins a list with its first page. The widths are those of its columns, 0 for the one that
// takes what is left.
func (p Pile) newSheets(title Text, sort string, sums tally, columns ...paperColumn) *sheets {
	doc := newDocument(p, paperSize)
	doc.SetTitle(cleanText(title.Spanish+" "+p.Run), true)
	doc.AliasNbPages(pageCount)
	s := &sheets{Fpdf: doc, pile: p, title: title, sort: sort, sums: sums, lacking: p.lacksLetters()}
	rest := innerWidth - boxColumn - lo.SumBy(columns, func(c paperColumn) float64 { return c.width })
	x := margin + boxColumn
	for _, c := range columns {
		if c.width == 0 {
			c.width = rest
		}
		c.x = x
		x += c.width
		s.columns = append(s.columns, c)
	}
	doc.SetHeaderFunc(s.header)
	doc.SetFooterFunc(s.footer)
	doc.AddPage()
	return s
}

// finish writes the sums below the list, and the list.
func (s *sheets) finish(w io.Writer, sums []string) error {
	const step = 5
	if s.GetY()+4+step*float64(min(len(sums), 3)) > bodyEnd {
		s.AddPage()
	}
	y := s.GetY() + 3
	for i, words := range sums {
		if y+step > bodyEnd {
			s.AddPage()
			y = s.GetY() + 3
		}
		s.print(line{s.fitted(words, lo.Ternary(i == 0, bold, plain), innerWidth), lo.Ternary(i == 0, bold, plain)}, margin, y, innerWidth, "L")
		y += step
	}
	s.SetXY(margin, y)
	return s.Output(w)
}

// lacksLetters reports whether a text of the pile has letters that cannot be printed on paper.
func (p Pile) lacksLetters() bool {
	lacks := func(texts ...string) bool {
		return lo.SomeBy(texts, func(text string) bool { return onPaper(text) != cleanText(text) })
	}
	return lo.SomeBy(p.Orders, func(o Order) bool {
		return lacks(o.Number, o.Group, o.Channel, o.Shop, o.Courier, o.Tracking) ||
			lo.SomeBy(o.Items, func(i Item) bool { return lacks(i.SKU, i.Name, p.Bins[i.SKU]) })
	})
}

// print puts a line into a box of the page.
func (s *sheets) print(l line, x, y, width float64, side string) {
	s.SetFont(font, l.face.style(), l.face.points)
	s.SetXY(x, y)
	s.CellFormat(width, lineHeight, l.text, "", 0, side, false, 0, "")
}

// write prints a text of ours, on one line.
func (s *sheets) write(text string, f face, y float64, side string) {
	s.print(line{s.fitted(text, f, innerWidth), f}, margin, y, innerWidth, side)
}

func (s *sheets) header() {
	s.onPage = tally{}
	title, beside := face{true, 14}, face{false, 10}
	s.write(s.title.Spanish, title, margin, "L")
	s.print(line{encoded(s.title.other()), beside}, margin+title.width(encoded(s.title.Spanish))+3, margin+0.6, 60, "L")
	s.write(s.pile.Run, face{false, 9}, margin, "R")
	s.write(s.sums.String(), plain, margin+6.5, "L")
	s.write("Ordenado por: "+SortWords(s.sort).Spanish, plain, margin+11, "L")
	s.SetXY(margin, margin+17)
	s.headings()
}

// headings are the columns' names: Spanish in bold, Portuguese below where it differs.
func (s *sheets) headings() {
	y := s.GetY()
	s.SetFillColor(220, 226, 233)
	s.Rect(margin, y, innerWidth, headingsHeight, "F")
	for _, c := range s.columns {
		side := lo.Ternary(c.right, "R", "L")
		s.print(line{encoded(c.heading.Spanish), bold}, c.x+padding, y+1, c.inner(), side)
		s.print(line{s.fitted(c.heading.other(), tiny, c.inner()), tiny}, c.x+padding, y+5, c.inner(), side)
	}
	s.SetXY(margin, y+headingsHeight)
}

func (s *sheets) footer() {
	y := pageHeight - 11.0
	s.write(strings.Join(lo.Compact([]string{s.pile.Merchant, lo.Ternary(s.lacking, lackingWords, "")}), " · "), small, y, "L")
	if s.onPage != (tally{}) {
		s.write("En esta página: "+s.onPage.String(), small, y, "C")
	}
	s.print(line{encoded(fmt.Sprintf("Página %d de", s.PageNo())) + " " + pageCount, small}, margin, y, innerWidth, "R")
}

// fitted is a text, encoded, cut to a width.
func (s *sheets) fitted(text string, f face, width float64) string {
	text = encoded(text)
	if f.width(text) <= width {
		return text
	}
	for text != "" && f.width(text+"...") > width {
		text = text[:len(text)-1]
	}
	return text + "..."
}

// widest is the width of a column that its texts need, within bounds.
func widest(texts []string, f face, least, most float64) float64 {
	longest := 0.0
	for _, text := range texts {
		longest = max(longest, f.width(text))
	}
	return min(max(longest+2*padding+0.2, least), most)
}
