package pdf

import "math"

// sideways counts the letters of a page, as a person sees it, whose lines run downwards or upwards.
type sideways struct{ down, up int }

// add counts letters that are shown with a transformation to the page as seen.
func (s *sideways) add(m matrix, letters int) {
	switch along := m[1]; {
	case math.Abs(along) <= math.Abs(m[0]):
	case along > 0:
		s.down += letters
	default:
		s.up += letters
	}
}

// upright is by how many degrees, clockwise, a page has to be turned so that most of its sideways text
// can be read: 90 or 270; 0 if there is none.
func (s sideways) upright() int {
	switch {
	case s.down > s.up:
		return 270
	case s.up > s.down:
		return 90
	}
	return 0
}
