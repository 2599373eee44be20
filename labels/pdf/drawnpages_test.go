package pdf_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/boombuler/barcode/code128"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// drawnPage is a page with one or two labels somewhere on it, and the numbers in their barcodes.
type drawnPage struct {
	name  string
	data  []byte
	unit  int // of user space, in points
	codes []string
}

// drawing is a page while it is drawn, by chance.
type drawing struct {
	t        *testing.T
	random   *rand.Rand
	paper    pdf.Size
	content  strings.Builder
	pictures []string
	codes    []string
}

var (
	labelSizes   = []pdf.Size{{Width: 288, Height: 432}, {Width: 283, Height: 425}, {Width: 297, Height: 419}, {Width: 283, Height: 283}, {Width: 283, Height: 200}, {Width: 200, Height: 283}}
	officePapers = []pdf.Size{{Width: 612, Height: 792}, {Width: 595, Height: 842}, {Width: 612, Height: 1008}, {Width: 842, Height: 595}}
)

// drawnPages are pages such as marketplaces make for office printers: several of each kind.
func drawnPages(t *testing.T, each int) []drawnPage {
	t.Helper()
	kinds := []struct {
		name string
		draw func(*drawing)
	}{
		{"a corner", (*drawing).corner}, {"a half, on its side", (*drawing).half}, {"one of three rows", (*drawing).row},
		{"instructions beside", (*drawing).instructions}, {"two sizes", (*drawing).twoSizes},
		{"only a picture", (*drawing).picture}, {"a scanned page", (*drawing).scan},
		{"long paper", (*drawing).long}, {"all over the page", (*drawing).whole}, {"a label on its own page", (*drawing).own},
	}
	var pages []drawnPage
	for k, kind := range kinds {
		for n := range each {
			d := &drawing{t: t, random: rand.New(rand.NewPCG(uint64(k), uint64(n)))}
			d.paper = officePapers[d.random.IntN(len(officePapers))]
			kind.draw(d)
			data, unit, how := d.file()
			pages = append(pages, drawnPage{fmt.Sprintf("%s %d%s", kind.name, n, how), data, int(unit), d.codes})
		}
	}
	return pages
}

func (d *drawing) size() pdf.Size { return labelSizes[d.random.IntN(len(labelSizes))] }

func (d *drawing) corner() {
	size := d.size()
	d.label(float64(d.random.IntN(2))*(d.paper.Width-size.Width), float64(d.random.IntN(2))*(d.paper.Height-size.Height), size, 1)
}

func (d *drawing) half() {
	d.paper = officePapers[d.random.IntN(2)]
	if d.random.IntN(2) == 0 {
		fmt.Fprintf(&d.content, "q 0 -1 1 0 90 %g cm\n", d.paper.Height-30)
	} else {
		fmt.Fprintf(&d.content, "q 0 1 -1 0 %g 20 cm\n", d.paper.Width-60)
	}
	d.label(0, 0, labelSizes[d.random.IntN(2)], 1)
	d.content.WriteString("Q\n")
}

func (d *drawing) row() {
	scale := 0.55 + d.random.Float64()*0.2
	d.label(150, d.paper.Height-scale*420-40-float64(d.random.IntN(2))*200, labelSizes[0], scale)
}

func (d *drawing) instructions() {
	d.paper = officePapers[d.random.IntN(2)]
	size := d.size()
	d.label(4, d.paper.Height-size.Height-4, size, 1)
	x, y, rows := 320.0, d.paper.Height-40, 18
	if d.random.IntN(2) == 0 {
		x, y, rows = 30, d.paper.Height-size.Height-60, 8
	}
	fmt.Fprintf(&d.content, "BT /F1 9 Tf 12 TL %g %g Td\n", x, y)
	for range rows {
		d.content.WriteString("(Imprima esta hoja y pegue la etiqueta en el paquete) Tj T*\n")
	}
	d.content.WriteString("ET\n")
}

func (d *drawing) twoSizes() {
	d.label(0, d.paper.Height-432, labelSizes[0], 1)
	d.label(d.paper.Width-290, 10, labelSizes[4], 0.8+0.2*d.random.Float64())
}

func (d *drawing) long() {
	d.paper = pdf.Size{Width: 288, Height: 576 + float64(d.random.IntN(200))}
	d.label(0, float64(d.random.IntN(140)), labelSizes[0], 1)
}

func (d *drawing) whole() {
	d.label(10, 10, pdf.Size{Width: d.paper.Width - 20, Height: d.paper.Height - 20}, 1)
}

func (d *drawing) own() {
	d.paper = d.size()
	d.label(0, 0, d.paper, 1)
}

// label draws a label: a frame or none, text, a barcode, and a rule.
func (d *drawing) label(x, y float64, size pdf.Size, scale float64) {
	module := []float64{1, 1.25, 1.5}[d.random.IntN(3)]
	number := fmt.Sprint(4_000_000_000 + d.random.IntN(1_000_000))
	d.codes = append(d.codes, number)
	fmt.Fprintf(&d.content, "q %g 0 0 %g %g %g cm %g w\n", scale, scale, x, y, []float64{0.5, 1, 2}[d.random.IntN(3)])
	top := size.Height
	if d.random.IntN(3) > 0 {
		inset := 2 + float64(d.random.IntN(6))
		fmt.Fprintf(&d.content, "%g %g %g %g re S\n", inset, inset, size.Width-2*inset, top-2*inset)
	}
	fmt.Fprintf(&d.content, "BT /F1 18 Tf 20 %g Td (DESTINATARIO) Tj /F1 11 Tf 0 -18 Td (Orden %s) Tj ET\n", top-38, number)
	bars := d.bars(number)
	for i, dark := range bars {
		if dark {
			fmt.Fprintf(&d.content, "%g %g %g 60 re f\n", 24+module*float64(i), top-130, module)
		}
	}
	fmt.Fprintf(&d.content, "16 %g m %g %g l S BT /F1 9 Tf 20 24 Td (Calle Larga 123, Comuna) Tj ET Q\n", top-150, size.Width-16, top-150)
}

func (d *drawing) bars(number string) []bool {
	code, err := code128.Encode(number)
	require.NoError(d.t, err)
	return lo.Times(code.Bounds().Dx(), func(x int) bool { r, _, _, _ := code.At(x, 0).RGBA(); return r == 0 })
}

// picture is a label as a picture of dots of 1/203 in.
func (d *drawing) picture() {
	const columns, rows = 800, 1200
	d.place(d.dots(columns, rows, 0, 0), columns, rows, pdf.Size{Width: columns * 72 / 203.0, Height: rows * 72 / 203.0},
		float64(d.random.IntN(2))*(d.paper.Width-columns*72/203.0), 0)
}

// scan is a page as a picture, with a label in one corner of it.
func (d *drawing) scan() {
	columns, rows := int(d.paper.Width*150/72), int(d.paper.Height*150/72)
	d.place(d.dots(columns, rows, d.random.IntN(columns-590), d.random.IntN(rows-890)), columns, rows, d.paper, 0, 0)
}

// dots are the bits of a picture with a barcode of three dots a module and a frame of 580 × 880 dots.
func (d *drawing) dots(columns, rows, left, top int) string {
	row := (columns + 7) / 8
	bits := []byte(strings.Repeat("\xff", row*rows))
	dark := func(x, y, width, height int) {
		for i := range width * height {
			at := (top+y+i/width)*row*8 + left + x + i%width
			bits[at/8] &^= 0x80 >> (at % 8)
		}
	}
	number := fmt.Sprint(4_000_000_000 + d.random.IntN(1_000_000))
	d.codes = append(d.codes, number)
	dark(4, 4, 580, 3)
	dark(4, 880, 580, 3)
	dark(4, 4, 3, 879)
	dark(581, 4, 3, 879)
	for i, isBar := range d.bars(number) {
		if isBar {
			dark(60+3*i, 200, 3, 150)
		}
	}
	dark(60, 500, 400, 20)
	return string(bits)
}

func (d *drawing) place(bits string, columns, rows int, size pdf.Size, x, y float64) {
	d.pictures = append(d.pictures, stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray", columns, rows), bits))
	fmt.Fprintf(&d.content, "q %g 0 0 %g %g %g cm /I1 Do Q\n", size.Width, size.Height, x, y)
}

// file is the page with what may surround it: a rotation, a crop box, a larger unit, white fills, a
// layer that is off, a stamp.
func (d *drawing) file() (data []byte, unit float64, how string) {
	before, after, boxes, entries := "", "", "", ""
	unit = 1
	if turn := 90 * d.random.IntN(4); turn > 0 {
		entries, how = fmt.Sprintf("/Rotate %d", turn), fmt.Sprintf(", rotated by %d", turn)
	}
	media := [4]float64{0, 0, d.paper.Width, d.paper.Height}
	switch d.random.IntN(5) {
	case 0:
		boxes, how = fmt.Sprintf("/CropBox[0 0 %g %g]", d.paper.Width, d.paper.Height), how+", cropped"
		media = [4]float64{-60, -40, d.paper.Width + 60, d.paper.Height + 40}
		before = "-50 -30 20 900 re f\n"
	case 1:
		unit, how = 2, how+", in double points"
		before, after = "q 0.5 0 0 0.5 0 0 cm\n", "Q\n"
	case 2:
		before, how = "1 g -9 -9 2000 2000 re f 0 g\n", how+", on white"
	case 3:
		before, how = "/OC /L BDC 0 0 2000 2000 re f EMC q -9 -9 5 5 re W n 0 0 2000 2000 re f Q 1 1 1 rg 0 0 50 50 re f 0 g\n", how+", over hidden marks"
	}
	if d.random.IntN(4) == 0 {
		entries, how = entries+"/Annots[6 0 R]", how+", with a stamp"
	}
	resources := "/Resources<</Font<</F1 4 0 R>>/Properties<</L 8 0 R>>"
	if len(d.pictures) > 0 {
		resources += "/XObject<</I1 9 0 R>>"
	}
	entries += fmt.Sprintf("/MediaBox[%g %g %g %g]", media[0]/unit, media[1]/unit, media[2]/unit, media[3]/unit) + boxes
	if unit > 1 {
		entries += fmt.Sprintf("/UserUnit %g", unit)
	}
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[8 0 R]/D<</OFF[8 0 R]>>>>>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/Contents 5 0 R" + resources + ">>" + entries + ">>", helvetica, stream("", before+d.content.String()+after),
		fmt.Sprintf("<</Type/Annot/Subtype/Stamp/F 4/Rect[%g %g %g %g]/AP<</N 7 0 R>>>>", 30/unit, 30/unit, 90/unit, 50/unit),
		stream("/Type/XObject/Subtype/Form/BBox[0 0 60 20]", "0 0 60 20 re f"), "<</Type/OCG/Name(off)>>",
	}
	return sample.PDFWithObjects(append(objects, d.pictures...)...), unit, how
}
