package stamp

import "math"

// subpath is a part of a path, on the page as it is seen.
type subpath struct {
	bounds   rect
	segments []rect
}

const mostSegments = 4_000 // of a subpath whose lines are looked at one by one

func (d *pdfDrawing) pathOperator(operator string, v []float64) {
	switch operator {
	case "m":
		if len(v) == 2 {
			d.moveTo(d.state.ctm.point(v[0], v[1]))
		}
	case "l", "c", "v", "y":
		d.lineTo(v)
	case "h":
		d.segment(d.position, d.start)
		d.position = d.start
	case "re":
		if len(v) == 4 {
			d.rectangle(v[0], v[1], v[2], v[3])
		}
	case "W", "W*":
		d.clipping = true
	case "n":
		d.endPath()
	case "f", "F", "f*":
		d.fillPath()
		d.endPath()
	case "S", "s":
		d.strokePath(operator == "s")
		d.endPath()
	default: // B, B*, b, b*
		d.fillPath()
		d.strokePath(operator[0] == 'b')
		d.endPath()
	}
}

func (d *pdfDrawing) moveTo(p point) {
	d.start, d.position = p, p
	d.path = append(d.path, subpath{bounds: rect{p.x, p.y, p.x, p.y}})
}

// lineTo adds a line or a curve, which lies within the box of its points.
func (d *pdfDrawing) lineTo(v []float64) {
	from := d.position
	box := rect{from.x, from.y, from.x, from.y}
	for i := 0; i+1 < len(v); i += 2 {
		d.position = d.state.ctm.point(v[i], v[i+1])
		box = span(box, d.position)
	}
	d.add(box)
}

func (d *pdfDrawing) segment(from, to point) {
	d.add(span(rect{from.x, from.y, from.x, from.y}, to))
}

func span(r rect, p point) rect {
	return rect{min(r.left, p.x), min(r.top, p.y), max(r.right, p.x), max(r.bottom, p.y)}
}

func (d *pdfDrawing) add(box rect) {
	if len(d.path) == 0 {
		d.path = append(d.path, subpath{bounds: box})
	}
	s := &d.path[len(d.path)-1]
	s.bounds = rect{min(s.bounds.left, box.left), min(s.bounds.top, box.top), max(s.bounds.right, box.right), max(s.bounds.bottom, box.bottom)}
	if len(s.segments) < mostSegments {
		s.segments = append(s.segments, box)
	}
}

func (d *pdfDrawing) rectangle(x, y, width, height float64) {
	corners := [...]point{d.state.ctm.point(x, y), d.state.ctm.point(x+width, y), d.state.ctm.point(x+width, y+height), d.state.ctm.point(x, y+height)}
	d.moveTo(corners[0])
	for i := range corners {
		d.segment(corners[i], corners[(i+1)%len(corners)])
	}
}

// endPath clips to the path, if it was asked for, and forgets it.
func (d *pdfDrawing) endPath() {
	if d.clipping {
		clip := rect{}
		for i, s := range d.path {
			if i == 0 {
				clip = s.bounds
				continue
			}
			clip = rect{min(clip.left, s.bounds.left), min(clip.top, s.bounds.top), max(clip.right, s.bounds.right), max(clip.bottom, s.bounds.bottom)}
		}
		d.state.clip = d.state.clip.intersect(clip)
	}
	d.path, d.clipping = d.path[:0], false
}

func (d *pdfDrawing) fillPath() {
	if d.state.fill.white && !d.state.blends {
		return
	}
	for _, s := range d.path {
		d.take(s.bounds, solidX, solidY)
	}
}

// strokePath takes a path's lines. What stands within a large frame, around the
// page or most of it, is looked at by itself.
func (d *pdfDrawing) strokePath(closes bool) {
	if d.state.stroke.white && !d.state.blends {
		return
	}
	half := max(0.5, math.Abs(d.state.line)*d.state.ctm.scale()) // with room for mitred corners
	for _, s := range d.path {
		large := s.bounds.width() > 0.6*d.area.width() && s.bounds.height() > 0.6*d.area.height()
		if !large || closes || len(s.segments) == mostSegments {
			d.take(s.bounds.grown(half, half), lineX, lineY)
			continue
		}
		for _, segment := range s.segments {
			d.take(segment.grown(half, half), lineX, lineY)
		}
	}
}
