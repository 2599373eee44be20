package pdf

import (
	"cmp"
	"slices"
)

// joinBlots makes one mark of letters that stand beside each other in a line, and one of the bars of
// a barcode. Lines run in the direction in which more can be joined.
func joinBlots(marks []mark) []mark {
	across, down := joinAlong(marks, 0), joinAlong(marks, 1)
	if len(down) < len(across) {
		return down
	}
	return across
}

func joinAlong(marks []mark, axis int) (joined []mark) {
	sorted := slices.SortedFunc(slices.Values(marks), func(a, b mark) int { return cmp.Compare(a.box[axis], b.box[axis]) })
	taken := make([]bool, len(sorted))
	for i := range sorted {
		if taken[i] {
			continue
		}
		line := sorted[i]
		for j := i + 1; j < len(sorted) && sorted[j].box[axis] <= line.box[axis+2]+widestSpace; j++ {
			if next := sorted[j]; !taken[j] && continuesLine(line.box, next.box, axis) {
				taken[j] = true
				line = line.joinedTo(next)
			}
		}
		joined = append(joined, line)
	}
	return joined
}

const widestSpace = 3 * millimetre // between letters, or bars

// continuesLine reports whether what stands beside something may belong to the same line: as high,
// and closer than the space between two words.
func continuesLine(line, next box, axis int) bool {
	const highest, same, space = 35 * millimetre, 0.7, 1.2
	across := 1 - axis
	high, low := line[across+2]-line[across], next[across+2]-next[across]
	overlap := min(line[across+2], next[across+2]) - max(line[across], next[across])
	return max(high, low) < highest && overlap > same*min(high, low) && next[axis]-line[axis+2] < space*max(high, low)
}
