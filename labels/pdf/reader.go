package pdf

import (
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

const (
	pageBudget  = 2_000_000 // operators of a page and the forms on it
	fileBudget  = 20_000_000
	longestText = 256 << 10
	formDepth   = 12
	mostMarks   = 20_000
	mostStates  = 1_000
)

// reader runs a page's operators (ISO 32000 8.2) as far as it has to for knowing
// what is painted where, and which text it is.
type reader struct {
	source  *source
	of      page
	fonts   map[types.Object]*font
	out     strings.Builder
	marks   []mark
	painted bool
	budget  int
	hidden  int // marked contents that are open, from the outermost one that a layer hides
	y       float64
	state   state
	saved   []state
	path    outline
}

// mark is something painted, in user space. Bars are how many parts of it are
// small or narrow, as those of barcodes are.
type mark struct {
	box    box
	kind   markKind
	isBars bool // of a font of barcodes
	bars   int
}

type markKind int

const (
	path markKind = iota
	image
	text
)

// state is the graphics state as far as it is followed.
type state struct {
	textState
	ctm       matrix
	clip      box
	lineWidth float64
	space     bool // what fills is a grey or a light: 1 is white
	white     bool // fills are not seen on paper
}

func (s *source) reader(p page) *reader {
	return &reader{source: s, of: p, fonts: map[types.Object]*font{}, budget: pageBudget,
		state: state{textState: textState{line: identity, at: identity}, ctm: identity, clip: p.visible(), lineWidth: 1, space: true}}
}

// read reads a page once; its content stays with it.
func (s *source) read(p *page) *reader {
	r := s.reader(*p)
	r.page()
	content := r.content()
	p.content = &content
	return r
}

func (r *reader) content() Content {
	return Content{Text: r.out.String(), Blank: !r.painted}
}

// doubt takes a page that was not read to its end for painted: only what is
// blank for sure may be left out.
func (r *reader) doubt(cut bool) { r.painted = r.painted || cut }

func (r *reader) page() {
	content, err := r.source.contents(r.of.dict["Contents"])
	r.doubt(err != nil)
	r.run(content, r.source.dict(r.of.resources), 0)
	r.state = r.source.reader(r.of).state
	for _, o := range r.source.printedAnnotations(r.of) {
		annotation := o.(types.Dict)
		appearance := r.source.appearance(annotation)
		if m, ok := r.source.stamping(annotation, r.source.dict(appearance), r.of); ok {
			r.form(appearance, nil, m, 0)
		}
	}
}

func (r *reader) run(stream []byte, resources types.Dict, depth int) {
	l := &lexer{data: stream}
	outer := len(r.saved)
	for {
		if r.budget--; r.budget < 0 || r.source.operators <= 0 || r.out.Len() > longestText {
			r.doubt(true)
			break
		}
		r.source.operators--
		operator, operands, ok := l.next()
		if !ok {
			break
		}
		if r.isHidden(operator, operands, resources) {
			continue
		}
		switch operator {
		case "q":
			if len(r.saved) < mostStates {
				r.saved = append(r.saved, r.state)
			}
		case "Q":
			if len(r.saved) > outer {
				r.state, r.saved = r.saved[len(r.saved)-1], r.saved[:len(r.saved)-1]
			}
		case "Tf":
			if len(operands) > 1 {
				r.state.font, r.state.size = r.fontNamed(operands[0].name, resources), operands[1].number
			}
		case "Do":
			if len(operands) > 0 {
				r.external(operands[0].name, resources, depth)
			}
		default:
			r.operator(operator, operands, resources)
		}
	}
	r.saved = r.saved[:outer]
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
	case "q", "Q", "cm", "Tf", "BT", "ET", "Td", "TD", "Tm", "TL", "T*":
		return false
	}
	return r.hidden > 0
}

func (r *reader) operator(operator string, operands []operand, resources types.Dict) {
	switch operator {
	case "cm":
		if m, ok := matrixOf(operands); ok {
			r.state.ctm = m.then(r.state.ctm)
		}
	case "w":
		if len(operands) == 1 {
			r.state.lineWidth = operands[0].number
		}
	case "g", "rg", "k", "sc", "scn", "cs":
		r.fillColour(operator, operands, resources)
	case "m", "l", "c", "v", "y", "re":
		r.extend(operator, operands)
	case "W", "W*":
		r.path.clips = true
	case "n", "f", "F", "f*", "B", "B*", "b", "b*", "S", "s":
		r.endPath(operator)
	case "sh":
		r.paint(mark{box: r.state.clip, kind: image})
	case "ID":
		r.paintUnit()
	default:
		r.textOperator(operator, operands)
	}
}

func matrixOf(operands []operand) (matrix, bool) {
	if len(operands) != len(identity) {
		return identity, false
	}
	return matrix(lo.Map(operands, func(o operand, _ int) float64 { return o.number })), true
}

func (r *reader) paintUnit() {
	r.paint(mark{box: r.state.ctm.box(box{0, 0, 1, 1}), kind: image})
}

// paint notes a mark, as far as it is seen.
func (r *reader) paint(m mark) {
	m.box = m.box.intersect(r.state.clip)
	if m.box[0] > m.box[2] || m.box[1] > m.box[3] {
		return
	}
	r.painted = true
	if len(r.marks) <= mostMarks {
		r.marks = append(r.marks, m)
	}
}

func (r *reader) external(name string, resources types.Dict, depth int) {
	o := r.source.dict(resources["XObject"])[name]
	stream, ok := r.source.get(o).(types.StreamDict)
	if !ok || r.source.hides(stream.Dict["OC"]) {
		return
	}
	if r.source.name(stream.Dict["Subtype"]) == "Form" {
		r.form(o, resources, identity, depth)
		return
	}
	r.paintUnit()
}

// form runs a form's drawing after a transformation.
func (r *reader) form(o types.Object, inherited types.Dict, m matrix, depth int) {
	stream, ok := r.source.get(o).(types.StreamDict)
	if r.doubt(ok && depth >= formDepth); !ok || depth >= formDepth {
		return
	}
	resources := r.source.dict(stream.Dict["Resources"])
	if resources == nil {
		resources = inherited
	}
	before := r.state
	r.state.ctm = r.source.matrix(stream.Dict["Matrix"]).then(m).then(before.ctm)
	if bounds, ok := r.source.box(stream.Dict["BBox"]); ok {
		r.state.clip = before.clip.intersect(r.state.ctm.box(bounds))
	}
	r.separate("\n")
	content, err := r.source.unpack(stream)
	r.doubt(err != nil)
	r.run(content, resources, depth+1)
	r.state = before
}
