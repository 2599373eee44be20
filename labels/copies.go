package labels

import (
	"slices"
	"sort"

	"github.com/samber/lo"
)

// settleCopies turns candidates into labels and marks as spare those that repeat a parcel: equal
// content, a page of the merged PDF beside a single one, an _old label beside its reprint.
func (a *assignmentInProgress) settleCopies() {
	type key struct {
		order  int
		format Format
	}
	groups := lo.GroupBy(lo.Range(len(a.candidates)), func(i int) key {
		return key{a.candidates[i].order, a.candidates[i].parts[0].format}
	})
	spare := map[int]bool{}
	for _, members := range groups {
		a.findSpares(members, spare)
	}
	for i, c := range a.candidates {
		label, err := c.from.label(c.parts)
		if err != nil {
			a.problem(c.order, Damaged, c.from.file, err.Error())
			continue
		}
		label.IsCopy = spare[i]
		id := a.orders[c.order].ID
		a.out.Labels[id] = append(a.out.Labels[id], label)
	}
}

// findSpares begins with the preferred labels: those in files of their own before pages of a merged
// file, and both before _old ones.
func (a *assignmentInProgress) findSpares(members []int, spare map[int]bool) {
	rank := func(i int) int {
		c := a.candidates[i]
		return lo.Ternary(c.from.old, 2, 0) + lo.Ternary(c.merged, 1, 0)
	}
	members = slices.Clone(members)
	sort.SliceStable(members, func(x, y int) bool { return rank(members[x]) < rank(members[y]) })
	var kept []int
	copied := map[[2]int]bool{} // a kept label, and the file that holds a copy of it
	for _, i := range members {
		c := a.candidates[i]
		_, at, repeats := lo.FindIndexOf(kept, func(k int) bool {
			original := a.candidates[k]
			if c.equals(original) {
				return true
			}
			return rank(i) > 0 && original.from != c.from && !copied[[2]int{k, c.from.at}] && c.isCopyOf(original)
		})
		if !repeats {
			kept = append(kept, i)
			continue
		}
		spare[i] = true
		copied[[2]int{kept[at], c.from.at}] = true
	}
}

func (c candidate) equals(other candidate) bool {
	return slices.EqualFunc(c.parts, other.parts, func(p, q part) bool { return p.fingerprint == q.fingerprint })
}

// isCopyOf compares what identifies a parcel: its long numbers or, for an _old label, its name.
func (c candidate) isCopyOf(original candidate) bool {
	numbers := c.numbers()
	if len(numbers) > 0 && slices.Equal(numbers, original.numbers()) {
		return true
	}
	return c.from.old && withoutMarks(baseName(c.from.file.Name)) == withoutMarks(baseName(original.from.file.Name))
}

func (c candidate) numbers() []string {
	numbers := lo.FlatMap(c.parts, func(p part, _ int) []string { return p.numbers })
	slices.Sort(numbers)
	return slices.Compact(numbers)
}
