package pdf

import "slices"

// printed is what is known of a page that is larger than its slot.
type printed struct {
	cut     bool
	turned  bool    // the page is cut, and will be turned
	upright int     // by how many degrees clockwise its text becomes upright: 90, 270, or 0 if that is not known
	edge    point   // of a bar, in the page's user space
	leftOut string  // on which sides of the label; "" for nothing
	bar     float64 // the narrowest of the page's barcodes, in points; infinite if there is none, 0 if not known
	unknown error   // why it is not known what is printed where, and the page not cut
}

func (p page) isCut() bool { return p.printed != nil && p.printed.cut }

// scannable is the width of bars that scanners read, printed with 203 dpi: two dots.
const scannable = 0.25 * millimetre

// narrowBars reports whether bars of the page's barcodes may get too narrow when it is shrunk, and
// how narrow, in millimetres.
func (p page) narrowBars(factor float64) (width float64, narrow bool) {
	if factor == 1 || p.printed == nil {
		return 0, false
	}
	width = p.printed.bar * factor
	return width / millimetre, width < scannable
}

// FitTo returns the document with each page that is larger than its slot cut as the layout's [Fit]
// says, for [Joiner.Add] and to be stamped before. Data remains as it was. A page that fits is not
// read.
func (d Document) FitTo(l Layout) Document {
	if l.Stock.AsIs() || !slices.ContainsFunc(d.source.pages, l.needsFit) {
		return d
	}
	changed := *d.source
	changed.pages = slices.Clone(changed.pages)
	for i := range changed.pages {
		if p := &changed.pages[i]; l.needsFit(*p) {
			changed.cutToFit(p, l)
		}
	}
	return d.of(&changed)
}

func (l Layout) needsFit(p page) bool {
	return p.printed == nil && p.broken == nil && p.fit(l.Stock.slot(0)).factor < 1
}

// cutToFit cuts a page to what is printed on it, if that is then shrunk less than the page.
func (s *source) cutToFit(p *page, l Layout) {
	slot := l.Stock.slot(0)
	factor := p.fit(slot).factor
	view, err := s.view(*p)
	p.printed = &printed{bar: view.bars.narrowest()}
	if l.Fit == FitPage || l.Fit == "" && l.Stock.Slots() > 1 && factor >= nearlyFits || !view.any {
		return
	}
	if p.printed.unknown = err; err != nil {
		return
	}
	part, leftOut := view.content, ""
	if l.Fit == FitLabel {
		part, leftOut = view.label(slot.size())
	}
	cut, back := *p, p.asSeen().inverse()
	cut.printed = &printed{cut: true, turned: view.turns(part, slot.size()), leftOut: leftOut, bar: p.printed.bar}
	cut.printed.upright = view.reader.sideways.upright()
	cut.printed.edge.x, cut.printed.edge.y = back.point(view.bars.edge(0, 0), view.bars.edge(1, 0))
	cut.media = back.box(view.around(part, cut.printed.turned, slot.size())).intersect(p.visible())
	cut.crop, cut.content = cut.media, nil
	if cut.fit(slot).factor > factor {
		*p = cut
	}
}

// turns reports whether a part of the page is turned for a slot: if it has to be shrunk less then; or,
// where that makes no difference, if the whole page would be turned and is not a sheet.
func (v view) turns(part box, slot Size) bool {
	page, size := v.page.size(), part.size()
	if more := size.turned().factorOn(slot, exactSlack) - size.factorOn(slot, exactSlack); more != 0 {
		return more > 0
	}
	return page.liesAcross(slot) && !page.isSheet()
}

// around is the room of a slot around what is printed, in the middle as far as the page extends: so
// there is paper for a stamp and for the quiet zones of barcodes.
func (v view) around(part box, turned bool, slot Size) box {
	if turned {
		slot = slot.turned()
	}
	factor := part.size().factorOn(slot, exactSlack)
	x, y := max(0, slot.Width/factor-(part[2]-part[0])), max(0, slot.Height/factor-(part[3]-part[1]))
	return box{part[0] - x/2, part[1] - y/2, part[2] + x/2, part[3] + y/2}.intersect(v.page)
}

// view is what a page shows, as a person sees it: in points from its upper left corner, to the right
// and downwards.
type view struct {
	page    box
	content box   // around everything that is printed
	any     bool  // something is printed
	parts   []box // what is printed, at most mostParts
	reader  *reader
	bars    *bars
}

const mostParts = 50_000

// view reads what a page prints, and where. The error says why that is not known.
func (s *source) view(p page) (v view, err error) {
	r := s.reader(p, p.asSeen())
	v = view{page: r.sheet(), reader: r, bars: &bars{incomplete: true}}
	defer recoverAsError(&err)
	r.bars = v.bars
	r.each = func(m Mark) {
		b := box{m.Left, m.Top, m.Right, m.Bottom}
		if v.any {
			v.content = v.content.union(b)
		} else {
			v.content, v.any = b, true
		}
		if len(v.parts) <= mostParts {
			v.parts = append(v.parts, b)
		}
	}
	r.page()
	v.bars.incomplete = r.cut
	if r.cut && r.unmeasured == nil {
		return v, errUnreadable
	}
	return v, r.unmeasured
}
