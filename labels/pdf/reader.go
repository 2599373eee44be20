package pdf

import (
	"cmp"
	"errors"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

const (
	longestText = 256 << 10
	mostMarks   = 20_000
	mostStates  = 10_000
)

// The reasons why a page was not read completely.
var (
	errDeepForms  = errors.New("the page nests forms too deeply")
	errManyStates = errors.New("the page saves its state too often")
	errUnreadable = errors.New("what the page shows cannot be read")
	errVertical   = errors.New("the page has text that runs downwards")
)

// reader runs a page's operators (ISO 32000 8.2) as far as needed to know what is painted where,
// and the page's text. Base transforms user space to the space of the marks.
type reader struct {
	source   *source
	of       page
	base     matrix
	each     func(Mark)                   // nil if nobody asks for them
	bars     *bars                        // nil if nobody asks how narrow they are
	sideways sideways                     // letters, if somebody asks for marks
	details  *sheetDetails                // nil but for pages that may carry several labels
	forms    map[types.IndirectRef][]byte // unpacked
	words    words
	marks    []mark
	painted  bool
	cut      bool                       // the page was not read completely
	noFont   bool                       // it calls for a font that is not in the file
	guessed  bool                       // it draws something that does not say whether it is a picture or a form
	lost     bool                       // it calls for a picture or form that is not in the file
	work     Work                       // what was done so far, but for the steps
	budget   int                        // steps that the page may still take
	owed     int                        // steps that were not yet taken from the bundle's budget
	spent    error                      // why no further step may be taken
	pixels   int                        // of pictures that may still be examined
	running  map[types.IndirectRef]bool // forms
	depth    int                        // of the form that is run
	unseen   bool                       // a drawing is run that is not followed for its marks
	hidden   int                        // number of open marked contents, from the outermost one that a layer hides
	y        float64
	state    state
	saved    []state
	path     outline
	ending   ending

	unmeasured error // why the places of some marks are not known
}

// state is the graphics state, as far as the reader follows it.
type state struct {
	textState
	ctm          matrix
	clip         box
	lineWidth    float64
	fill, stroke colour
	blends       bool // white may leave a mark
}

// ending is how a page's content leaves the graphics state: how many q are not undone, the lowest
// number on the way, and whether a text object is open.
type ending struct {
	open, lowest int
	inText       bool
}

func (s *source) reader(p page, base matrix) *reader {
	light := colour{space: additive}
	return &reader{source: s, of: p, base: base, forms: map[types.IndirectRef][]byte{}, running: map[types.IndirectRef]bool{},
		budget: pageBudget, pixels: mostPixels,
		state: state{textState: textState{line: identity, at: identity}, ctm: base, clip: base.box(p.visible()), lineWidth: 1, fill: light, stroke: light}}
}

// read reads a page once and stores its content in it.
func (s *source) read(p *page, details *sheetDetails) *reader {
	r := s.reader(*p, identity)
	r.details = details
	r.page()
	r.settle(p)
	return r
}

// settle stores what was read in the page. A page that exceeded its budget is not printed.
func (r *reader) settle(p *page) {
	p.content, p.ending = r.content(), &r.ending
	p.broken = cmp.Or(p.broken, r.spent)
}

// sheet is the visible part of the page.
func (r *reader) sheet() box { return r.base.box(r.of.visible()) }

func (r *reader) content() *Content {
	notes, broken := r.faults(r.marks)
	return &Content{Text: r.words.within(r.sheet()), Blank: !r.painted, Notes: notes, broken: broken}
}

// contentWithin is what a part of the page shows.
func (r *reader) contentWithin(part box) *Content {
	marks := lo.Filter(r.marks, func(m mark, _ int) bool {
		seen := m.box.intersect(part)
		return !(seen[0] > seen[2] || seen[1] > seen[3])
	})
	notes, broken := r.faults(marks)
	return &Content{Text: r.words.within(part), Blank: !r.cut && len(marks) == 0, Notes: notes, broken: broken}
}

// markUnread treats a page that was not read to its end as painted: only pages that are certainly blank
// may be left out.
func (r *reader) markUnread(why error) {
	r.painted, r.cut = true, true
	r.unmeasured = cmp.Or(r.unmeasured, why)
}

func (r *reader) page() {
	defer r.payOwed()
	begin := r.state
	content, err := r.source.contents(r.of.dict["Contents"])
	switch why := whyNotUnpacked(err); {
	case err == nil:
	case why == errPacked:
		r.markUnread(errUnreadable)
	default:
		r.giveUp(why)
		return
	}
	r.run(content, r.source.dict(r.of.resources), 0)
	const stepsPerNote = 20
	if !r.spend(stepsPerNote * len(r.source.array(r.of.dict["Annots"]))) {
		return
	}
	for _, o := range r.source.printedAnnotations(r.of) {
		if !r.spend(1) {
			break
		}
		r.state = begin
		annotation := o.(types.Dict)
		appearance := r.source.appearance(annotation)
		if m, ok := r.source.stamping(annotation, r.source.dict(appearance), r.of); ok {
			r.form(appearance, nil, m, 0)
		}
		if rect, ok := r.source.box(annotation["Rect"]); ok {
			r.measure(Solid, r.base.box(rect))
		}
	}
}

// run follows a content stream. States that it saves and does not restore are dropped at its end.
func (r *reader) run(stream []byte, resources types.Dict, depth int) {
	l := &lexer{data: stream}
	floor := len(r.saved)
	outside := r.depth
	r.depth = depth
	for {
		begin := l.at
		operator, operands, ok := l.next()
		if !r.spend(1+(l.at-begin)/bytesPerStep) || !ok {
			break
		}
		r.work.note(operator, operands)
		switch operator {
		case "q":
			r.save(depth)
		case "Q":
			r.restore(depth, floor)
		case "BMC", "BDC", "EMC":
			r.followMarkedContent(operator, operands, resources)
		case "Tf":
			r.setFont(operands, resources)
		case "gs":
			r.setState(operands, resources, depth)
		case "cs", "CS":
			r.setSpace(operator, operands, resources)
		case "scn", "SCN":
			r.drawPattern(operands, resources, depth)
			r.operator(operator, operands)
		case "Do":
			r.external(operands, resources, depth)
		case "ID":
			marks := len(r.marks)
			r.operator(operator, operands)
			picture := inlinePicture(operands, l.inline)
			r.notePictureDots(picture)
			r.judgePicture(picture, resources, marks)
		default:
			r.operator(operator, operands)
		}
	}
	r.saved, r.depth = r.saved[:floor], outside
}

func (r *reader) save(depth int) {
	if depth == 0 {
		r.ending.open++
	}
	if len(r.saved) == mostStates {
		r.markUnread(errManyStates)
		return
	}
	r.saved = append(r.saved, r.state)
}

func (r *reader) restore(depth, floor int) {
	if depth == 0 {
		r.ending.open--
		r.ending.lowest = min(r.ending.lowest, r.ending.open)
	}
	if len(r.saved) > floor {
		r.state, r.saved = r.saved[len(r.saved)-1], r.saved[:len(r.saved)-1]
	}
}

// followMarkedContent tracks marked contents in layers that are switched off: what is painted there is not seen.
func (r *reader) followMarkedContent(operator string, operands []operand, resources types.Dict) {
	if operator == "EMC" {
		r.hidden = max(0, r.hidden-1)
		return
	}
	off := len(operands) >= 2 && operands[0].name == "OC" && r.source.isHidden(r.source.dict(resources["Properties"])[operands[1].name])
	if r.hidden > 0 || off {
		r.hidden++
	}
}

// operator executes operators that need no resources.
func (r *reader) operator(operator string, operands []operand) {
	switch operator {
	case "cm":
		if m, ok := matrixOf(operands); ok {
			r.state.ctm = m.then(r.state.ctm)
		}
	case "w":
		if width, ok := last(operands); ok {
			r.state.lineWidth = width
		}
	case "g", "rg", "k", "sc", "scn", "G", "RG", "K", "SC", "SCN":
		r.setColour(operator, operands)
	case "m", "l", "c", "v", "y", "re", "h":
		r.extend(operator, operands)
	case "W", "W*":
		r.path.clips = true
	case "n", "f", "F", "f*", "B", "B*", "b", "b*", "S", "s":
		r.endPath(operator)
	case "sh":
		r.paint(mark{box: r.state.clip, kind: pictureMark})
		r.measure(Solid, r.state.clip)
	case "ID":
		r.paintSquare()
		r.measure(Solid, r.state.ctm.box(unitSquare))
	default:
		r.textOperator(operator, operands)
	}
}

// setState reads the relevant parts of an extended graphics state.
func (r *reader) setState(operands []operand, resources types.Dict, depth int) {
	d := r.source.dict(r.source.dict(resources["ExtGState"])[lastName(operands)])
	if width, ok := r.source.number(d["LW"]); ok {
		r.state.lineWidth = width
	}
	if mode, ok := d["BM"]; ok {
		name := r.source.name(mode)
		r.state.blends = name != "Normal" && name != "Compatible" && name != "Multiply"
	}
	r.drawMask(d, resources, depth)
	if font := r.source.array(d["Font"]); len(font) == 2 {
		r.state.font = r.fontOf(font[0])
		r.state.size, _ = r.source.number(font[1])
	}
}
