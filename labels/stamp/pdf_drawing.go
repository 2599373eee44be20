package stamp

import (
	"bytes"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// pdfDrawing is what a page shows, as far as its places go.
type pdfDrawing struct {
	file       *pdfFile
	grid       *grid
	area       rect
	unmeasured string // why places cannot be told
	fonts      map[types.IndirectRef]*pdfFont
	budget     int // operators
	pixels     int // of images

	state           graphicsState
	saved           []graphicsState
	depth, lowest   int // of q and Q on the page itself
	inText          bool
	line, cursor    matrix // Tlm, Tm
	path            []subpath
	start, position point
	clipping        bool
}

// graphicsState is what q keeps and Q brings back.
type graphicsState struct {
	ctm                        matrix
	clip                       rect
	fill, stroke               colour
	blends                     bool // white may leave a mark
	line                       float64
	font                       *pdfFont
	size, rise, lead           float64
	charSpace, wordSpace, wide float64
	mode                       int
}

// How far from what is drawn a stamp stays, in points.
const (
	textX, textY   = 8, 3
	solidX, solidY = 12, 5 // bars may be a barcode's, with their quiet zone
	lineX, lineY   = 4, 3
)

const (
	pageBudget  = 2_000_000 // operators
	mostSaved   = 10_000
	deepestForm = 12
)

func drawPage(f *pdfFile, p pdfPage) *pdfDrawing {
	size := p.size()
	m := pdfMeasures
	inner := size.grown(-m.margin, -m.margin)
	if inner.width() < 10*m.text || inner.height() < 10*m.text {
		return &pdfDrawing{unmeasured: "the page is too small"}
	}
	d := &pdfDrawing{file: f, grid: newGrid(inner), area: size, fonts: map[types.IndirectRef]*pdfFont{}, budget: pageBudget, pixels: mostPixels}
	d.state = graphicsState{ctm: p.seen(), clip: size, line: 1, wide: 1}
	content, ok := f.contents(p)
	if !ok {
		d.unmeasured = "what the page shows cannot be read"
		return d
	}
	d.run(content, f.dict(p.dict["Resources"]), 0)
	for _, annotation := range f.array(p.dict["Annots"]) {
		if box, ok := f.box(f.dict(annotation)["Rect"]); ok {
			d.take(p.seen().around(box.LL.X, box.LL.Y, box.UR.X, box.UR.Y), solidX, solidY)
		}
	}
	return d
}

// contents puts a page's content streams after each other.
func (f *pdfFile) contents(p pdfPage) ([]byte, bool) {
	parts := p.contents(f)
	var all bytes.Buffer
	for _, part := range parts {
		data, ok := f.unpacked(part)
		if !ok || all.Len() > mostStream {
			return nil, false
		}
		all.Write(data)
		all.WriteByte('\n')
	}
	return all.Bytes(), true
}

// contents are the page's content streams.
func (p pdfPage) contents(f *pdfFile) types.Array {
	o, ok := p.dict["Contents"]
	if !ok || f.get(o) == nil {
		return nil
	}
	if a := f.array(o); a != nil {
		return a
	}
	return types.Array{o}
}

// take marks a part, as far as it is within the clip.
func (d *pdfDrawing) take(r rect, x, y float64) {
	if r = r.intersect(d.state.clip); r.right >= r.left && r.bottom >= r.top || r.left != r.left {
		d.grid.take(r, x, y)
	}
}

func (d *pdfDrawing) run(stream []byte, resources types.Dict, depth int) {
	l := &contentLexer{data: stream}
	floor := len(d.saved) // a form gives back what it saved and no more
	for d.unmeasured == "" {
		operator, ok := l.next()
		if !ok {
			break
		}
		if d.budget--; d.budget < 0 {
			d.unmeasured = "the page has too many parts to measure"
			return
		}
		switch operator {
		case "q":
			d.save(depth)
		case "Q":
			d.restore(depth, floor)
		case "ID":
			l.skipInlineImage()
			d.take(d.state.ctm.around(0, 0, 1, 1), solidX, solidY)
		case "Do":
			d.external(l.operands, resources, depth)
		case "Tf":
			d.setFont(l.operands, resources)
		case "gs":
			d.setState(l.operands, resources)
		case "cs", "CS":
			d.setSpace(operator, l.operands, resources)
		default:
			d.operator(operator, l.operands)
		}
	}
	if depth > 0 && len(d.saved) > floor {
		d.saved = d.saved[:floor]
	}
}

func (d *pdfDrawing) save(depth int) {
	if len(d.saved) == mostSaved {
		d.unmeasured = "the page saves its state too often"
		return
	}
	d.saved = append(d.saved, d.state)
	if depth == 0 {
		d.depth++
	}
}

func (d *pdfDrawing) restore(depth, floor int) {
	if len(d.saved) > floor {
		d.state, d.saved = d.saved[len(d.saved)-1], d.saved[:len(d.saved)-1]
	}
	if depth == 0 {
		d.depth--
		d.lowest = min(d.lowest, d.depth)
	}
}

// operator does what needs no resources.
func (d *pdfDrawing) operator(operator string, operands []operand) {
	v := numbersOf(operands)
	switch operator {
	case "cm":
		if len(v) == 6 {
			d.state.ctm = matrix(v).then(d.state.ctm)
		}
	case "w":
		d.state.line = last(v)
	case "sh":
		d.take(d.state.clip, solidX, solidY)
	case "m", "l", "c", "v", "y", "h", "re", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n", "W", "W*":
		d.pathOperator(operator, v)
	case "g", "rg", "k", "sc", "scn":
		d.state.fill = d.state.fill.with(operator, v)
	case "G", "RG", "K", "SC", "SCN":
		d.state.stroke = d.state.stroke.with(operator, v)
	default:
		d.textOperator(operator, operands, v)
	}
}

func numbersOf(operands []operand) []float64 {
	var v []float64
	for _, o := range operands {
		if o.kind == isNumber {
			v = append(v, o.number)
		}
	}
	return v
}

func last(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return v[len(v)-1]
}

func nameOf(operands []operand) string {
	if len(operands) == 0 {
		return ""
	}
	return string(operands[len(operands)-1].text)
}

// external draws an image or a form.
func (d *pdfDrawing) external(operands []operand, resources types.Dict, depth int) {
	o := d.file.dict(resources["XObject"])[nameOf(operands)]
	stream, ok := d.file.get(o).(types.StreamDict)
	switch {
	case !ok:
		return
	case d.file.name(stream.Dict["Subtype"]) != "Form":
		d.image(o, resources)
		return
	case depth == deepestForm:
		d.unmeasured = "the page nests forms too deep"
		return
	}
	outer, outerPath := d.state, d.path
	defer func() { d.state, d.path = outer, outerPath }()
	if v, ok := d.file.numbers(stream.Dict["Matrix"], 6); ok {
		d.state.ctm = matrix(v).then(d.state.ctm)
	}
	box, ok := d.file.box(stream.Dict["BBox"])
	if !ok {
		return
	}
	d.state.clip = d.state.clip.intersect(d.state.ctm.around(box.LL.X, box.LL.Y, box.UR.X, box.UR.Y))
	content, ok := d.file.unpacked(o)
	if !ok {
		d.take(d.state.clip, solidX, solidY)
		return
	}
	own := d.file.dict(stream.Dict["Resources"])
	if own == nil {
		own = resources
	}
	d.path = nil
	d.run(content, own, depth+1)
}

// setState looks at the parts of a graphics state that matter here.
func (d *pdfDrawing) setState(operands []operand, resources types.Dict) {
	state := d.file.dict(d.file.dict(resources["ExtGState"])[nameOf(operands)])
	if width, ok := d.file.number(state["LW"]); ok {
		d.state.line = width
	}
	if mode, ok := state["BM"]; ok {
		name := d.file.name(mode)
		d.state.blends = name != "Normal" && name != "Compatible" && name != "Multiply"
	}
	if font := d.file.array(state["Font"]); len(font) == 2 {
		d.state.font = d.fontOf(font[0])
		d.state.size, _ = d.file.number(font[1])
	}
}
