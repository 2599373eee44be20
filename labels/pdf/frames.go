package pdf

import (
	"cmp"
	"math"
	"slices"

	"github.com/samber/lo"
)

const (
	mostFrames  = 200 // boxes that are considered
	mostNesting = 3   // of frames around frames with labels
	frameSlack  = 2.0 // points by which what is in a frame may extend beyond it
)

// framed returns the cells that frames show, outermost frames first: each a way to divide the
// sheet. Everything printed, except rules, must be in one frame.
func (p painting) framed() (ways [][]cell) {
	frames := p.allFrames()
	for range mostNesting {
		outermost := lo.Filter(frames, func(b box, i int) bool {
			return !slices.ContainsFunc(frames, func(o box) bool { return o.surrounds(b) })
		})
		if cells := p.fillFrames(outermost); len(cells) > 1 {
			ways = append(ways, cells)
		}
		parents := lo.Filter(outermost, func(o box, _ int) bool {
			return lo.CountBy(frames, o.surrounds) > 1
		})
		if len(parents) == 0 {
			break
		}
		frames = lo.Without(frames, parents...)
	}
	return ways
}

// allFrames are the largest boxes that may be frames of labels, each once.
func (p painting) allFrames() []box {
	found := slices.Concat(p.frames, p.ruledFrames())
	for _, m := range p.marks {
		if m.kind != textMark && m.bars < fewestBars {
			found = append(found, m.box)
		}
	}
	found = lo.Filter(found, func(b box, _ int) bool {
		width, height := b[2]-b[0], b[3]-b[1]
		return min(width, height) >= narrowLabel && max(width, height) >= smallestLabel && !b.nearlyFills(p.sheet)
	})
	slices.SortStableFunc(found, func(a, b box) int { return cmp.Compare(b.area(), a.area()) })
	var frames []box
	for _, b := range found {
		if len(frames) < mostFrames && !slices.ContainsFunc(frames, b.nearlyEquals) {
			frames = append(frames, b)
		}
	}
	return frames
}

// fillFrames puts everything into the frame that holds it; none if something is in no frame, or the
// frames overlap.
func (p painting) fillFrames(frames []box) []cell {
	if len(frames) < 2 || len(frames) > mostFrames/2 {
		return nil
	}
	room := 2 * millimetre
	for i, a := range frames {
		for _, b := range frames[:i] {
			apart := a.apart(b)
			if apart < -frameSlack {
				return nil
			}
			room = min(room, max(0, apart/2))
		}
	}
	cells := lo.Map(frames, func(b box, _ int) cell { return cell{bounds: b.grown(room).intersect(p.sheet), frame: &b} })
	*p.work -= len(p.marks) * len(frames)
	if *p.work < 0 {
		return nil
	}
	for _, m := range p.marks {
		i := slices.IndexFunc(frames, func(b box) bool { return b.grown(frameSlack).contains(m.box) })
		if i >= 0 {
			cells[i].add(m)
		} else if !m.isRule {
			return nil
		}
	}
	return lo.Filter(cells, func(c cell, _ int) bool { return len(c.marks) > 0 })
}

// ruledFrames are the boxes that rules make where they meet: around all of a group, and each field
// of it between rules that are as long as the group.
func (p painting) ruledFrames() (frames []box) {
	const meet, whole = 2.5, 0.9
	rules := lo.Filter(p.marks, func(m mark, _ int) bool { return m.isRule })
	if len(rules) > mostFrames {
		return nil
	}
	rules = joined(rules)
	for _, group := range groupsOf(rules, func(a, b mark) bool { return a.box.grown(meet).touches(b.box) }) {
		around := group[0].box
		for _, m := range group {
			around = around.union(m.box)
		}
		var lines [2][]float64
		for _, m := range group {
			axis, along := 0, 1
			if !m.isThin(0) {
				axis, along = 1, 0
			}
			if m.box[along+2]-m.box[along] > whole*(around[along+2]-around[along]) {
				lines[axis] = append(lines[axis], (m.box[axis]+m.box[axis+2])/2)
			}
		}
		for axis := range lines {
			slices.Sort(lines[axis])
			lines[axis] = slices.CompactFunc(lines[axis], func(a, b float64) bool { return math.Abs(b-a) < 2*meet })
		}
		if len(lines[0]) < 2 || len(lines[1]) < 2 {
			continue
		}
		frames = append(frames, around)
		for i, left := range lines[0][:len(lines[0])-1] {
			for j, bottom := range lines[1][:len(lines[1])-1] {
				frames = append(frames, box{left, bottom, lines[0][i+1], lines[1][j+1]})
			}
		}
	}
	return frames
}

// joined makes one rule of those that continue each other.
func joined(rules []mark) []mark {
	const meet, same = 2.5, 1.5
	groups := groupsOf(rules, func(a, b mark) bool {
		axis := lo.Ternary(a.isThin(0), 0, 1)
		return a.isThin(axis) == b.isThin(axis) && math.Abs(a.box[axis]+a.box[axis+2]-b.box[axis]-b.box[axis+2]) < 2*same &&
			a.box.grown(meet).touches(b.box)
	})
	return lo.Map(groups, func(group []mark, _ int) mark {
		return lo.Reduce(group, func(sum, m mark, _ int) mark { sum.box = sum.box.union(m.box); return sum }, group[0])
	})
}

// groupsOf puts what meets, directly or through others, into one group.
func groupsOf[T any](all []T, meet func(a, b T) bool) (groups [][]T) {
	left := slices.Clone(all)
	for len(left) > 0 {
		group := []T{left[0]}
		left = left[1:]
		for i := 0; i < len(group); i++ {
			near, far := lo.FilterReject(left, func(b T, _ int) bool { return meet(group[i], b) })
			group, left = append(group, near...), far
		}
		groups = append(groups, group)
	}
	return groups
}

func (b box) area() float64 { return (b[2] - b[0]) * (b[3] - b[1]) }

func (b box) contains(c box) bool {
	return c[0] >= b[0] && c[1] >= b[1] && c[2] <= b[2] && c[3] <= b[3]
}

// surrounds reports whether a box holds a smaller one; they may share lines.
func (b box) surrounds(c box) bool { return b != c && b.area() > c.area() && b.grown(1).contains(c) }

func (b box) nearlyEquals(c box) bool {
	const near = 3
	for i := range b {
		if math.Abs(b[i]-c[i]) > near {
			return false
		}
	}
	return true
}

// apart is the gap between two boxes: negative if they overlap.
func (b box) apart(c box) float64 {
	return max(b[0]-c[2], c[0]-b[2], b[1]-c[3], c[1]-b[3])
}
