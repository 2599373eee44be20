package pdf

import (
	"slices"
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
	path    *box // of the path that is being made, in user space
	clips   bool // the path will clip
}

// mark is something painted, in user space. Text has room to spare in loose: how
// wide it is, is a guess.
type mark struct {
	box, loose box
	kind       markKind
	text       string
}

type markKind int

const (
	path markKind = iota
	image
	text
)

// state is the graphics state as far as it is followed.
type state struct {
	ctm           matrix
	clip          box
	font          *font
	size, leading float64
	line, at      matrix // text line matrix and text matrix
	white         bool   // fills are not seen on paper
}

func (s *source) reader(p page) *reader {
	return &reader{source: s, of: p, fonts: map[types.Object]*font{}, budget: pageBudget,
		state: state{ctm: identity, clip: p.visible(), line: identity, at: identity}}
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
		if m, ok := r.source.stamping(annotation, r.source.dict(appearance)); ok {
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
			r.operator(operator, operands)
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

func (r *reader) operator(operator string, operands []operand) {
	switch operator {
	case "cm":
		if m, ok := matrixOf(operands); ok {
			r.state.ctm = m.then(r.state.ctm)
		}
	case "g", "rg", "k", "sc", "scn":
		r.state.white = isWhite(operands)
	case "cs":
		r.state.white = false
	case "m", "l", "c", "v", "y", "re":
		r.extend(operator, operands)
	case "W", "W*":
		r.clips = true
	case "n", "f", "F", "f*", "B", "B*", "b", "b*", "S", "s":
		r.endPath(operator)
	case "sh":
		r.paint(mark{box: r.state.clip, loose: r.state.clip, kind: image})
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

// isWhite tells of a colour's components: all 1, or the four of CMYK all 0.
func isWhite(operands []operand) bool {
	want := lo.Ternary(len(operands) == 4, 0.0, 1.0)
	return len(operands) > 0 && !slices.ContainsFunc(operands, func(o operand) bool { return o.number != want || o.name != "" })
}

func (r *reader) extend(operator string, operands []operand) {
	add := func(x, y float64) {
		x, y = r.state.ctm.point(x, y)
		if r.path == nil {
			r.path = &box{x, y, x, y}
			return
		}
		*r.path = box{min(r.path[0], x), min(r.path[1], y), max(r.path[2], x), max(r.path[3], y)}
	}
	if operator == "re" && len(operands) == 4 {
		x, y, w, h := operands[0].number, operands[1].number, operands[2].number, operands[3].number
		add(x, y)
		add(x+w, y)
		add(x, y+h)
		add(x+w, y+h)
		return
	}
	for i := 0; i+1 < len(operands); i += 2 {
		add(operands[i].number, operands[i+1].number)
	}
}

// endPath paints the path and clips by it. On a page whose marks are looked at,
// each path is one mark.
func (r *reader) endPath(operator string) {
	made := r.path
	clips := r.clips
	r.path, r.clips = nil, false
	if made == nil {
		return
	}
	fillOnly := operator[0] == 'f' || operator[0] == 'F'
	if operator != "n" && !(fillOnly && r.state.white) {
		r.paint(mark{box: *made, loose: *made, kind: path})
	}
	if clips {
		r.state.clip = r.state.clip.intersect(*made)
	}
}

func (r *reader) paintUnit() {
	b := r.state.ctm.box(box{0, 0, 1, 1})
	r.paint(mark{box: b, loose: b, kind: image})
}

// paint notes a mark, as far as it is seen.
func (r *reader) paint(m mark) {
	m.box, m.loose = m.box.intersect(r.state.clip), m.loose.intersect(r.state.clip)
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
	if !ok || depth >= formDepth {
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
