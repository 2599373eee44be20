package ipp

import (
	"math"
	"regexp"
	"strconv"

	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/printing/ipp/wire"
)

// mediaSize is a size of paper in hundredths of a millimetre, as IPP counts.
type mediaSize struct{ x, y int }

// alike is how far sizes of the same paper may lie apart: 1 mm. 4 × 6 inches and 10 × 15 cm are not alike.
const alike = 100

func sizeOf(stock pdf.Stock) mediaSize {
	page := stock.PageSize()
	hundredths := func(points float64) int { return int(math.Round(points / 72 * 2540)) }
	return mediaSize{hundredths(page.Width), hundredths(page.Height)}
}

// isLike says that it is the same paper, whichever way it lies.
func (s mediaSize) isLike(other mediaSize) bool {
	near := func(a, b int) bool { return a-b <= alike && b-a <= alike }
	return near(s.x, other.x) && near(s.y, other.y) || near(s.x, other.y) && near(s.y, other.x)
}

func (s mediaSize) collection() wire.Value {
	return wire.Collection(wire.Attr("x-dimension", wire.Integer(s.x)), wire.Attr("y-dimension", wire.Integer(s.y)))
}

// media is the attribute that asks for paper, if the printer lists such paper; printers refuse a job that asks
// for other paper, and print on what they have where a job asks for none. What lies ready in a tray is asked
// for with its tray; then come the sizes, then the names that the printer knows.
func (f facts) media(want mediaSize) (attribute wire.Attribute, listed bool) {
	for _, ready := range f.ready {
		size, exact := readSize(ready.Member("media-size"))
		if !exact || !want.isLike(size) {
			continue
		}
		members := []wire.Attribute{wire.Attr("media-size", size.collection())}
		for _, name := range []string{"media-source", "media-type"} {
			if v := ready.Member(name); v.Tag != 0 {
				members = append(members, wire.Attr(name, v))
			}
		}
		return wire.Attr("media-col", wire.Collection(members...)), true
	}
	for _, known := range f.sizes {
		if size, ok := sizeWithin(known, want); ok {
			return wire.Attr("media-col", wire.Collection(wire.Attr("media-size", size.collection()))), true
		}
	}
	for _, name := range f.names {
		if size, ok := parseMediaName(name); ok && want.isLike(size) {
			return wire.Keywords("media", name), true
		}
	}
	return wire.Attribute{}, false
}

// readSize reads a media-size; false where it is none, or a range of sizes.
func readSize(v wire.Value) (mediaSize, bool) {
	x, isX := v.Member("x-dimension").Int()
	y, isY := v.Member("y-dimension").Int()
	return mediaSize{x, y}, isX && isY
}

// sizeWithin is the size to ask for where a known size, or a range of sizes, holds the one that is wanted.
func sizeWithin(known wire.Value, want mediaSize) (mediaSize, bool) {
	if size, exact := readSize(known); exact {
		return size, want.isLike(size)
	}
	lowX, highX, isX := known.Member("x-dimension").Bounds()
	lowY, highY, isY := known.Member("y-dimension").Bounds()
	return want, isX && isY && lowX <= want.x && want.x <= highX && lowY <= want.y && want.y <= highY
}

// A name of PWG 5101.1 ends with its size, such as na_index-4x6_4x6in; custom_min_ and custom_max_ are bounds.
var mediaName = regexp.MustCompile(`_(\d{1,5}(?:\.\d{1,4})?)x(\d{1,5}(?:\.\d{1,4})?)(mm|in)$`)

func parseMediaName(name string) (mediaSize, bool) {
	m := mediaName.FindStringSubmatch(name)
	if m == nil || len(name) > 11 && (name[:11] == "custom_min_" || name[:11] == "custom_max_") {
		return mediaSize{}, false
	}
	unit := map[string]float64{"mm": 100, "in": 2540}[m[3]]
	x, _ := strconv.ParseFloat(m[1], 64)
	y, _ := strconv.ParseFloat(m[2], 64)
	return mediaSize{int(math.Round(x * unit)), int(math.Round(y * unit))}, true
}
