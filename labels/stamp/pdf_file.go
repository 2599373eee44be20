package stamp

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// pdfFile is a file that labels/pdf wrote: one table of objects, no encryption,
// each page with all that it would inherit.
type pdfFile struct {
	data  []byte
	table *model.XRefTable
	pages []pdfPage
	left  int64 // bytes that may still be unpacked
}

// pdfPage is a page and its place in the tree of pages.
type pdfPage struct {
	number  int
	node    int // object number of the node that holds it
	dict    types.Dict
	visible types.Rectangle
	rotate  int
	unit    float64
}

const (
	mostUnpacked = 256 << 20
	mostStream   = 32 << 20
	mostObjects  = 250_000
	deepest      = 60
	readWithin   = 20 * time.Second
)

var errTree = errors.New("its tree of pages cannot be read")

func openPDF(data []byte) (*pdfFile, error) {
	conf := model.NewDefaultConfiguration()
	conf.Offline = true
	conf.Limits.MaxStreamBytes, conf.Limits.MaxDecodeBytes = mostStream, mostStream
	conf.Limits.MaxObjectCount, conf.Limits.MaxXRefEntries = mostObjects, mostObjects
	conf.Limits.MaxRecursionDepth = deepest
	ctx, cancel := context.WithTimeout(context.Background(), readWithin)
	defer cancel()
	document, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(data), conf)
	if err != nil {
		return nil, err
	}
	f := &pdfFile{data: data, table: document.XRefTable, left: mostUnpacked}
	if f.table.Root == nil {
		return nil, errTree
	}
	root, ok := f.dict(*f.table.Root)["Pages"].(types.IndirectRef)
	if !ok {
		return nil, errTree
	}
	f.walk(root, 0, map[int]bool{})
	if len(f.pages) == 0 {
		return nil, errTree
	}
	return f, nil
}

func (f *pdfFile) walk(ref types.IndirectRef, parent int, seen map[int]bool) {
	number := ref.ObjectNumber.Value()
	if seen[number] {
		return
	}
	seen[number] = true
	d := f.dict(ref)
	kids, isNode := d["Kids"]
	if !isNode {
		f.pages = append(f.pages, f.page(number, parent, d))
		return
	}
	for _, kid := range f.array(kids) {
		if kid, ok := kid.(types.IndirectRef); ok {
			f.walk(kid, number, seen)
		}
	}
}

func (f *pdfFile) page(number, node int, d types.Dict) pdfPage {
	p := pdfPage{number: number, node: node, dict: d, unit: 1, visible: types.Rectangle{LL: types.Point{}, UR: types.Point{X: 612, Y: 792}}}
	if media, ok := f.box(d["MediaBox"]); ok {
		p.visible = media
	}
	if crop, ok := f.box(d["CropBox"]); ok {
		p.visible = types.Rectangle{
			LL: types.Point{X: max(p.visible.LL.X, crop.LL.X), Y: max(p.visible.LL.Y, crop.LL.Y)},
			UR: types.Point{X: min(p.visible.UR.X, crop.UR.X), Y: min(p.visible.UR.Y, crop.UR.Y)}}
	}
	if unit, ok := f.number(d["UserUnit"]); ok && unit > 0 && unit < 1e4 {
		p.unit = unit
	}
	if degrees, ok := f.number(d["Rotate"]); ok {
		p.rotate = (int(degrees)%360 + 360) % 360
	}
	return p
}

// size is the page as it is seen, in points.
func (p pdfPage) size() rect {
	r := rect{0, 0, p.unit * p.visible.Width(), p.unit * p.visible.Height()}
	if p.rotate%180 != 0 {
		r.right, r.bottom = r.bottom, r.right
	}
	return r
}

// seen brings the page's user space to the page as it is seen: points from its
// upper left corner, downwards.
func (p pdfPage) seen() matrix {
	left, bottom, right, top, u := p.visible.LL.X, p.visible.LL.Y, p.visible.UR.X, p.visible.UR.Y, p.unit
	switch p.rotate {
	case 90:
		return matrix{0, u, u, 0, -bottom * u, -left * u}
	case 180:
		return matrix{-u, 0, 0, u, right * u, -bottom * u}
	case 270:
		return matrix{0, -u, -u, 0, top * u, right * u}
	}
	return matrix{u, 0, 0, -u, -left * u, top * u}
}

// upright brings points from the lower left corner of the page as it is seen,
// upwards, to user space.
func (p pdfPage) upright() matrix {
	left, bottom, right, top, u := p.visible.LL.X, p.visible.LL.Y, p.visible.UR.X, p.visible.UR.Y, 1/p.unit
	switch p.rotate {
	case 90:
		return matrix{0, u, -u, 0, right, bottom}
	case 180:
		return matrix{-u, 0, 0, -u, right, top}
	case 270:
		return matrix{0, -u, u, 0, left, top}
	}
	return matrix{u, 0, 0, u, left, bottom}
}

// get follows references; what cannot be had is null.
func (f *pdfFile) get(o types.Object) types.Object {
	for range deepest {
		ref, ok := o.(types.IndirectRef)
		if !ok {
			return o
		}
		var err error
		if o, err = f.table.Dereference(ref); err != nil {
			return nil
		}
	}
	return nil
}

func (f *pdfFile) dict(o types.Object) types.Dict {
	switch o := f.get(o).(type) {
	case types.Dict:
		return o
	case types.StreamDict:
		return o.Dict
	}
	return nil
}

func (f *pdfFile) array(o types.Object) types.Array {
	a, _ := f.get(o).(types.Array)
	return a
}

func (f *pdfFile) name(o types.Object) string {
	n, _ := f.get(o).(types.Name)
	return string(n)
}

func (f *pdfFile) number(o types.Object) (float64, bool) {
	switch n := f.get(o).(type) {
	case types.Integer:
		return float64(n), true
	case types.Float:
		return float64(n), true
	}
	return 0, false
}

// numbers reads an array of so many numbers.
func (f *pdfFile) numbers(o types.Object, count int) ([]float64, bool) {
	a := f.array(o)
	if len(a) != count {
		return nil, false
	}
	values := make([]float64, count)
	for i := range a {
		var ok bool
		if values[i], ok = f.number(a[i]); !ok {
			return nil, false
		}
	}
	return values, true
}

func (f *pdfFile) box(o types.Object) (types.Rectangle, bool) {
	v, ok := f.numbers(o, 4)
	if !ok {
		return types.Rectangle{}, false
	}
	return types.Rectangle{LL: types.Point{X: min(v[0], v[2]), Y: min(v[1], v[3])}, UR: types.Point{X: max(v[0], v[2]), Y: max(v[1], v[3])}}, true
}

// unpacked gives a stream's data; ok is false when it cannot be had.
func (f *pdfFile) unpacked(o types.Object) (data []byte, ok bool) {
	stream, ok := f.get(o).(types.StreamDict)
	if !ok || f.left <= 0 || stream.DecodeWithLimit(min(f.left, mostStream)) != nil {
		return nil, false
	}
	f.left -= int64(len(stream.Content))
	return stream.Content, true
}
