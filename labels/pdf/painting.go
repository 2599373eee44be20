package pdf

import (
	"math"

	"github.com/samber/lo"
)

// painting is what a page shows, upright, in points from its lower left corner. Frames are boxes
// that may be a label's, beside those that are drawn: of forms, and of pictures that were examined.
// Work is how many marks may still be looked at.
type painting struct {
	sheet  box
	marks  []mark
	frames []box
	work   *int
}

const (
	mostSheetPixels = 60_000_000 // of pictures on a file's sheets
	mostSheetWork   = 20_000_000 // marks looked at
	mostPageWork    = 2_000_000
	pictureLabel    = 45 * millimetre // shorter side of the smallest label that is a picture
)

// paintingOf examines the pictures of a page that was read.
func (c *cutting) paintingOf(r *reader, p *page) painting {
	upright := uprightOf(*p)
	c.pageWork = min(c.work, mostPageWork)
	c.work -= c.pageWork
	out := painting{sheet: upright.box(p.visible()), work: &c.pageWork}
	examined := c.examine(r, upright)
	images := lo.SliceToMap(r.details.pictures, func(pic shownPicture) (int, shownPicture) { return pic.mark, pic })
	for i, m := range r.marks {
		m.box = upright.box(m.box)
		pic, isPicture := images[i]
		marks, wasExamined := examined[i]
		if !wasExamined {
			if isPicture {
				m.image = imageHash(pic)
			}
			out.marks = append(out.marks, m)
			continue
		}
		out.frames = append(out.frames, m.box)
		out.marks = append(out.marks, lo.FilterMap(marks, func(part mark, _ int) (mark, bool) { // the picture may be clipped
			part.box = part.box.intersect(m.box)
			return part, part.box[0] <= part.box[2] && part.box[1] <= part.box[3]
		})...)
	}
	for _, b := range r.details.forms {
		out.frames = append(out.frames, upright.box(b))
	}
	out.marks = lo.Reject(out.marks, func(m mark, _ int) bool { return m.isFrameOf(out.sheet) || math.IsNaN(m.box.area()) })
	findRules(out.marks)
	out.marks = joinBars(joinDashes(out.marks, out.sheet), out.sheet)
	return out
}

const longRule = 25 * millimetre

// findRules finds lines for cutting or folding, or of frames: thin and long, and not as many side
// by side as the bars of a barcode.
func findRules(marks []mark) {
	const mostAlike, raster = 16, 2
	type extent struct{ axis, from, to int }
	extentOf := func(m mark) (extent, bool) {
		along := lo.Ternary(m.isThin(0), 1, 0)
		isRule := m.kind == pathMark && m.isThin(0) != m.isThin(1) && m.box[along+2]-m.box[along] > longRule
		return extent{along, int(math.Round(m.box[along] / raster)), int(math.Round(m.box[along+2] / raster))}, isRule
	}
	alike := map[extent]int{}
	for _, m := range marks {
		if of, ok := extentOf(m); ok {
			alike[of]++
		}
	}
	for i, m := range marks {
		of, ok := extentOf(m)
		marks[i].isRule = ok && alike[of] <= mostAlike
	}
}

func (m mark) isThin(axis int) bool {
	const thin = 4
	return m.box[axis+2]-m.box[axis] < thin
}

// isFrameOf recognises what is painted around, or behind, a whole sheet.
func (m mark) isFrameOf(sheet box) bool { return m.kind == pathMark && m.box.nearlyFills(sheet) }

func (b box) nearlyFills(sheet box) bool {
	const nearly = 0.95
	return b[2]-b[0] > nearly*(sheet[2]-sheet[0]) && b[3]-b[1] > nearly*(sheet[3]-sheet[1])
}

func (b box) union(c box) box {
	return box{min(b[0], c[0]), min(b[1], c[1]), max(b[2], c[2]), max(b[3], c[3])}
}
