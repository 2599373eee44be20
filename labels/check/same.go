package check

import (
	"crypto/sha256"
	"fmt"

	"github.com/samber/lo"
)

// sum is equal for labels that are equal byte by byte.
type sum [16]byte

func sumOf(data []byte) sum {
	whole := sha256.Sum256(data)
	return sum(whole[:])
}

// ofPage is the sum for page i of the file with this sum.
func (s sum) ofPage(i int) sum { return sumOf(fmt.Appendf(s[:], " %d", i)) }

// seenLabels holds, for each label, the file in which it came first.
type seenLabels map[sum]string

// note reports labels that came before. They are joined as given: only people know whether one of
// them is too many.
func (s seenLabels) note(c *Checked) {
	again := map[string]int{}
	var files []string
	for _, label := range c.sums {
		first, known := s[label]
		if !known {
			s[label] = c.File
			continue
		}
		if again[first]++; again[first] == 1 {
			files = append(files, first)
		}
	}
	for _, file := range files {
		c.Changes = append(c.Changes, fmt.Sprintf("%s in %s: printed again",
			lo.Ternary(again[file] == 1, "a label repeats one", fmt.Sprintf("%d labels repeat others", again[file])), file))
	}
}
