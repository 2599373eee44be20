package pdf

import (
	"fmt"
	"math"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// page is a page's own dictionary with what it inherits filled in.
type page struct {
	dict      types.Dict
	resources types.Object
	media     box
	crop      box
	rotate    int
	number    int // from 1
	label     int // of those that the page was cut into, from 1
}

func (p page) name() string {
	if p.label == 0 {
		return fmt.Sprintf("page %d", p.number)
	}
	return fmt.Sprintf("page %d, label %d", p.number, p.label)
}

type box [4]float64 // left, bottom, right, top in points

// letter is what readers take for a page without a usable size.
var letter = box{0, 0, 612, 792}

func (b box) usable() bool { return b[2]-b[0] >= 1 && b[3]-b[1] >= 1 }

func (b box) intersect(c box) box {
	return box{max(b[0], c[0]), max(b[1], c[1]), min(b[2], c[2]), min(b[3], c[3])}
}

func (b box) array() types.Array { return types.NewNumberArray(b[:]...) }

// Size is a page as it is printed: its visible part, turned, in points.
type Size struct{ Width, Height float64 }

// visible is what readers show of a page: the crop box within the media box.
func (p page) visible() box { return p.crop.intersect(p.media) }

// unit is the size of the page's user space unit in points (ISO 32000 14.11.1).
func (p page) unit() float64 {
	switch u := p.dict["UserUnit"].(type) {
	case types.Float:
		return lo.Ternary(u > 0 && u < 1e4, float64(u), 1)
	case types.Integer:
		return lo.Ternary(u > 0 && u < 1e4, float64(u), 1)
	}
	return 1
}

func (p page) size() Size {
	visible, unit := p.visible(), p.unit()
	s := Size{Width: unit * (visible[2] - visible[0]), Height: unit * (visible[3] - visible[1])}
	if p.rotate%180 != 0 {
		s.Width, s.Height = s.Height, s.Width
	}
	return s
}

// findPages walks the page tree; a file whose tree leads nowhere is searched
// for page objects instead.
func (s *source) findPages() error {
	s.off = s.layers()
	walk := treeWalk{source: s, seen: map[int]bool{}}
	if catalog := s.catalog(); catalog != nil {
		if err := walk.node(catalog["Pages"], page{media: letter}, 0); err != nil {
			return err
		}
	}
	if len(s.pages) == 0 {
		if err := s.searchPages(); err != nil {
			return err
		}
	}
	if len(s.pages) == 0 {
		return refuse(NoPages, "no page found")
	}
	return nil
}

func (s *source) catalog() types.Dict {
	return s.dict(s.objects.root())
}

type treeWalk struct {
	source *source
	seen   map[int]bool
}

func (w treeWalk) node(o types.Object, inherited page, depth int) error {
	if ref, ok := o.(types.IndirectRef); ok {
		number := ref.ObjectNumber.Value()
		if w.seen[number] {
			return nil
		}
		w.seen[number] = true
	}
	d := w.source.dict(o)
	_, isStream := w.source.get(o).(types.StreamDict)
	switch {
	case depth > 0 && (d == nil || isStream): // a table that points elsewhere
		return refuse(Damaged, "a page is missing")
	case d == nil || depth > maxDepth:
		return nil
	}
	inherited = w.source.inherit(d, inherited)
	kids, isNode := d["Kids"]
	if !isNode {
		return w.source.addPage(d, inherited)
	}
	for _, kid := range w.source.array(kids) {
		if err := w.node(kid, inherited, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) addPage(d types.Dict, p page) error {
	if len(s.pages) >= s.limits.Pages {
		return refuse(TooManyPage, "more than %d", s.limits.Pages)
	}
	p.dict, p.number = d, len(s.pages)+1
	if !p.crop.usable() || !p.visible().usable() {
		p.crop = p.media
	}
	s.pages = append(s.pages, p)
	return nil
}

func (s *source) inherit(d types.Dict, p page) page {
	if o, ok := d["Resources"]; ok {
		p.resources = o
	}
	if b, ok := s.box(d["MediaBox"]); ok {
		p.media = b
	}
	if b, ok := s.box(d["CropBox"]); ok {
		p.crop = b
	}
	if degrees, ok := s.number(d["Rotate"]); ok && math.Abs(degrees) < 1e6 {
		p.rotate = (int(math.Round(degrees/90))*90%360 + 360) % 360
	}
	return p
}

func (s *source) box(o types.Object) (box, bool) {
	a := s.array(o)
	if len(a) != 4 {
		return box{}, false
	}
	var v [4]float64
	for i := range v {
		n, ok := s.number(a[i])
		if !ok || math.IsNaN(n) || math.Abs(n) > 1e6 {
			return box{}, false
		}
		v[i] = n
	}
	b := box{min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3])}
	return b, b.usable()
}

// contentsAreThere refuses a file cut short: a page whose drawing is missing or
// cannot be unpacked would come out blank.
func (s *source) contentsAreThere() error {
	for i, p := range s.pages {
		contents, ok := p.dict["Contents"]
		if !ok {
			continue
		}
		streams := types.Array{contents}
		if a := s.array(contents); a != nil {
			streams = a
		}
		for _, o := range streams {
			stream, ok := s.get(o).(types.StreamDict)
			if !ok {
				return refuse(Damaged, "the drawing of page %d is missing", i+1)
			}
			if !s.isWhole(stream) {
				return refuse(Damaged, "the drawing of page %d is longer than it says", i+1)
			}
			if _, err := s.unpack(stream); err != nil {
				return err
			}
		}
	}
	return nil
}

// searchPages takes every page object in the order of the object numbers.
func (s *source) searchPages() error {
	numbers := s.objects.numbers()
	slices.Sort(numbers)
	for _, number := range numbers {
		d, ok := s.get(*types.NewIndirectRef(number, 0)).(types.Dict)
		if !ok || s.name(d["Type"]) != "Page" {
			continue
		}
		if err := s.addPage(d, s.inherit(d, page{media: letter})); err != nil {
			return err
		}
	}
	return nil
}
