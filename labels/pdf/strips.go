package pdf

import (
	"math"
)

// examine looks at the pixels of a page's pictures that may be labels, sheets or strips of them, as
// long as the file may have any examined. The result has their marks, by the index of the picture's.
func (c *cutting) examine(r *reader, upright matrix) map[int][]mark {
	examined := map[int][]mark{}
	r.pixels = min(r.pixels, c.pixels)
	before := r.pixels
	var stacks []stack
	for _, pic := range r.details.pictures {
		if !isWorthExamining(upright.box(r.marks[pic.mark].box)) {
			continue
		}
		s, ok := r.samplesOf(pic)
		if !ok {
			continue
		}
		next := stack{at: pic.state.ctm.then(upright), strips: []samples{s}, pictures: []int{pic.mark}}
		if last := len(stacks) - 1; last >= 0 && stacks[last].continuesWith(next) {
			stacks[last].add(next)
		} else {
			stacks = append(stacks, next)
		}
	}
	c.pixels -= before - r.pixels
	for _, s := range stacks {
		marks, ok := s.samples().marks(s.at)
		if !ok {
			continue
		}
		for i, n := range s.pictures {
			examined[n] = nil
			if i == 0 {
				examined[n] = marks
			}
		}
	}
	return examined
}

// isWorthExamining recognises a picture that may be a label, a sheet, or a strip of one.
func isWorthExamining(b box) bool {
	const strip = 90 * millimetre
	width, height := b[2]-b[0], b[3]-b[1]
	return min(width, height) > smallestLabel || max(width, height) > strip
}

// stack is pictures one below the other, such as the strips of one scan.
type stack struct {
	at       matrix // from the unit square to the upright page
	strips   []samples
	pictures []int // by the indices of their marks
}

// continuesWith reports whether a picture begins where the stack ends, and is as wide.
func (s *stack) continuesWith(next stack) bool {
	const near = 0.7 // points
	same := func(x float64) bool {
		ax, ay := s.at.point(x, 0)
		bx, by := next.at.point(x, 1)
		return math.Hypot(ax-bx, ay-by) < near
	}
	return s.strips[0].width == next.strips[0].width && same(0) && same(1)
}

func (s *stack) add(next stack) {
	s.strips, s.pictures = append(s.strips, next.strips...), append(s.pictures, next.pictures...)
	s.at[2], s.at[3] = s.at[2]+next.at[2], s.at[3]+next.at[3]
	s.at[4], s.at[5] = next.at[4], next.at[5]
}

// samples are all strips as one picture.
func (s *stack) samples() samples {
	if len(s.strips) == 1 {
		return s.strips[0]
	}
	type line struct{ strip, y int }
	var lines []line
	for i, strip := range s.strips {
		for y := range strip.height {
			lines = append(lines, line{i, y})
		}
	}
	return samples{width: s.strips[0].width, height: len(lines), blank: func(x, y int) bool {
		at := lines[y]
		return s.strips[at.strip].blank(x, at.y)
	}}
}
