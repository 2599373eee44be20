package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/pdf"
)

// uncut is a page that must not be cut. MaySay is whether it may be reported as several labels.
type uncut struct {
	data   []byte
	maySay bool
}

// papers are what is one label, or none, by what it shows.
var papers = map[string]struct {
	maySay bool
	draw   template
}{
	"three barcodes, each with its number below": {false, func(p pen, w, h float64, number string) {
		for i, line := range []string{"DHL PAKET", "De: Tienda Sur, Bodega 4", "Para: Ana Rojas", "Los Alerces 12", "Santiago"} {
			p.letters(0.06*w, 0.95*h-0.03*h*float64(i), 0.02*h, line)
		}
		for i := range 3 {
			bars(p, 0.1*w, 0.56*h-0.24*h*float64(i), 0.7*w, 0.14*h, number+fmt.Sprint(i))
			p.letters(0.2*w, 0.53*h-0.24*h*float64(i), 0.02*h, number+fmt.Sprint(i))
		}
	}},
	"three barcodes and nothing else": {true, func(p pen, w, h float64, number string) {
		for i := range 3 {
			bars(p, 0.1*w, 0.72*h-0.3*h*float64(i), 0.7*w, 0.2*h, number+fmt.Sprint(i))
			p.letters(0.2*w, 0.68*h-0.3*h*float64(i), 0.02*h, number+fmt.Sprint(i))
		}
	}},
	"a barcode and a code side by side": {false, func(p pen, w, h float64, number string) {
		p.letters(0.06*w, 0.9*h, 0.03*h, "Correos")
		p.letters(0.06*w, 0.8*h, 0.03*h, "Ana Rojas, Los Alerces 12")
		bars(p, 0.06*w, 0.4*h, 0.45*w, 0.2*h, number)
		p.letters(0.1*w, 0.35*h, 0.02*h, number)
		square(p, 0.6*w, 0.4*h, 0.3*w, number)
		p.letters(0.6*w, 0.35*h, 0.02*h, number+"7")
	}},
	"two boxed sections": {true, func(p pen, w, h float64, number string) {
		p.frame(0, 0.52*h, w, 0.48*h)
		p.frame(0, 0, w, 0.52*h)
		p.letters(0.06*w, 0.9*h, 0.025*h, "Ruta 12, Santiago")
		bars(p, 0.06*w, 0.6*h, 0.7*w, 0.2*h, number+"1")
		p.letters(0.06*w, 0.56*h, 0.02*h, number+"1")
		p.letters(0.06*w, 0.45*h, 0.025*h, "Ana Rojas, Los Alerces 12")
		p.letters(0.06*w, 0.40*h, 0.025*h, "Maipu, RM")
		bars(p, 0.06*w, 0.1*h, 0.7*w, 0.2*h, number)
		p.letters(0.06*w, 0.05*h, 0.02*h, number)
	}},
	"a label with instructions below": {false, func(p pen, w, h float64, number string) {
		couriers["text above its barcode"](below{p, h / 2}, w, h/2, number)
		for i := range 12 {
			p.letters(0.06*w, 0.45*h-0.03*h*float64(i), 0.015*h, "Imprime esta hoja, recorta la etiqueta y pegala en el paquete.")
		}
	}},
	"a label and its packing slip": {true, func(p pen, w, h float64, number string) {
		couriers["two barcodes"](below{p, h / 2}, w, h/2, number)
		p.letters(0.06*w, 0.44*h, 0.02*h, "Venta "+number)
		bars(p, 0.5*w, 0.36*h, 0.4*w, 0.08*h, number)
		for i, line := range []string{"1 x Remera blanca, talle M", "2 x Gorra azul", "Total 3"} {
			p.letters(0.06*w, 0.34*h-0.03*h*float64(i), 0.015*h, line)
		}
	}},
	"a label and a slip with a number of its own": {true, func(p pen, w, h float64, number string) {
		p.frame(0, 0.5*h, w, 0.5*h)
		p.frame(0, 0, w, 0.5*h)
		couriers["text above its barcode"](below{p, h / 2}, w, h/2, number)
		bars(p, 0.5*w, 0.38*h, 0.4*w, 0.06*h, "99"+number)
		for i, line := range []string{"Factura 99" + number, "Remera blanca, talle M", "Cantidad 3", "Gracias por tu compra"} {
			p.letters(0.06*w, 0.34*h-0.03*h*float64(i), 0.015*h, line)
		}
	}},
	"a label and its rows of a control list": {true, func(p pen, w, h float64, number string) {
		couriers["a code at the top, bars at the bottom"](below{p, h / 2}, w, h/2, number)
		for i := range 6 {
			y := 0.42*h - 0.07*h*float64(i)
			p.letters(0.06*w, y, 0.015*h, fmt.Sprint(43_000_000_000+i))
			p.letters(0.3*w, y, 0.015*h, "Caja "+fmt.Sprint(i))
			bars(p, 0.5*w, y, 0.4*w, 0.03*h, fmt.Sprint(43_000_000_000+i))
		}
	}},
	"the same label twice": {true, func(p pen, w, h float64, number string) {
		couriers["text above its barcode"](below{p, h / 2}, w, h/2, number)
		couriers["text above its barcode"](p, w, h/2, number)
	}},
	"an invoice": {false, func(p pen, w, h float64, number string) {
		p.frame(0, 0.86*h, w, 0.13*h)
		p.letters(0.04*w, 0.95*h, 0.015*h, "DANFE Documento Auxiliar da Nota Fiscal")
		bars(p, 0.5*w, 0.89*h, 0.42*w, 0.05*h, number)
		for i := range 20 {
			p.frame(0, 0.8*h-0.035*h*float64(i), w, 0.035*h)
			p.letters(0.04*w, 0.81*h-0.035*h*float64(i), 0.012*h, fmt.Sprintf("%d  Produto %d  R$ 10,00", 7_890_000_000_000+i, i))
		}
		square(p, 0.7*w, 0.01*h, 0.1*h, number)
	}},
	"rows with a barcode each": {false, func(p pen, w, h float64, number string) {
		for i := range 12 {
			y := 0.92*h - 0.08*h*float64(i)
			p.letters(0.04*w, y+0.02*h, 0.012*h, fmt.Sprint(43_000_000_000+i))
			p.letters(0.2*w, y+0.02*h, 0.012*h, "Mercado Libre")
			bars(p, 0.5*w, y, 0.4*w, 0.045*h, fmt.Sprint(43_000_000_000+i))
		}
	}},
	"rows with two barcodes each": {true, func(p pen, w, h float64, number string) {
		for i := range 9 {
			y := 0.9*h - 0.1*h*float64(i)
			for side := range 2 {
				of := fmt.Sprint(43_000_000_000 + 10*i + side)
				p.letters(0.04*w+0.5*w*float64(side), y+0.055*h, 0.012*h, of)
				bars(p, 0.04*w+0.5*w*float64(side), y, 0.4*w, 0.05*h, of)
			}
		}
	}},
	"a table with a large barcode in each row": {true, func(p pen, w, h float64, number string) {
		for i := range 6 {
			of := fmt.Sprint(43_000_000_000 + i)
			p.frame(0, h-85*float64(i+1), 283, 85)
			p.letters(10, h-85*float64(i)-20, 10, of)
			p.letters(10, h-85*float64(i)-34, 10, "Ana Rojas, 1 bulto")
			bars(p, 10, h-85*float64(i)-80, 200, 40, of)
		}
	}},
	"a table with a barcode in each row": {true, func(p pen, w, h float64, number string) {
		for i := range 8 {
			y := 0.88*h - 0.12*h*float64(i)
			p.frame(0, y, w, 0.12*h)
			p.letters(0.04*w, y+0.08*h, 0.012*h, fmt.Sprint(43_000_000_000+i))
			p.letters(0.04*w, y+0.05*h, 0.012*h, "Ana Rojas, 1 bulto")
			bars(p, 0.5*w, y+0.02*h, 0.4*w, 0.08*h, fmt.Sprint(43_000_000_000+i))
		}
	}},
}

// below moves what is drawn up, so that there is room below it.
type below struct {
	pen
	by float64
}

func (b below) fill(x, y, w, h float64)                 { b.pen.fill(x, y+b.by, w, h) }
func (b below) frame(x, y, w, h float64)                { b.pen.frame(x, y+b.by, w, h) }
func (b below) letters(x, y, size float64, text string) { b.pen.letters(x, y+b.by, size, text) }

// uncutPages are the papers and single labels in several sizes, places and kinds of drawing.
func uncutPages(t *testing.T) map[string]uncut {
	t.Helper()
	all := map[string]uncut{}
	papers := papers
	for name, label := range couriers {
		papers["one label: "+name] = struct {
			maySay bool
			draw   template
		}{name == "two barcodes", label}
	}
	places := map[string][4]float64{"the whole page": {20, 20, a4Short - 40, a4Long - 40}, "a corner": {20, a4Long - 452, 288, 432}, "the upper half": {20, a4Long/2 + 10, a4Short - 40, a4Long/2 - 30}, "10 x 19 cm": {150, 200, 283, 538}}
	n := 0
	for name, paper := range papers {
		for where, at := range places {
			for _, kind := range []string{"drawn", "drawn with lines", "a picture", "strips"} {
				if kind == "strips" && where != "the whole page" {
					continue
				}
				vector := &vectorPen{apart: n%2 == 0, lines: kind == "drawn with lines"}
				var pictures []string
				if strings.HasPrefix(kind, "drawn") {
					fmt.Fprintf(vector, "q 1 0 0 1 %.2f %.2f cm ", at[0], at[1])
					paper.draw(vector, at[2], at[3], "42000000017")
				} else {
					pictures = scanned(t, vector, paper.draw, at, kind == "strips")
				}
				all[name+", "+where+", "+kind] = uncut{pageOf(a4Short, a4Long, []int{0, 90, 180, 270}[n%4], vector.String(), pictures...), paper.maySay}
				n++
			}
		}
	}
	return all
}

// scanned draws a page as one picture, or in strips of 64 lines.
func scanned(t *testing.T, onto *vectorPen, draw template, at [4]float64, strips bool) (pictures []string) {
	t.Helper()
	page := newPixelPen(a4Short, a4Long, 100)
	page.left, page.bottom = at[0], at[1]
	draw(page, at[2], at[3], "42000000017")
	lines := page.height
	if strips {
		lines = 64
	}
	for top := 0; top < page.height; top += lines {
		strip := &pixelPen{width: page.width, height: min(lines, page.height-top)}
		strip.pixels = page.pixels[top*page.width : (top+strip.height)*page.width]
		fmt.Fprintf(onto, "q %.3f 0 0 %.3f 0 %.3f cm /P%d Do Q ", a4Short, float64(strip.height)/page.scale, a4Long-float64(top+strip.height)/page.scale, len(pictures))
		pictures = append(pictures, strip.picture(t))
	}
	return pictures
}

func TestWhatIsOneLabelOrNoneIsNotCut(t *testing.T) {
	t.Parallel()
	pages := uncutPages(t)
	assert.Greater(t, len(pages), 200)
	for name, page := range pages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(page.data, pdf.Limits{})
			require.NoError(t, err)
			single, sheets, err := d.CutSheets(noList)
			require.NoError(t, err)
			require.Equal(t, 1, single.Pages)
			if !page.maySay || len(sheets) > 0 {
				want := []pdf.Sheet{{Page: 1}}
				if !page.maySay {
					want = nil
				}
				assert.Equal(t, want, sheets)
			}
		})
	}
}
