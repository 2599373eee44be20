package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
)

// pen draws the parts of a label, in points from its lower left corner.
type pen interface {
	fill(x, y, w, h float64)
	frame(x, y, w, h float64)
	letters(x, y, size float64, text string)
	flush() // ends a group of fills
}

// vectorPen writes operators. Apart paints each bar on its own; lines draws frames as four lines.
type vectorPen struct {
	strings.Builder
	apart, lines, filling bool
}

func (p *vectorPen) fill(x, y, w, h float64) {
	fmt.Fprintf(p, "%.2f %.2f %.2f %.2f re ", x, y, w, h)
	if p.filling = true; p.apart {
		p.flush()
	}
}

func (p *vectorPen) flush() {
	if p.filling {
		p.WriteString("f ")
	}
	p.filling = false
}

func (p *vectorPen) frame(x, y, w, h float64) {
	if !p.lines {
		fmt.Fprintf(p, "%.2f %.2f %.2f %.2f re S ", x, y, w, h)
		return
	}
	for _, l := range [][4]float64{{x, y, x + w, y}, {x, y + h, x + w, y + h}, {x, y, x, y + h}, {x + w, y, x + w, y + h}} {
		fmt.Fprintf(p, "%.2f %.2f m %.2f %.2f l S ", l[0], l[1], l[2], l[3])
	}
}

func (p *vectorPen) letters(x, y, size float64, text string) {
	fmt.Fprintf(p, "BT /F1 %.2f Tf %.2f %.2f Td (%s) Tj ET ", size, x, y, text)
}

// pixelPen draws into a grey picture.
type pixelPen struct {
	width, height int
	scale         float64 // pixels per point
	left, bottom  float64 // of the label, in points
	pixels        []byte
}

func newPixelPen(width, height, dpi float64) *pixelPen {
	p := &pixelPen{width: int(width*dpi/72 + 0.5), height: int(height*dpi/72 + 0.5), scale: dpi / 72}
	p.pixels = bytes.Repeat([]byte{255}, p.width*p.height)
	return p
}

func (p *pixelPen) fill(x, y, w, h float64) {
	left, right := int((p.left+x)*p.scale+0.5), int((p.left+x+w)*p.scale+0.5)
	low, high := int((p.bottom+y)*p.scale+0.5), int((p.bottom+y+h)*p.scale+0.5)
	for py := max(0, p.height-high); py < min(p.height, p.height-low); py++ {
		for px := max(0, left); px < min(p.width, right); px++ {
			p.pixels[py*p.width+px] = 0
		}
	}
}

func (p *pixelPen) flush() {}

func (p *pixelPen) frame(x, y, w, h float64) {
	p.fill(x, y, w, 1)
	p.fill(x, y+h-1, w, 1)
	p.fill(x, y, 1, h)
	p.fill(x+w-1, y, 1, h)
}

// letters draws each letter as a few dots that depend on it.
func (p *pixelPen) letters(x, y, size float64, text string) {
	for i, letter := range []byte(text) {
		for dot := range 12 {
			if letter != ' ' && (letter>>(dot%6)&1 == 1 || dot%4 == 0) {
				p.fill(x+size*(0.5*float64(i)+0.14*float64(dot%3)), y+size*0.18*float64(dot/3), size*0.15, size*0.19)
			}
		}
	}
}

// picture is the pixels as an image object.
func (p *pixelPen) picture(t *testing.T) string {
	t.Helper()
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestSpeed)
	require.NoError(t, err)
	_, err = w.Write(p.pixels)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode", p.width, p.height), packed.String())
}

// bars draws a barcode in which each number has bars of its own.
func bars(p pen, x, y, w, h float64, number string) {
	const count = 36
	modules := 0
	widths := make([]int, 2*count)
	random := randomOf(number)
	for i := range widths {
		widths[i] = 1 + random.IntN(3)
		modules += widths[i]
	}
	const widest = 1.6 // points, of a module
	module := min(w/float64(modules), widest)
	for i, n := range widths {
		if i%2 == 0 {
			p.fill(x, y, module*float64(n), h)
		}
		x += module * float64(n)
	}
	p.flush()
}

func randomOf(number string) *rand.Rand {
	seed := fnv.New64a()
	seed.Write([]byte(number))
	return rand.New(rand.NewPCG(seed.Sum64(), 0))
}

// square draws a two-dimensional code.
func square(p pen, x, y, side float64, number string) {
	const modules = 25
	random := randomOf(number)
	size := side / modules
	for row := range modules {
		for column := range modules {
			if row == 0 || column == 0 || row == modules-1 && column%2 == 0 || random.IntN(2) == 0 {
				p.fill(x+size*float64(column), y+size*float64(row), size, size)
			}
		}
	}
	p.flush()
}

// template draws a label of a size, with a number that no other label has.
type template func(p pen, w, h float64, number string)

var streets = []string{"Av. Siempreviva 742", "Los Alerces 12", "Pasaje Nuevo Amanecer 1180, depto. B", "Calle 8"}

func pick(from []string, number string) string { return from[int(number[len(number)-1])%len(from)] }

// couriers are templates of different couriers.
var couriers = map[string]template{
	"text above its barcode": func(p pen, w, h float64, number string) {
		size := min(h/16, w/22)
		p.letters(0.06*w, 0.90*h, size, "Remitente: Tienda Sur")
		p.letters(0.06*w, 0.80*h, size, pick([]string{"Ana Rojas", "Juan Perez de la Fuente", "Li"}, number))
		p.letters(0.06*w, 0.72*h, size, pick(streets, number))
		p.letters(0.06*w, 0.64*h, size, "Envio "+number)
		bars(p, 0.1*w, 0.12*h, 0.7*w, min(0.4*h, 90), number)
	},
	"a code at the top, bars at the bottom": func(p pen, w, h float64, number string) {
		size := min(h/18, w/24)
		side := min(0.28*w, 0.4*h)
		square(p, 0.65*w, 0.94*h-side, side, number)
		p.letters(0.07*w, 0.88*h, size*1.4, "PACIFICO")
		p.letters(0.07*w, 0.76*h, size, pick(streets, number))
		p.letters(0.07*w, 0.60*h, size, "Zona SCL 4")
		bars(p, 0.07*w, 0.16*h, 0.8*w, 0.2*h, number)
		p.letters(0.2*w, 0.07*h, size, "TRK "+number)
	},
	"barcode at the top, nothing below": func(p pen, w, h float64, number string) {
		size := min(h/20, w/20)
		p.letters(0.07*w, 0.90*h, size*1.5, "CLIENTE "+number[len(number)-2:])
		p.letters(0.07*w, 0.83*h, size, "MLC"+number)
		bars(p, 0.07*w, 0.58*h, 0.8*w, min(0.2*h, 90), number)
	},
	"lines of its own size": func(p pen, w, h float64, number string) {
		p.letters(12, h-20, 11, "Remitente: Tienda Sur")
		p.letters(12, h-36, 9, pick(streets, number))
		p.letters(12, h-50, 9, "Santiago de Chile")
		p.letters(12, h-64, 9, "Envio "+number)
		bars(p, 20, 14, w-40, h-90, number)
	},
	"two barcodes": func(p pen, w, h float64, number string) {
		size := min(h/20, w/24)
		bars(p, 0.08*w, 0.74*h, 0.75*w, 0.17*h, number)
		p.letters(0.08*w, 0.66*h, size, number)
		p.letters(0.08*w, 0.55*h, size, "Destinatario")
		p.letters(0.08*w, 0.48*h, size, pick(streets, number))
		bars(p, 0.2*w, 0.12*h, 0.5*w, 0.2*h, number+"9")
		p.letters(0.08*w, 0.03*h, size, "Bulto 1 de 1")
	},
}

// pageOf makes a page that a person sees as width × height, turned by a number of degrees, with
// pictures named P0, P1 and so on.
func pageOf(width, height float64, rotate int, content string, pictures ...string) []byte {
	w, h := width, height
	turn := map[int]string{0: "", 90: fmt.Sprintf("0 1 -1 0 %g 0 cm ", height), 180: fmt.Sprintf("-1 0 0 -1 %g %g cm ", width, height), 270: fmt.Sprintf("0 -1 1 0 0 %g cm ", width)}
	if rotate%180 != 0 {
		w, h = h, w
	}
	var names strings.Builder
	for i := range pictures {
		fmt.Fprintf(&names, "/P%d %d 0 R", i, 6+i)
	}
	objects := append([]string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %g %g]/Rotate %d/Resources<</Font<</F1 4 0 R>>/XObject<<%s>>>>/Contents 5 0 R>>", w, h, rotate, names.String()),
		helvetica, stream("", turn[rotate]+content)}, pictures...)
	return sample.PDFWithObjects(objects...)
}
