package pdf

import (
	"cmp"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const formDepth = 28

// unitSquare is the area that a picture fills.
var unitSquare = box{0, 0, 1, 1}

func (r *reader) paintSquare() {
	r.paint(mark{box: r.state.ctm.box(unitSquare), kind: pictureMark})
}

// external draws a picture or a form.
func (r *reader) external(operands []operand, resources types.Dict, depth int) {
	o := r.source.dict(resources["XObject"])[lastName(operands)]
	stream, ok := r.source.resolve(o).(types.StreamDict)
	if r.hidden > 0 || r.source.isHidden(stream.Dict["OC"]) {
		return
	}
	if !ok || r.source.name(stream.Dict["Subtype"]) == "PS" {
		r.lost = true
		return
	}
	kind := types.Name(r.source.name(stream.Dict["Subtype"]))
	r.guessed = r.guessed || kind == ""
	if cmp.Or(kind, subtypeOf(stream.Dict)) == "Form" {
		r.form(o, resources, identity, depth)
		return
	}
	before := len(r.marks)
	r.paintSquare()
	if len(r.marks) > before {
		r.notePicture(stream, resources)
	}
	r.judgePicture(o, resources, before)
	if r.each != nil {
		r.notePictureDots(stream)
		r.measurePicture(stream, resources)
	}
}

// notePictureDots notes how large a picture's dots are, as a bar of a barcode may be one of them.
func (r *reader) notePictureDots(picture types.StreamDict) {
	columns, _ := r.source.number(picture.Dict["Width"])
	rows, _ := r.source.number(picture.Dict["Height"])
	if r.hidden == 0 {
		r.bars.addPicture(r.state.ctm, columns, rows)
	}
}

// form runs a form's drawing after a transformation.
func (r *reader) form(o types.Object, inherited types.Dict, m matrix, depth int) {
	stream, ok := r.source.resolve(o).(types.StreamDict)
	ref, isRef := o.(types.IndirectRef)
	if !ok || isRef && r.running[ref] { // nobody draws a form within itself
		return
	}
	if isRef {
		r.running[ref] = true
		defer delete(r.running, ref)
	}
	const stepsPerForm = 9
	if !r.spend(stepsPerForm) {
		return
	}
	if depth >= formDepth {
		r.giveUp(errDeepForms) // what is below may take for ever to draw
		return
	}
	resources := r.source.dict(stream.Dict["Resources"])
	if resources == nil {
		resources = inherited
	}
	outer, outerPath := r.state, r.path
	r.path = outline{}
	r.state.ctm = r.source.matrix(stream.Dict["Matrix"]).then(m).then(outer.ctm)
	if bounds, ok := r.source.box(stream.Dict["BBox"]); ok {
		r.state.clip = outer.clip.intersect(r.state.ctm.box(bounds))
		r.noteForm(r.state.clip)
	}
	r.words.separate("\n")
	content, err := r.unpackOnce(o, stream)
	if err != nil {
		r.painted, r.cut = true, true
		r.measure(Solid, r.state.clip)
	}
	if why := whyNotUnpacked(err); err != nil && why != errPacked {
		r.giveUp(why)
	}
	r.run(content, resources, depth+1)
	r.state, r.path = outer, outerPath
}

// unpackOnce unpacks a form that may be drawn many times.
func (r *reader) unpackOnce(o types.Object, stream types.StreamDict) ([]byte, error) {
	ref, isRef := o.(types.IndirectRef)
	if content, ok := r.forms[ref]; isRef && ok {
		return content, nil
	}
	content, err := r.source.unpack(stream)
	if isRef && err == nil {
		r.forms[ref] = content
	}
	return content, err
}
