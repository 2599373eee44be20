package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// sheet places pages in the slots of a stock. Each page becomes a form of its own (ISO 32000 8.10),
// so vectors stay vectors and names do not clash.
type sheet struct {
	file    *file
	layout  Layout
	next    int // slot, from 0
	content bytes.Buffer
	forms   []int
}

func (s *sheet) begun() bool { return s.content.Len() > 0 || len(s.forms) > 0 }

// place returns the slot, from 0, in which a page was placed.
func (s *sheet) place(c *copier, p page) (slot int, fitted placing, err error) {
	slot = s.next
	fitted = p.fit(s.layout.Stock.slot(slot))
	visible := p.visible()
	fmt.Fprintf(&s.content, "q %s cm %s %s %s %s re W n\n", fitted.matrix,
		number(visible[0]), number(visible[1]), number(visible[2]-visible[0]), number(visible[3]-visible[1]))
	if err := s.draw(c, p); err != nil {
		return slot, fitted, err
	}
	s.content.WriteString("Q\n")
	s.next++
	if s.next == s.layout.Stock.Slots() {
		err = s.flush()
	}
	return slot, fitted, err
}

func (s *sheet) draw(c *copier, p page) error {
	if _, ok := p.dict["Contents"]; ok {
		n, err := c.form(p)
		if err != nil {
			return err
		}
		s.show(n)
	}
	for _, o := range c.from.printedAnnotations(p) {
		if err := s.stamp(c, o.(types.Dict), p); err != nil {
			return err
		}
	}
	return nil
}

// stamp draws an annotation's appearance where a reader would.
func (s *sheet) stamp(c *copier, annotation types.Dict, p page) error {
	ref, isRef := c.from.appearance(annotation).(types.IndirectRef)
	m, ok := c.from.stamping(annotation, c.from.dict(ref), p)
	if !ok || !isRef {
		return nil
	}
	n, err := c.reference(ref, 0)
	if err != nil {
		return err
	}
	fmt.Fprintf(&s.content, "q %s cm ", m)
	s.show(n)
	s.content.WriteString("Q\n")
	return nil
}

// stamping is the transformation that brings an annotation's appearance into its rectangle (ISO
// 32000 12.5.5, algorithm 8). On a turned page, an appearance that does not turn rotates around the
// rectangle's upper left corner.
func (s *source) stamping(annotation, form types.Dict, p page) (matrix, bool) {
	rect, hasRect := s.box(annotation["Rect"])
	bounds, hasBounds := s.box(form["BBox"])
	from := s.matrix(form["Matrix"]).box(bounds)
	if !hasRect || !hasBounds || from[2]-from[0] <= 0 || from[3]-from[1] <= 0 {
		return identity, false
	}
	x, y := (rect[2]-rect[0])/(from[2]-from[0]), (rect[3]-rect[1])/(from[3]-from[1])
	m := matrix{x, 0, 0, y, rect[0] - x*from[0], rect[1] - y*from[1]}
	if flags, _ := s.number(annotation["F"]); int(flags)&noRotateFlag != 0 {
		corner := box{rect[0], rect[3], rect[0], rect[3]}
		m = m.then(turned(corner, (360-p.rotate)%360)).then(matrix{1, 0, 0, 1, rect[0], rect[3]})
	}
	return m, true
}

func (s *sheet) show(form int) {
	s.forms = append(s.forms, form)
	fmt.Fprintf(&s.content, "/L%d Do\n", len(s.forms))
}

// flush writes the page that is being laid out.
func (s *sheet) flush() error {
	if !s.begun() {
		return nil
	}
	content := s.file.reserve()
	if err := s.file.write(content, fmt.Appendf(nil, "<</Length %d>>\nstream\n%s\nendstream", s.content.Len(), s.content.Bytes())); err != nil {
		return err
	}
	var forms strings.Builder
	for i, form := range s.forms {
		fmt.Fprintf(&forms, "/L%d %d 0 R", i+1, form)
	}
	body := fmt.Appendf(nil, "<</Type/Page/MediaBox[0 0 %s %s]/Contents %d 0 R/Resources<</XObject<<%s>>>>>>",
		number(s.layout.Stock.page.Width), number(s.layout.Stock.page.Height), content, forms.String())
	s.content.Reset()
	s.forms, s.next = s.forms[:0], 0
	return s.file.addPage(body)
}

// form writes a page's drawing as a form and returns its number.
func (c *copier) form(p page) (int, error) {
	stream, err := c.from.drawing(p)
	if err != nil {
		return 0, err
	}
	d := types.Dict{"Type": types.Name("XObject"), "Subtype": types.Name("Form"), "BBox": p.visible().array(), "Resources": c.resources(p)}
	for key, o := range stream.Dict {
		if key == "Filter" || key == "DecodeParms" {
			d[key] = o
		}
	}
	if group := c.from.dict(p.dict["Group"]); group != nil {
		d["Group"] = p.dict["Group"]
	}
	stream.Dict = d
	body, err := c.serialise(stream, 0)
	if err != nil {
		return 0, err
	}
	return c.to.share(body)
}

// drawing is a page's content as one stream; several are unpacked and joined, because one may end
// inside a group that the next continues.
func (s *source) drawing(p page) (types.StreamDict, error) {
	if stream, ok := s.resolve(p.dict["Contents"]).(types.StreamDict); ok {
		return stream, nil
	}
	if a := s.array(p.dict["Contents"]); len(a) == 1 {
		if stream, ok := s.resolve(a[0]).(types.StreamDict); ok {
			return stream, nil
		}
	}
	content, err := s.contents(p.dict["Contents"])
	if err != nil {
		return types.StreamDict{}, err
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(content); err != nil {
		return types.StreamDict{}, err
	}
	if err := w.Close(); err != nil {
		return types.StreamDict{}, err
	}
	return types.StreamDict{Dict: types.Dict{"Filter": types.Name("FlateDecode")}, Raw: packed.Bytes()}, nil
}

func (m matrix) String() string {
	parts := make([]string, len(m))
	for i, v := range m {
		parts[i] = number(v)
	}
	return strings.Join(parts, " ")
}

// number writes a coordinate, exact to a thousandth of a dot.
func number(v float64) string {
	out := strconv.FormatFloat(v, 'f', 6, 64)
	return strings.TrimSuffix(strings.TrimRight(out, "0"), ".")
}
