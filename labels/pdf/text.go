package pdf

import (
	"bytes"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Content is what a page shows: its text in the order of the file, a line for
// each move to another line, and whether it paints nothing at all.
type Content struct {
	Text  string
	Blank bool
}

// Content reads page i, counted from 0. What cannot be read is left out.
func (d Document) Content(i int) (content Content) {
	r := &reader{source: d.source, fonts: map[types.Object]*font{}, budget: pageBudget}
	defer func() {
		if recover() != nil { // the library met an odd object: keep what was read
			content = r.content()
		}
	}()
	p := d.source.pages[i]
	r.run(d.source.contents(p.dict["Contents"]), d.source.dict(p.resources), 0)
	for _, o := range d.source.printedAnnotations(p) {
		r.form(d.source.appearance(o.(types.Dict)), nil, 0)
	}
	return r.content()
}

// Texts gives the readable text of each page.
func Texts(data []byte) ([]string, error) {
	d, err := Check(data, Limits{})
	if err != nil {
		return nil, err
	}
	texts := make([]string, d.Pages)
	for i := range texts {
		texts[i] = d.Content(i).Text
	}
	return texts, nil
}

const (
	pageBudget  = 2_000_000 // operators of a page and the forms on it
	longestText = 256 << 10
	formDepth   = 12
)

// reader runs a page's operators as far as text goes (ISO 32000 9.4).
type reader struct {
	source  *source
	fonts   map[types.Object]*font
	out     strings.Builder
	painted bool
	budget  int
	hidden  int // marked contents that are open, from the outermost one that a layer hides
	y       float64
}

func (r *reader) content() Content {
	return Content{Text: r.out.String(), Blank: !r.painted}
}

func (r *reader) run(stream []byte, resources types.Dict, depth int) {
	l := &lexer{data: stream}
	var current *font
	var saved []*font
	for r.budget > 0 && r.out.Len() < longestText {
		r.budget--
		operator, operands, ok := l.next()
		if !ok {
			return
		}
		if r.isHidden(operator, operands, resources) {
			continue
		}
		switch operator {
		case "q":
			if len(saved) < 1000 {
				saved = append(saved, current)
			}
		case "Q":
			if len(saved) > 0 {
				current, saved = saved[len(saved)-1], saved[:len(saved)-1]
			}
		case "Tf":
			if len(operands) > 0 {
				current = r.fontNamed(operands[0].name, resources)
			}
		case "Do":
			if len(operands) > 0 {
				r.external(operands[0].name, resources, depth)
			}
		default:
			r.operator(operator, operands, current)
		}
	}
}

// isHidden follows marked contents into layers that are switched off: what is
// painted there is not seen.
func (r *reader) isHidden(operator string, operands []operand, resources types.Dict) bool {
	switch operator {
	case "BMC", "BDC":
		off := len(operands) >= 2 && operands[0].name == "OC" && r.source.hides(r.source.dict(resources["Properties"])[operands[1].name])
		if r.hidden > 0 || off {
			r.hidden++
		}
	case "EMC":
		r.hidden = max(0, r.hidden-1)
	case "q", "Q", "Tf", "BT", "ET", "Td", "TD", "Tm", "T*":
		return false
	}
	return r.hidden > 0
}

func (r *reader) operator(operator string, operands []operand, current *font) {
	switch operator {
	case "Tj":
		r.show(operands, current)
	case "'", `"`:
		r.separate("\n")
		r.show(operands, current)
	case "TJ":
		for _, o := range operands {
			r.show(o.list, current)
		}
	case "Td", "TD":
		if len(operands) == 2 && operands[1].number == 0 {
			r.separate(" ")
		} else {
			r.separate("\n")
		}
	case "Tm":
		if len(operands) == 6 && operands[5].number == r.y {
			r.separate(" ")
		} else {
			r.separate("\n")
		}
		if len(operands) == 6 {
			r.y = operands[5].number
		}
	case "T*", "BT", "ET":
		r.separate("\n")
	case "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "EI", "ID":
		r.painted = true
	}
}

// show writes strings; a number between them that moves on by more than a fifth
// of the font's size is a space.
func (r *reader) show(strings []operand, current *font) {
	const space = -200
	for _, s := range strings {
		switch {
		case s.isText && current != nil:
			text := current.text(s.text)
			r.out.WriteString(text)
			r.painted = r.painted || len(bytes.TrimSpace([]byte(text))) > 0 || current.composite && len(s.text) > 0
		case !s.isText && s.number < space:
			r.separate(" ")
		}
	}
}

func (r *reader) separate(by string) {
	text := r.out.String()
	if text == "" || text[len(text)-1] == '\n' || by == " " && text[len(text)-1] == ' ' {
		return
	}
	r.out.WriteString(by)
}

func (r *reader) fontNamed(name string, resources types.Dict) *font {
	o := r.source.dict(resources["Font"])[name]
	ref, isRef := o.(types.IndirectRef)
	if !isRef {
		return r.source.font(o)
	}
	if f, ok := r.fonts[ref]; ok {
		return f
	}
	f := r.source.font(ref)
	r.fonts[ref] = f
	return f
}

func (r *reader) external(name string, resources types.Dict, depth int) {
	o := r.source.dict(resources["XObject"])[name]
	if stream, ok := r.source.get(o).(types.StreamDict); ok && !r.source.hides(stream.Dict["OC"]) {
		if r.source.name(stream.Dict["Subtype"]) == "Form" {
			r.form(o, resources, depth)
			return
		}
		r.painted = true
	}
}

func (r *reader) form(o types.Object, inherited types.Dict, depth int) {
	stream, ok := r.source.get(o).(types.StreamDict)
	if !ok || depth >= formDepth {
		return
	}
	resources := r.source.dict(stream.Dict["Resources"])
	if resources == nil {
		resources = inherited
	}
	r.separate("\n")
	r.run(r.source.decoded(stream), resources, depth+1)
}

// contents puts a page's content streams after each other.
func (s *source) contents(o types.Object) []byte {
	switch o := s.get(o).(type) {
	case types.StreamDict:
		return s.decoded(o)
	case types.Array:
		var all bytes.Buffer
		for _, part := range o {
			if stream, ok := s.get(part).(types.StreamDict); ok && int64(all.Len()) < s.limits.StreamBytes {
				all.Write(s.decoded(stream))
				all.WriteByte('\n')
			}
		}
		return all.Bytes()
	}
	return nil
}

// decoded unpacks a stream; one that cannot be unpacked is empty.
func (s *source) decoded(stream types.StreamDict) []byte {
	data, err := s.unpack(stream)
	if err != nil {
		return nil
	}
	return data
}

func (s *source) unpack(stream types.StreamDict) ([]byte, error) {
	left := s.limits.DrawnBytes - s.drawn
	if left <= 0 {
		return nil, refuse(TooLarge, "the pages unpack to more than %d bytes", s.limits.DrawnBytes)
	}
	if stream.FilterPipeline == nil {
		stream = s.withFilters(stream)
	}
	if err := stream.DecodeWithLimit(min(left, s.limits.StreamBytes)); err != nil {
		s.drawn += s.limits.StreamBytes / 8 // what was unpacked before it failed is not known
		return nil, refuse(Damaged, "a stream: %w", err)
	}
	s.drawn += int64(len(stream.Content))
	return stream.Content, nil
}
