package pdf_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// arrangement is how labels lie on a generated sheet.
type arrangement struct {
	width, height float64 // as a person sees it
	columns, rows int
	margin, gap   float64
	frames        string // "", "boxes", "lines" or "shared"
	templates     []string
	missing       []int // of the labels, by rows
	rotate        int
	apart         bool         // bars are painted one by one
	places        [][4]float64 // of the labels; nil for a grid
	pictures      string       // "": drawn; "each" label or the "sheet" is one; "opaque": each, of a kind that is not examined
}

func (a arrangement) String() string {
	return fmt.Sprintf("%gx%g %dx%d margin %g gap %g frames %q %v missing %v rotate %d apart %v pictures %q",
		a.width, a.height, a.columns, a.rows, a.margin, a.gap, a.frames, strings.Join(a.templates, "+"), a.missing, a.rotate, a.apart, a.pictures)
}

func (a arrangement) numbers() (all []string) {
	for i := range a.columns * a.rows {
		if !slices.Contains(a.missing, i) {
			all = append(all, fmt.Sprint(42_000_000_017+131*i))
		}
	}
	return all
}

// place is where a label lies.
func (a arrangement) place(i int) (x, y, w, h float64) {
	if a.places != nil {
		at := a.places[i]
		return at[0], at[1], at[2], at[3]
	}
	w = (a.width - 2*a.margin - float64(a.columns-1)*a.gap) / float64(a.columns)
	h = (a.height - 2*a.margin - float64(a.rows-1)*a.gap) / float64(a.rows)
	return a.margin + float64(i%a.columns)*(w+a.gap), a.height - a.margin - h - float64(i/a.columns)*(h+a.gap), w, h
}

// isLow reports whether labels print no more than rows of a list do.
func (a arrangement) isLow() bool {
	_, _, w, h := a.place(0)
	const low = 205
	return a.frames == "" && a.templates[0] == "barcode at the top, nothing below" && (h < 110 || w > 2*h && h < low)
}

func (a arrangement) draw(t *testing.T) []byte {
	t.Helper()
	vector := &vectorPen{apart: a.apart, lines: a.frames == "lines"}
	page := newPixelPen(a.width, a.height, 100)
	var pictures []string
	for i := range a.columns * a.rows {
		if slices.Contains(a.missing, i) {
			continue
		}
		x, y, w, h := a.place(i)
		number := fmt.Sprint(42_000_000_017 + 131*i)
		label := couriers[a.templates[i%len(a.templates)]]
		draw := func(p pen) {
			if a.frames == "boxes" || a.frames == "lines" {
				p.frame(0, 0, w, h)
			}
			label(p, w, h, number)
		}
		switch a.pictures {
		case "":
			fmt.Fprintf(vector, "q 1 0 0 1 %.2f %.2f cm ", x, y)
			draw(vector)
			vector.WriteString("Q ")
		case "sheet":
			page.left, page.bottom = x, y
			draw(page)
		default:
			own := newPixelPen(w, h, 120)
			draw(own)
			fmt.Fprintf(vector, "q %.2f 0 0 %.2f %.2f %.2f cm /P%d Do Q ", w, h, x, y, len(pictures))
			pictures = append(pictures, own.picture(t))
			if a.pictures == "opaque" {
				pictures[len(pictures)-1] = strings.Replace(pictures[len(pictures)-1], "/FlateDecode", "/FlateDecode/Decode[0.1 0.9]", 1)
			}
		}
	}
	if a.frames == "shared" {
		for i := range a.columns + 1 {
			x := a.margin + float64(i)*(a.width-2*a.margin)/float64(a.columns)
			fmt.Fprintf(vector, "%.2f %.2f m %.2f %.2f l S ", x, a.margin, x, a.height-a.margin)
		}
		for i := range a.rows + 1 {
			y := a.margin + float64(i)*(a.height-2*a.margin)/float64(a.rows)
			fmt.Fprintf(vector, "%.2f %.2f m %.2f %.2f l S ", a.margin, y, a.width-a.margin, y)
		}
	}
	if a.pictures == "sheet" {
		fmt.Fprintf(vector, "q %g 0 0 %g 0 0 cm /P0 Do Q ", a.width, a.height)
		pictures = append(pictures, page.picture(t))
	}
	return pageOf(a.width, a.height, a.rotate, vector.String(), pictures...)
}

const (
	a4Short, a4Long         = 595.28, 841.89
	letterShort, letterLong = 612, 792
)

// arrangements are all that the tests generate.
func arrangements() (all []arrangement) {
	grids := [][2]int{{1, 2}, {1, 3}, {1, 4}, {2, 2}, {2, 3}, {2, 4}, {3, 3}, {2, 5}, {3, 8}, {3, 2}, {4, 4}, {1, 5}}
	frames := []string{"", "boxes", "lines", "shared"}
	names := []string{"text above its barcode", "a code at the top, bars at the bottom", "barcode at the top, nothing below", "two barcodes"}
	n := 0
	for _, grid := range grids {
		for _, frame := range frames {
			for _, name := range names {
				a := arrangement{width: a4Short, height: a4Long, columns: grid[0], rows: grid[1], frames: frame, templates: []string{name},
					margin: []float64{8, 20, 36}[n%3], gap: []float64{0, 4, 14}[n%3], rotate: []int{0, 0, 90, 180, 270}[n%5], apart: n%2 == 0}
				if n%4 == 3 {
					a.width, a.height = letterShort, letterLong
				}
				if frame == "shared" {
					a.gap = 0
				}
				if n%3 == 1 {
					a.missing = []int{grid[0]*grid[1] - 1}
				}
				all = append(all, a)
				n++
			}
		}
	}
	return append(all, pictureArrangements(names)...)
}

// pictureArrangements have labels that are pictures, alone or as one.
func pictureArrangements(names []string) (all []arrangement) {
	n := 0
	for _, grid := range [][2]int{{1, 2}, {2, 1}, {1, 3}, {2, 2}, {2, 3}, {2, 4}} {
		for _, frame := range []string{"", "boxes"} {
			for _, pictures := range []string{"each", "sheet", "opaque"} {
				a := arrangement{width: a4Short, height: a4Long, columns: grid[0], rows: grid[1], frames: frame, templates: []string{names[n%len(names)]},
					margin: []float64{20, 36}[n%2], gap: []float64{6, 14}[n%2], rotate: []int{0, 90, 180, 270}[n%4], pictures: pictures}
				if grid[0] > grid[1] {
					a.width, a.height = a4Long, a4Short
				}
				if pictures != "opaque" && frame == "boxes" {
					a.gap = 4
				}
				all = append(all, a)
				n++
			}
		}
	}
	return all
}
