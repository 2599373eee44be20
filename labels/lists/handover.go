package lists

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/code128"
	"github.com/samber/lo"
)

// HandOver is a hand-over sheet (hoja de entrega): what a courier takes along, with barcodes and lines for
// names and signatures. Language is the one that stands beside Spanish: pt or en, else none.
type HandOver struct {
	Language string
	// Title names the sheet, as its number; empty for a draft that nobody has closed.
	Title, Courier, Channel, Site, Merchant string
	ClosedBy                                string
	// Made is when it was closed, in the time zone of whoever reads it.
	Made     time.Time
	Parcels  []Parcel
	Controls []string
}

// Parcel is a line of a hand-over sheet. Code is what the barcode says.
type Parcel struct{ Number, Shop, Part, Code string }

// Measures of a hand-over sheet, in millimetres.
const (
	handOverTop    = 32.0
	parcelHeight   = 16.5
	parcelGap      = 6.0
	parcelWidth    = (innerWidth - parcelGap) / 2
	barsHeight     = 7.0
	signingHeight  = 56.0
	widestModule   = 0.33
	narrowestBar   = 0.19 // what usual scanners still read
	quietZone      = 2.5
	codeLines      = 3 // of a code that is too long for bars
	numberWidth    = 9.0
	handOverBottom = pageHeight - 15
)

// handOverWords are the words of the sheet by language.
var handOverWords = map[string]map[string]string{
	"": {
		"title": "Hoja de entrega", "draft": "borrador: sin cerrar", "number": "N.º", "parcel": "paquete", "parcels": "paquetes", "closed": "Cerrada por", "site": "Bodega",
		"controls": "Archivos de control", "gives": "Entrega", "takes": "Recibe", "name": "Nombre", "id": "Documento", "plate": "Patente", "date": "Fecha y hora", "signature": "Firma", "total": "Total",
	},
	"pt": {
		"title": "Folha de entrega", "draft": "rascunho: aberta", "parcels": "pacotes", "closed": "Fechada por", "site": "Depósito", "controls": "Arquivos de controle", "gives": "Entrega", "takes": "Recebe",
		"name": "Nome", "id": "Documento", "plate": "Placa", "date": "Data e hora", "signature": "Assinatura", "total": "Total",
	},
	"en": {
		"title": "Hand-over sheet", "draft": "draft: not closed", "parcels": "parcels", "closed": "Closed by", "site": "Site", "controls": "Control files", "gives": "Handed over by", "takes": "Taken by",
		"name": "Name", "id": "ID", "plate": "Number plate", "date": "Date and time", "signature": "Signature", "total": "Total",
	},
}

// say is a word in Spanish, beside is the same in the other language where it differs.
func (h HandOver) say(key string) string { return handOverWords[""][key] }

func (h HandOver) beside(key string) string {
	if h.Language == "" || h.Language == "es" {
		return ""
	}
	words := handOverWords[h.Language][key]
	return lo.Ternary(words == h.say(key), "", words)
}

// both is a word in both languages.
func (h HandOver) both(key string) string {
	return strings.Join(lo.Compact([]string{h.say(key), h.beside(key)}), " / ")
}

func (h HandOver) count() string {
	return fmt.Sprintf("%d %s", len(h.Parcels), lo.Ternary(len(h.Parcels) == 1, h.say("parcel"), h.say("parcels")))
}

// HandOverPDF writes the sheet on A4 pages.
func HandOverPDF(w io.Writer, h HandOver) error {
	doc := newDocument(Pile{Made: h.Made}, paperSize)
	doc.SetTitle(cleanText(h.say("title")+" "+h.Title), true)
	doc.AliasNbPages(pageCount)
	s := &sheets{Fpdf: doc}
	doc.SetHeaderFunc(func() { s.handOverHeader(h) })
	doc.SetFooterFunc(func() {
		s.write(h.Merchant, small, pageHeight-11, "L")
		s.print(line{encoded(fmt.Sprintf("Página %d de", s.PageNo())) + " " + pageCount, small}, margin, pageHeight-11, innerWidth, "R")
	})
	doc.AddPage()
	s.parcels(h)
	s.signing(h)
	return s.Output(w)
}

func (s *sheets) handOverHeader(h HandOver) {
	title, beside := face{true, 14}, face{false, 10}
	s.write(h.say("title"), title, margin, "L")
	s.print(line{encoded(h.beside("title")), beside}, margin+title.width(encoded(h.say("title")))+3, margin+0.6, 60, "L")
	s.write(lo.Ternary(h.Title == "", h.both("draft"), h.say("number")+" "+h.Title), face{true, 11}, margin, "R")
	s.write(strings.Join(lo.Uniq(lo.Compact([]string{h.Courier, h.Channel})), " · "), face{true, 12}, margin+7, "L")
	s.write(h.count(), face{true, 12}, margin+7, "R")
	where := strings.Join(lo.Compact([]string{h.both("site") + " " + h.Site, h.Merchant}), " · ")
	s.write(where, plain, margin+13, "L")
	closed := h.Made.Format("2006-01-02 15:04")
	if h.ClosedBy != "" {
		closed = h.both("closed") + " " + h.ClosedBy + ", " + closed
	}
	s.write(closed, plain, margin+13, "R")
	s.SetDrawColor(90, 90, 90)
	s.SetLineWidth(0.25)
	s.Line(margin, margin+19, pageWidth-margin, margin+19)
	s.SetXY(margin, handOverTop)
}

// parcels draws the parcels in two columns, from top to bottom.
func (s *sheets) parcels(h HandOver) {
	const perColumn = 15 // parcels that fit below each other
	for from := 0; from < len(h.Parcels); from += 2 * perColumn {
		if from > 0 {
			s.AddPage()
		}
		part := h.Parcels[from:min(len(h.Parcels), from+2*perColumn)]
		rows := min(perColumn, (len(part)+1)/2)
		for i, parcel := range part {
			x, y := margin+float64(i/rows)*(parcelWidth+parcelGap), handOverTop+float64(i%rows)*parcelHeight
			s.parcel(from+i+1, parcel, x, y)
		}
		s.SetXY(margin, handOverTop+float64(rows)*parcelHeight)
	}
}

func (s *sheets) parcel(number int, p Parcel, x, y float64) {
	s.SetDrawColor(205, 210, 216)
	s.SetLineWidth(0.15)
	s.Line(x, y+parcelHeight-1, x+parcelWidth, y+parcelHeight-1)
	s.print(line{encoded(fmt.Sprint(number)), bold}, x, y, numberWidth-1, "R")
	left, width := x+numberWidth+1, parcelWidth-numberWidth-1
	about := strings.Join(lo.Compact([]string{p.Part, p.Shop}), " · ")
	name := s.fitted(cmp.Or(p.Number, p.Code), bold, width)
	s.print(line{name, bold}, left, y, width, "L")
	s.print(line{s.fitted(about, small, max(0, width-bold.width(name)-3)), small}, left, y, width, "R")
	if drawBars(s.Fpdf, p.Code, left, y+lineHeight+0.3, width) {
		s.print(line{s.fitted(p.Code, small, width), small}, left, y+lineHeight+barsHeight+0.3, width, "L")
		return
	}
	for i, l := range atMost(plain.whole(encoded(p.Code), width), codeLines) {
		s.print(l, left, y+lineHeight+0.3+float64(i)*l.height(), width, "L")
	}
}

// drawBars draws Code 128; false when the code has letters that it lacks or is too long to be scanned.
func drawBars(doc *fpdf.Fpdf, code string, x, y, width float64) bool {
	if code == "" {
		return false
	}
	bars, err := code128.Encode(code)
	if err != nil {
		return false
	}
	modules := bars.Bounds().Dx()
	module := min(widestModule, (width-2*quietZone)/float64(modules))
	if module < narrowestBar {
		return false
	}
	doc.SetFillColor(0, 0, 0)
	for from := 0; from < modules; {
		to := from + 1
		for to < modules && bars.At(to, 0) == bars.At(from, 0) {
			to++
		}
		if r, _, _, _ := bars.At(from, 0).RGBA(); r == 0 {
			doc.Rect(x+quietZone+float64(from)*module, y, float64(to-from)*module, barsHeight, "F")
		}
		from = to
	}
	return true
}

// signing draws the sum, the control files and the lines to be signed, together on one page.
func (s *sheets) signing(h HandOver) {
	height := signingHeight + 4.5*float64(len(h.Controls))
	if s.GetY()+height > handOverBottom {
		s.AddPage()
	}
	y := s.GetY() + 3
	s.print(line{encoded(h.both("total") + ": " + h.count()), face{true, 11}}, margin, y, innerWidth, "L")
	y += 6
	for i, name := range h.Controls {
		s.print(line{s.fitted(lo.Ternary(i == 0, h.both("controls")+": ", "")+name, plain, innerWidth), plain}, margin, y, innerWidth, "L")
		y += 4.5
	}
	s.SetDrawColor(60, 60, 60)
	s.SetLineWidth(0.2)
	for side, fields := range [][]string{{"name", "date", "signature"}, {"name", "id", "plate", "date", "signature"}} {
		x, below := margin+float64(side)*(parcelWidth+parcelGap), y+2
		s.print(line{encoded(h.both(lo.Ternary(side == 0, "gives", "takes"))), bold}, x, below, parcelWidth, "L")
		for _, field := range fields {
			below += lo.Ternary(field == "signature", 13.0, 8.5)
			words := encoded(h.both(field))
			s.print(line{words, small}, x, below-lineHeight, parcelWidth, "L")
			s.Line(x+small.width(words)+2, below-0.4, x+parcelWidth, below-0.4)
		}
	}
}
