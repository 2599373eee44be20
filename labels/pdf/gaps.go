package pdf

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/samber/lo"
)

// stripe is a part of an axis.
type stripe struct{ from, to float64 }

const (
	narrowestGap = 0.5 // points; frames that share a line leave 1
	mostCuts     = 23  // of a sheet, along one axis
	mostGaps     = 300 // the widest ones
)

// gaps are the stripes between the prints of a cell, along an axis, in which nothing is printed
// except rules along them and, across them, cutting marks as long as the cell.
func (c cell) gaps(axis int) []stripe {
	const nearly, touching, share = 0.85, 1.0, 0.1 // frames of labels may share their line
	length := c.bounds[axis+2] - c.bounds[axis]
	var taken []stripe
	for _, m := range c.marks {
		if m.isRule && (m.isThin(axis) || m.box[axis+2]-m.box[axis] > nearly*length) {
			continue
		}
		s := stripe{m.box[axis], m.box[axis+2]}
		if m.kind != pictureMark { // adjoining pictures may be strips of one
			by := min(touching, share*(s.to-s.from))
			s = stripe{s.from + by, s.to - by}
		}
		taken = append(taken, s)
	}
	slices.SortFunc(taken, func(a, b stripe) int { return cmp.Compare(a.from, b.from) })
	var free []stripe
	for i, t := range taken {
		if i > 0 && t.from-taken[i-1].to >= narrowestGap {
			free = append(free, stripe{taken[i-1].to, t.from})
		}
		if i > 0 {
			taken[i].to = max(t.to, taken[i-1].to)
		}
	}
	if len(free) > mostGaps {
		free = slices.SortedFunc(slices.Values(free), byWidth)[:mostGaps]
		slices.SortFunc(free, byStart)
	}
	return free
}

// cuts are the ways to cut a cell along an axis that are worth trying: each part must have a barcode.
func (p painting) cuts(c cell, axis int) [][]float64 {
	if *p.work -= len(c.marks); *p.work < 0 {
		return nil
	}
	anchors := c.barcodes(axis)
	if len(anchors) < 2 {
		return nil
	}
	free := c.gaps(axis)
	tries := slices.Concat(evenCuts(free, c, axis), widestCuts(free, c, axis), anchoredCuts(free, anchors, c, axis))
	tries = lo.Filter(tries, func(cuts []float64, _ int) bool { return len(cuts) < len(anchors) })
	return lo.UniqBy(tries, func(cuts []float64) string { return fmt.Sprintf("%.0f", cuts) })
}

// widestCuts cut along the widest gap, the two widest, and so on.
func widestCuts(free []stripe, c cell, axis int) (all [][]float64) {
	const same = 0.5
	widest := slices.SortedFunc(slices.Values(free), byWidth)
	for n := 1; n <= min(mostCuts, len(widest)); n++ {
		if n < len(widest) && widest[n-1].to-widest[n-1].from-(widest[n].to-widest[n].from) < same {
			continue
		}
		all = append(all, lo.Map(slices.SortedFunc(slices.Values(widest[:n]), byStart), func(s stripe, _ int) float64 {
			return s.middle((s.from+s.to)/2, c.marks, axis)
		}))
	}
	return all
}

func byWidth(a, b stripe) int { return cmp.Compare(b.to-b.from, a.to-a.from) }

func byStart(a, b stripe) int { return cmp.Compare(a.from, b.from) }

// evenCuts cut the sheet, or what is printed on it, into equal parts: along the widest gap near each
// even division. Where nothing is printed there is nothing to cut.
func evenCuts(free []stripe, c cell, axis int) (all [][]float64) {
	for n := 2; n <= mostCuts/2+1; n++ {
		for _, of := range []box{c.bounds, c.ink} {
			if cuts := evenCut(free, c, axis, of, n); len(cuts) > 0 {
				all = append(all, cuts)
			}
		}
	}
	return all
}

func evenCut(free []stripe, c cell, axis int, of box, parts int) (cuts []float64) {
	pitch := (of[axis+2] - of[axis]) / float64(parts)
	reach := pitch / 5
	for i := 1; i < parts; i++ {
		even := of[axis] + pitch*float64(i)
		if even <= c.ink[axis] || even >= c.ink[axis+2] {
			continue
		}
		near := lo.FilterMap(free, func(s stripe, _ int) (stripe, bool) {
			s = stripe{max(s.from, even-reach), min(s.to, even+reach)}
			return s, s.to-s.from >= narrowestGap
		})
		if len(near) == 0 {
			return nil
		}
		widest := lo.MaxBy(near, func(a, b stripe) bool { return a.to-a.from > b.to-b.from })
		cuts = append(cuts, widest.middle(even, c.marks, axis))
	}
	return cuts
}

// middle is where a gap is cut: along the rule in it, or between the frames of two labels, or else
// as near to a place as there is room.
func (s stripe) middle(near float64, marks []mark, axis int) float64 {
	const room, same = 2 * millimetre, 1.5
	var rules []float64
	for _, m := range marks {
		if at := (m.box[axis] + m.box[axis+2]) / 2; m.isRule && m.isThin(axis) && at > s.from && at < s.to {
			rules = append(rules, at)
		}
	}
	slices.Sort(rules)
	rules = slices.CompactFunc(rules, func(a, b float64) bool { return math.Abs(b-a) < same })
	if n := len(rules); n > 0 {
		return (rules[(n-1)/2] + rules[n/2]) / 2
	}
	inset := min(room, (s.to-s.from)/2)
	return lo.Clamp(near, s.from+inset, s.to-inset)
}

// anchoredCuts cut between barcodes, each time equally far from the next one, or from the one before:
// labels made from one template are cut so, whatever gaps they have within them.
func anchoredCuts(free, anchors []stripe, c cell, axis int) (all [][]float64) {
	const mostEach = 3 // barcodes on a label
	if len(anchors) > mostEach*(mostCuts+1) {
		return nil
	}
	for each := 1; each <= mostEach; each++ {
		if len(anchors)%each != 0 || len(anchors) <= each {
			continue
		}
		for _, s := range between(free, anchors[each-1].to, anchors[each].from) {
			for _, fromNext := range []bool{true, false} {
				if cuts := anchoredCut(free, anchors, each, s, fromNext, c, axis); cuts != nil {
					all = append(all, cuts)
				}
			}
		}
	}
	return all
}

func between(free []stripe, from, to float64) []stripe {
	return lo.Filter(free, func(s stripe, _ int) bool { return s.from >= from-narrowestGap && s.to <= to+narrowestGap })
}

func anchoredCut(free, anchors []stripe, each int, first stripe, fromNext bool, c cell, axis int) (cuts []float64) {
	const tolerance = 3
	distance := func(s stripe, i int) float64 {
		if fromNext {
			return anchors[i].from - s.to
		}
		return s.from - anchors[i-1].to
	}
	want := distance(first, each)
	for i := each; i < len(anchors); i += each {
		s, ok := lo.Find(between(free, anchors[i-1].to, anchors[i].from), func(s stripe) bool {
			d := distance(s, i) - want
			return max(d, -d) < tolerance
		})
		if !ok {
			return nil
		}
		cuts = append(cuts, s.middle((s.from+s.to)/2, c.marks, axis))
	}
	return cuts
}

// barcodes are the stripes of an axis on which barcodes lie, or pictures that may show one.
func (c cell) barcodes(axis int) []stripe {
	const within = 3 * millimetre // the widest space between bars
	type bars struct {
		stripe
		count  int
		within float64
	}
	var found []bars
	for _, m := range c.marks {
		of := bars{stripe{m.box[axis], m.box[axis+2]}, m.bars, within}
		if m.mayShowBarcode() {
			of.count, of.within = fewestBars, 0
		}
		if of.count > 0 && !m.isRule {
			found = append(found, of)
		}
	}
	slices.SortFunc(found, func(a, b bars) int { return byStart(a.stripe, b.stripe) })
	var merged []bars
	for _, b := range found {
		if last := len(merged) - 1; last >= 0 && b.from < merged[last].to+min(b.within, merged[last].within) {
			merged[last] = bars{stripe{merged[last].from, max(merged[last].to, b.to)}, merged[last].count + b.count, min(b.within, merged[last].within)}
		} else {
			merged = append(merged, b)
		}
	}
	return lo.FilterMap(merged, func(b bars, _ int) (stripe, bool) { return b.stripe, b.count >= fewestBars })
}
