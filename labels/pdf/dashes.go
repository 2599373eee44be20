package pdf

import (
	"cmp"
	"math"
	"slices"

	"github.com/samber/lo"
)

// joinDashes makes one rule of each line across a sheet that is drawn dash by dash.
func joinDashes(marks []mark, sheet box) []mark {
	type line struct{ axis, at int }
	lines := map[line][]int{}
	for i, m := range marks {
		for axis := range 2 {
			if m.kind == pathMark && m.bars > 0 && m.isThin(axis) {
				at := line{axis, int(math.Round((m.box[axis] + m.box[axis+2]) / 2))}
				lines[at] = append(lines[at], i)
			}
		}
	}
	isDash := map[int]bool{}
	var rules []mark
	for at, line := range lines {
		along := 1 - at.axis
		slices.SortFunc(line, func(a, b int) int { return cmp.Compare(marks[a].box[along], marks[b].box[along]) })
		if !crosses(marks, line, along, sheet) {
			continue
		}
		rule := mark{box: marks[line[0]].box, isRule: true}
		for _, i := range line {
			rule.box, isDash[i] = rule.box.union(marks[i].box), true
		}
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b mark) int { return slices.Compare(a.box[:], b.box[:]) })
	return append(lo.Reject(marks, func(_ mark, i int) bool { return isDash[i] }), rules...)
}

// crosses reports whether dashes, in their order, reach across most of a sheet without a wide gap.
func crosses(marks []mark, dashes []int, along int, sheet box) bool {
	const most, widest, fewest = 0.5, 5 * millimetre, 10
	from, to := marks[dashes[0]].box[along], marks[dashes[0]].box[along+2]
	for _, i := range dashes {
		if marks[i].box[along] > to+widest {
			return false
		}
		to = max(to, marks[i].box[along+2])
	}
	return len(dashes) >= fewest && to-from > most*(sheet[along+2]-sheet[along])
}
