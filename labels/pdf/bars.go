package pdf

import (
	"math"

	"github.com/samber/lo"
)

// joinBars makes one mark of the bars and modules of a barcode: of all that are painted one by one
// less than about 2 mm apart. It counts on a raster, so it takes a time in proportion to their
// number.
func joinBars(marks []mark, sheet box) []mark {
	if lo.SumBy(marks, func(m mark) int { return m.bars }) < fewestBars {
		return marks
	}
	const size, longest = 1 * millimetre, 2_000
	columns := int(min(longest, (sheet[2]-sheet[0])/size)) + 1
	rows := int(min(longest, (sheet[3]-sheet[1])/size)) + 1
	at := func(from, to float64, most int) (first, last int) {
		limit := func(v float64) int { return int(max(0, min(float64(most-1), math.Floor(v/size)))) }
		return limit(from), limit(to)
	}
	fields := newSets(columns * rows)
	fieldOf := func(m mark) int {
		left, right := at(m.box[0]-sheet[0], m.box[2]-sheet[0], columns)
		low, high := at(m.box[1]-sheet[1], m.box[3]-sheet[1], rows)
		first := low*columns + left
		for y := low; y <= high; y++ {
			for x := left; x <= right; x++ {
				fields.join(first, y*columns+x)
			}
		}
		return first
	}
	firsts := map[int]int{} // of a mark, the field where it begins
	for i, m := range marks {
		if m.bars > 0 && m.kind == pathMark && !m.isRule {
			firsts[i] = fieldOf(m)
		}
	}
	fields.joinNear(columns)
	var joined []mark
	place := map[int]int{} // of a set of fields, its mark in the result
	for i, m := range marks {
		first, isBar := firsts[i]
		if !isBar {
			joined = append(joined, m)
			continue
		}
		set := fields.find(first)
		if n, ok := place[set]; ok {
			joined[n] = joined[n].joinedTo(m)
			continue
		}
		place[set] = len(joined)
		joined = append(joined, m)
	}
	return joined
}

// joinedTo adds a bar, or letter, to others.
func (m mark) joinedTo(next mark) mark {
	if m.bars > 0 && next.bars > 0 {
		for side, at := range next.box {
			m.code = append(m.code, at-m.box[side%2])
		}
		m.code = append(m.code, next.code...)
	}
	m.box, m.bars = m.box.union(next.box), m.bars+next.bars
	return m
}

// sets are disjoint sets of fields; 0 is a field that is in none.
type sets []int32

func newSets(n int) sets { return make(sets, n) }

func (s sets) find(i int) int {
	for s[i] != int32(i+1) {
		s[i] = s[s[i]-1]
		i = int(s[i] - 1)
	}
	return i
}

func (s sets) join(a, b int) {
	for _, i := range []int{a, b} {
		if s[i] == 0 {
			s[i] = int32(i + 1)
		}
	}
	if a, b = s.find(a), s.find(b); a != b {
		s[b] = int32(a + 1)
	}
}

// joinNear joins the sets of fields that have at most one field between them.
func (s sets) joinNear(columns int) {
	const near = 2
	for i := range s {
		if s[i] == 0 {
			continue
		}
		x := i % columns
		for dy := range near + 1 {
			for dx := -near; dx <= near; dx++ {
				next := i + dy*columns + dx
				if x+dx >= 0 && x+dx < columns && next < len(s) && s[next] != 0 {
					s.join(i, next)
				}
			}
		}
	}
}
