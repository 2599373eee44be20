package pdf

import (
	"errors"
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
	unit      float64  // of user space, in points (ISO 32000 14.11.1)
	number    int      // from 1
	label     int      // of those that the page was cut into, from 1
	broken    error    // why it cannot be printed
	content   *Content // once it was read
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

func (p page) size() Size {
	visible, unit := p.visible(), p.unit
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
		s.settleMissing(catalog["Pages"])
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

// What is wrong with a page.
var (
	errMissingPage = errors.New("it is missing in the file")
	errNoDrawing   = errors.New("its drawing is missing")
	errCutDrawing  = errors.New("its drawing is longer than it says")
	errPacked      = errors.New("its drawing is damaged")
)

// settleMissing forgets the pages that are not there when the file counts
// without them.
func (s *source) settleMissing(root types.Object) {
	there := lo.Filter(s.pages, func(p page, _ int) bool { return p.broken == nil })
	if count, ok := s.number(s.dict(root)["Count"]); ok && int(count) == len(there) {
		s.pages = there
		for i := range s.pages {
			s.pages[i].number = i + 1
		}
	}
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
		inherited.broken = errMissingPage
		return w.source.addPage(nil, inherited)
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
	p.dict, p.number, p.unit = d, len(s.pages)+1, 1
	if unit, ok := s.number(d["UserUnit"]); ok && unit > 0 && unit < 1e4 {
		p.unit = unit
	}
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
	if degrees, ok := s.number(d["Rotate"]); ok {
		p.rotate = 0
		if math.Mod(degrees, 90) == 0 {
			p.rotate = (int(math.Mod(degrees, 360)) + 360) % 360
		}
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

// markBroken finds the pages whose drawing is missing or cannot be unpacked:
// they would come out blank, or by half. It fails when there is no other, and
// when a page unpacks to too much.
func (s *source) markBroken() error {
	for i := range s.pages {
		p := &s.pages[i]
		if p.broken == nil {
			p.broken = s.contentsAreThere(*p)
		}
		var refused *Error
		switch {
		case errors.As(p.broken, &refused):
			return refused
		case p.broken == nil:
			s.sound++
		}
	}
	if s.sound == 0 {
		return &Error{Reason: Damaged, Cause: s.pages[0].broken}
	}
	return nil
}

func (s *source) contentsAreThere(p page) error {
	contents, ok := p.dict["Contents"]
	if !ok {
		return nil
	}
	streams := types.Array{contents}
	if a := s.array(contents); a != nil {
		streams = a
	}
	for _, o := range streams {
		stream, ok := s.get(o).(types.StreamDict)
		if !ok {
			return errNoDrawing
		}
		if !s.isWhole(stream) {
			return errCutDrawing
		}
		var refused *Error
		if _, err := s.unpack(stream); errors.As(err, &refused) && refused.Reason == TooLarge {
			return refused
		} else if err != nil {
			return errPacked
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
