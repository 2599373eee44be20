package stamp

import (
	"strings"

	"github.com/despacho/despacho/labels/zpl"
)

// graphic takes the area of a command that draws something itself.
func (d *zplDrawing) graphic(f zplField, t zpl.Command) {
	v := valuesOf(t)
	if f.unknown {
		d.takeRect(everywhere, 0)
		return
	}
	switch string(t.Code[:]) {
	case "GB":
		d.frame(f, v)
	case "GC":
		side := v.number(0, 3)
		d.takeRect(f.box('N', side, side, 0), plainMargin)
	case "GE", "GD":
		d.takeRect(f.box('N', v.number(0, 3), v.number(1, 3), 0), plainMargin)
	case "GS":
		size := max(v.number(1, d.font.height), v.number(2, d.font.width), 24)
		d.takeRect(f.box('N', 2*size, 2*size, 0), plainMargin)
	case "GF":
		d.picture(f, d.pictureOf(t), 1, 1)
	case "XG", "IM":
		stored, ok := d.pictures[pictureName(textOf(t))]
		if !ok {
			d.takeRect(f.rest(), plainMargin)
			return
		}
		timesX, timesY := 1.0, 1.0
		if t.Is("XG") {
			timesX, timesY = max(1, v.number(1, 1)), max(1, v.number(2, 1))
		}
		d.picture(f, stored, timesX, timesY)
	}
}

// frame is a box, ^GB. The inside of a large one, around most of the label, is examined separately;
// a smaller one is taken entirely.
func (d *zplDrawing) frame(f zplField, v values) {
	line := max(1, v.number(2, 1))
	width, height := max(v.number(0, line), line), max(v.number(1, line), line)
	box := f.box('N', width, height, 0)
	area := d.area(d.measures())
	if width < 0.6*area.width() || height < 0.6*area.height() || 2*line >= min(width, height) {
		d.takeRect(box, plainMargin)
		return
	}
	d.takeRect(rect{box.left, box.top, box.right, box.top + line}, plainMargin)
	d.takeRect(rect{box.left, box.bottom - line, box.right, box.bottom}, plainMargin)
	d.takeRect(rect{box.left, box.top, box.left + line, box.bottom}, plainMargin)
	d.takeRect(rect{box.right - line, box.top, box.right, box.bottom}, plainMargin)
}

// picture is the black parts of a graphic, in blocks of 8 × 8 dots; one that was not unpacked
// counts as black all over.
type picture struct {
	width, height float64
	black         []rect
	unpacked      bool
	unsized       bool
}

func (d *zplDrawing) picture(f zplField, p picture, timesX, timesY float64) {
	if p.unsized {
		d.takeRect(f.rest(), plainMargin)
		return
	}
	box := f.box('N', p.width*timesX, p.height*timesY, 0)
	if !p.unpacked {
		d.takeRect(box, plainMargin)
		return
	}
	for _, r := range p.black {
		d.takeRect(rect{box.left + r.left*timesX, box.top + r.top*timesY, box.left + r.right*timesX, box.top + r.bottom*timesY}, plainMargin)
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

// download records a graphic that a unit brings along, ~DG or ~DY.
func (d *zplDrawing) download(t zpl.Command) {
	name := pictureName(textOf(t))
	if old, known := d.pictures[name]; known && !old.unsized {
		d.pictures[name] = picture{unsized: true} // two with one name: it is not known which is meant
		return
	}
	d.pictures[name] = d.pictureOf(t)
}

// pictureOf reads the header of ^GF, ~DG or ~DY and unpacks the data.
func (d *zplDrawing) pictureOf(t zpl.Command) picture {
	header, data := t.Picture()
	v := values(header)
	switch string(t.Code[:]) {
	case "GF":
		total := max(v.number(2, 0), v.number(1, 0))
		return d.unpacked(v.letter(0, 'A'), int(total), int(v.number(3, 0)), data)
	case "DG":
		return d.unpacked('A', int(v.number(1, 0)), int(v.number(2, 0)), data)
	}
	if v.letter(2, 'G') != 'G' {
		return picture{unsized: true}
	}
	return d.unpacked(v.letter(1, 'A'), int(v.number(3, 0)), int(v.number(4, 0)), data)
}
