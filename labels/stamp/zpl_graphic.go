package stamp

import (
	"bytes"
	"strings"
)

// graphic takes the place of what a command draws by itself.
func (d *zplDrawing) graphic(f zplField, t zplToken) {
	v := t.values()
	if f.unknown {
		d.take(everywhere, 0)
		return
	}
	switch string(t.code[:]) {
	case "GB":
		d.frame(f, v)
	case "GC":
		side := v.number(0, 3)
		d.take(f.box('N', side, side, 0), plainMargin)
	case "GE", "GD":
		d.take(f.box('N', v.number(0, 3), v.number(1, 3), 0), plainMargin)
	case "GS":
		size := max(v.number(1, d.font.height), v.number(2, d.font.width), 24)
		d.take(f.box('N', 2*size, 2*size, 0), plainMargin)
	case "GF":
		d.picture(f, d.pictureOf(t), 1, 1)
	case "XG", "IM":
		stored, ok := d.pictures[pictureName(t.param())]
		if !ok {
			d.take(f.rest(), plainMargin)
			return
		}
		timesX, timesY := 1.0, 1.0
		if t.is("XG") {
			timesX, timesY = max(1, v.number(1, 1)), max(1, v.number(2, 1))
		}
		d.picture(f, stored, timesX, timesY)
	}
}

// frame is a box, ^GB. What stands within a large one, around the label or most of
// it, is looked at by itself; a smaller one is the carrier's to its last dot.
func (d *zplDrawing) frame(f zplField, v values) {
	line := max(1, v.number(2, 1))
	width, height := max(v.number(0, line), line), max(v.number(1, line), line)
	box := f.box('N', width, height, 0)
	area := d.area(d.measures())
	if width < 0.6*area.width() || height < 0.6*area.height() || 2*line >= min(width, height) {
		d.take(box, plainMargin)
		return
	}
	d.take(rect{box.left, box.top, box.right, box.top + line}, plainMargin)
	d.take(rect{box.left, box.bottom - line, box.right, box.bottom}, plainMargin)
	d.take(rect{box.left, box.top, box.left + line, box.bottom}, plainMargin)
	d.take(rect{box.right - line, box.top, box.right, box.bottom}, plainMargin)
}

// picture is a graphic's black parts, in blocks of 8 × 8 dots; one that was not
// unpacked is black all over.
type picture struct {
	width, height float64
	black         []rect
	unpacked      bool
	unsized       bool
}

func (d *zplDrawing) picture(f zplField, p picture, timesX, timesY float64) {
	if p.unsized {
		d.take(f.rest(), plainMargin)
		return
	}
	box := f.box('N', p.width*timesX, p.height*timesY, 0)
	if !p.unpacked {
		d.take(box, plainMargin)
		return
	}
	for _, r := range p.black {
		d.take(rect{box.left + r.left*timesX, box.top + r.top*timesY, box.left + r.right*timesX, box.top + r.bottom*timesY}, plainMargin)
	}
}

// pictureName is a stored graphic's name without its device and extension.
func pictureName(param []byte) string {
	name, _, _ := strings.Cut(string(param), ",")
	if _, after, found := strings.Cut(name, ":"); found {
		name = after
	}
	name, _, _ = strings.Cut(name, ".")
	return strings.ToUpper(strings.TrimSpace(name))
}

// download remembers a graphic that a unit brings, ~DG or ~DY.
func (d *zplDrawing) download(t zplToken) {
	name := pictureName(t.param())
	if old, known := d.pictures[name]; known && !old.unsized {
		d.pictures[name] = picture{unsized: true} // two of one name: it cannot be told which is meant
		return
	}
	d.pictures[name] = d.pictureOf(t)
}

// pictureOf reads the header of ^GF, ~DG or ~DY and unpacks the data.
func (d *zplDrawing) pictureOf(t zplToken) picture {
	var format byte = 'A'
	var total, row float64
	header := 4
	v := values(bytes.SplitN(t.raw[3:], []byte(","), 6))
	switch {
	case t.named("GF"):
		format, total, row = v.letter(0, 'A'), v.number(2, 0), v.number(3, 0)
		total = max(total, v.number(1, 0))
	case t.named("DG"):
		header, total, row = 3, v.number(1, 0), v.number(2, 0)
	default:
		header, format, total, row = 5, v.letter(1, 'A'), v.number(3, 0), v.number(4, 0)
		if v.letter(2, 'G') != 'G' {
			return picture{unsized: true}
		}
	}
	return d.unpacked(format, int(total), int(row), dataAfter(t.raw[3:], header))
}

func dataAfter(param []byte, commas int) []byte {
	for range commas {
		_, after, found := bytes.Cut(param, []byte(","))
		if !found {
			return nil
		}
		param = after
	}
	return param
}
