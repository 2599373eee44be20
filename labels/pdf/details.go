package pdf

import (
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// sheetDetails is what is noted of a page that may carry several labels, beside its marks: its
// forms' boxes and its pictures. Each part of a path is then a mark of its own, but for bars close
// to each other.
type sheetDetails struct {
	forms    []box
	pictures []shownPicture
}

// shownPicture is a picture, by the index of its mark, and how it is painted.
type shownPicture struct {
	mark      int
	state     state
	stream    types.StreamDict
	resources types.Dict
}

const mostDetails = 400 // forms, and pictures, of a page

func (r *reader) keepsParts() bool { return r.each != nil || r.details != nil }

func (r *reader) noteForm(clip box) {
	if r.details != nil && r.hidden == 0 && len(r.details.forms) < mostDetails {
		r.details.forms = append(r.details.forms, clip)
	}
}

// notePicture notes the picture that was painted last.
func (r *reader) notePicture(stream types.StreamDict, resources types.Dict) {
	if r.details != nil && len(r.details.pictures) < mostDetails {
		r.details.pictures = append(r.details.pictures, shownPicture{len(r.marks) - 1, r.state, stream, resources})
	}
}

// paintPath records a path: as one mark or, if details are wanted, each part of it. Bars within
// reach of each other are one mark, as a barcode is.
func (r *reader) paintPath(o *outline, around float64) {
	const reach = 3 * millimetre
	if r.details == nil {
		r.paint(mark{box: o.box.grown(around), kind: pathMark, bars: o.bars})
		return
	}
	var bars []box
	all := box{}
	flush := func() {
		if len(bars) > 0 {
			r.paint(mark{box: all.grown(around), kind: pathMark, bars: len(bars), code: codeOf(bars)})
		}
		bars = nil
	}
	for _, part := range o.parts {
		switch {
		case !part.box.isBar():
			r.paint(mark{box: part.box.grown(around), kind: pathMark})
			continue
		case len(bars) == 0 || !all.grown(reach).touches(part.box):
			flush()
			all = part.box
		}
		all = all.union(part.box)
		bars = append(bars, part.box)
	}
	flush()
}

func (b box) touches(c box) bool {
	return b[0] <= c[2] && c[0] <= b[2] && b[1] <= c[3] && c[1] <= b[3]
}

// codeOf is where boxes begin and end, measured from the first.
func codeOf(boxes []box) (code []float64) {
	for _, b := range boxes {
		for side, at := range b {
			code = append(code, at-boxes[0][side%2])
		}
	}
	return code
}
