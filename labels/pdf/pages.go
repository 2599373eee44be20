package pdf

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/budget"
)

// page is a page's own dictionary with the entries that it inherits.
type page struct {
	object    int // its number, 0 if it has none
	dict      types.Dict
	resources types.Object
	media     box
	crop      box
	rotate    int
	unit      float64  // of user space, in points (ISO 32000 14.11.1)
	number    int      // from 1
	label     int      // its number among the labels that the page was cut into, from 1
	what      string   // its name, if it stands for something else than a page
	broken    error    // why it cannot be printed
	content   *Content // nil until it was read
	ending    *ending  // nil until the page was read
	printed   *printed // nil until it was found to be larger than its slot
}

func (p page) name() string {
	switch {
	case p.what != "":
		return p.what
	case p.label == 0:
		return fmt.Sprintf("page %d", p.number)
	}
	return fmt.Sprintf("page %d, label %d", p.number, p.label)
}

// sound returns an error for a page that cannot be printed.
func (p page) sound() error {
	if why := p.whyBroken(); why != nil {
		return newError(Damaged, "%s: %w", p.name(), why)
	}
	return nil
}

// whyBroken is known completely when the page was read.
func (p page) whyBroken() error {
	if p.broken == nil && p.content != nil {
		return p.content.broken
	}
	return p.broken
}

type box [4]float64 // left, bottom, right, top in points

// letter is the size that readers assume for a page without a usable one.
var letter = box{0, 0, 612, 792}

func (b box) usable() bool { return b[2]-b[0] >= 1 && b[3]-b[1] >= 1 }

func (b box) intersect(c box) box {
	return box{max(b[0], c[0]), max(b[1], c[1]), min(b[2], c[2]), min(b[3], c[3])}
}

func (b box) array() types.Array { return types.NewNumberArray(b[:]...) }

// Size is a page as it is printed: its visible part, turned upright, in points.
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

// findPages walks the page tree; if the tree leads nowhere, it searches the file for page objects
// instead.
func (s *source) findPages() error {
	s.off = s.layers()
	walk := treeWalk{source: s, above: map[int]bool{}, left: s.limits.Objects}
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
		return newError(NoPages, "no page found")
	}
	s.drawFields()
	return nil
}

// The defects of a page.
var (
	errMissingPage  = errors.New("it is missing in the file")
	errNoDrawing    = errors.New("its drawing is missing")
	errCutDrawing   = errors.New("its drawing is longer than it says")
	errPacked       = errors.New("its drawing is damaged")
	errLargeDrawing = errors.New("its drawing unpacks to more than a label may")
)

// settleMissing drops missing pages, and pages that are listed again, if the file's page count does
// not include them.
func (s *source) settleMissing(root types.Object) {
	there := lo.Filter(s.pages, func(p page, _ int) bool { return p.broken == nil })
	count, ok := s.number(s.dict(root)["Count"])
	if !ok || int(count) == len(there) {
		s.setPages(lo.Ternary(ok, there, s.pages))
		return
	}
	once := lo.UniqBy(there, func(p page) int { return cmp.Or(p.object, -p.number) })
	if int(count) == len(once) {
		s.listedAgain = len(there) - len(once)
		s.setPages(once)
	}
}

func (s *source) setPages(pages []page) {
	s.pages = pages
	for i := range s.pages {
		s.pages[i].number = i + 1
	}
}

func (s *source) catalog() types.Dict {
	return s.dict(s.objects.root())
}

// treeWalk goes through the page tree. A page that is listed twice is two pages, as viewers show it.
type treeWalk struct {
	source *source
	above  map[int]bool // the nodes above the present one, because a tree may lead back into itself
	left   int          // nodes that may still be visited
}

func (w *treeWalk) node(o types.Object, inherited page, depth int) error {
	if ref, ok := o.(types.IndirectRef); ok {
		inherited.object = ref.ObjectNumber.Value()
		if w.above[inherited.object] {
			return nil
		}
		w.above[inherited.object] = true
		defer delete(w.above, inherited.object)
	}
	d := w.source.dict(o)
	_, isStream := w.source.resolve(o).(types.StreamDict)
	switch {
	case depth > 0 && (d == nil || isStream): // the table points elsewhere
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
		if w.left--; w.left < 0 {
			return newError(TooManyPage, "the page tree has too many nodes")
		}
		if err := w.node(kid, inherited, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) addPage(d types.Dict, p page) error {
	if len(s.pages) >= s.limits.Pages {
		return newError(TooManyPage, "more than %d", s.limits.Pages)
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
	if o, ok := d["Resources"]; ok && s.dict(o) != nil {
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
	v, ok := s.numbers(o, len(box{}))
	if !ok || slices.ContainsFunc(v, func(n float64) bool { return math.IsNaN(n) || math.Abs(n) > 1e6 }) {
		return box{}, false
	}
	b := box{min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3])}
	return b, b.usable()
}

// markBroken finds the pages whose drawing is missing or cannot be unpacked: they would print
// blank, or only half. It fails if no page is sound.
func (s *source) markBroken() error {
	for i := range s.pages {
		p := &s.pages[i]
		if p.broken == nil {
			p.broken = s.contentsAreThere(*p)
		}
		if p.broken == nil {
			s.sound++
		}
	}
	switch {
	case s.sound == 0:
		reasons := map[error]Reason{errLargeDrawing: TooLarge, budget.ErrSpent: TooCostly}
		return &Error{Reason: cmp.Or(reasons[s.pages[0].broken], Damaged), Cause: s.pages[0].broken}
	case s.isPlaceholder():
		return newError(FormInXML, "its pages only say that another reader is needed")
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
		stream, ok := s.resolve(o).(types.StreamDict)
		if !ok {
			return errNoDrawing
		}
		if !isWhole(stream, s.data) {
			return errCutDrawing
		}
		if _, err := s.unpack(stream); err != nil {
			return whyNotUnpacked(err)
		}
	}
	return nil
}

// whyNotUnpacked says why a page whose drawing cannot be unpacked is not printed.
func whyNotUnpacked(err error) error {
	var refused *Error
	switch {
	case !errors.As(err, &refused):
	case refused.Reason == TooLarge:
		return errLargeDrawing
	case refused.Reason == TooCostly:
		return budget.ErrSpent
	}
	return errPacked
}

// searchPages takes every page object in the order of the object numbers.
func (s *source) searchPages() error {
	numbers := s.objects.numbers()
	slices.Sort(numbers)
	for _, number := range numbers {
		d, ok := s.resolve(*types.NewIndirectRef(number, 0)).(types.Dict)
		if !ok || s.name(d["Type"]) != "Page" {
			continue
		}
		if err := s.addPage(d, s.inherit(d, page{media: letter})); err != nil {
			return err
		}
	}
	return nil
}
