package pdf

// Mark is a part of a page on which something is painted, as a person sees the page: in points from
// its upper left corner, to the right and downwards.
type Mark struct {
	Kind                     MarkKind
	Left, Top, Right, Bottom float64
}

// MarkKind says what a [Mark] is.
type MarkKind byte

// The kinds of [Mark]. A solid mark may be a bar of a barcode, or a picture.
const (
	Letters MarkKind = iota
	Line
	Solid
)

// ReadMarks passes everything that page i, counted from 0, paints to each, one [Mark] at a time. If
// a font or picture does not say how far it extends, its mark is as large as it can be; white parts
// of pictures are left out. The error says in plain words why not all marks are known.
func (d Document) ReadMarks(i int, each func(Mark)) (err error) {
	defer recoverAsError(&err)
	p := &d.source.pages[i]
	r := d.source.reader(*p, p.asSeen())
	r.each = each
	r.page()
	p.ending = &r.ending
	return r.unmeasured
}

// mark is something painted: one for each path, text and picture. Bars counts its parts that are
// small or narrow, as those of barcodes are.
type mark struct {
	box    box
	kind   markKind
	isBars bool // in a barcode font
	cut    bool // a picture without all of its data
	isRule bool // a line for cutting or folding, or of a frame
	bars   int
	code   []float64 // where several bars begin and end, measured from the first
	image  uint64    // a hash of a picture's data
}

type markKind int

const (
	pathMark markKind = iota
	pictureMark
	textMark
)

// paint records the visible part of a mark.
func (r *reader) paint(m mark) {
	m.box = m.box.intersect(r.state.clip)
	if r.hidden > 0 || r.unseen || m.box[0] > m.box[2] || m.box[1] > m.box[3] {
		return
	}
	r.painted = true
	if len(r.marks) <= mostMarks {
		r.marks = append(r.marks, m)
	}
}

// measure passes a painted part to whoever asked for marks.
func (r *reader) measure(kind MarkKind, b box) {
	if r.each == nil || r.hidden > 0 || r.unseen {
		return
	}
	b = b.intersect(r.state.clip)
	if b[0] > b[2] || b[1] > b[3] {
		return
	}
	r.each(Mark{Kind: kind, Left: b[0], Top: b[1], Right: b[2], Bottom: b[3]})
}

// asSeen transforms a page's user space to the page as a person sees it: points from its upper left
// corner, downwards.
func (p page) asSeen() matrix {
	v, u := p.visible(), p.unit
	left, bottom, right, top := v[0], v[1], v[2], v[3]
	switch p.rotate {
	case 90:
		return matrix{0, u, u, 0, -bottom * u, -left * u}
	case 180:
		return matrix{-u, 0, 0, u, right * u, -bottom * u}
	case 270:
		return matrix{0, -u, -u, 0, top * u, right * u}
	}
	return matrix{u, 0, 0, -u, -left * u, top * u}
}

// upright transforms points from the lower left corner of the page as a person sees it, upwards, to
// its user space.
func (p page) upright() matrix {
	v, u := p.visible(), 1/p.unit
	left, bottom, right, top := v[0], v[1], v[2], v[3]
	switch p.rotate {
	case 90:
		return matrix{0, u, -u, 0, right, bottom}
	case 180:
		return matrix{-u, 0, 0, -u, right, top}
	case 270:
		return matrix{0, -u, u, 0, left, top}
	}
	return matrix{u, 0, 0, u, left, bottom}
}
