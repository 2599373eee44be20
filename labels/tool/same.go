package tool

import (
	"crypto/sha256"
	"fmt"

	"github.com/samber/lo"
)

// sum is the same for labels that are equal byte by byte.
type sum [16]byte

func sumOf(data []byte) sum {
	whole := sha256.Sum256(data)
	return sum(whole[:])
}

// ofPage is for page i of the file with this sum.
func (s sum) ofPage(i int) sum { return sumOf(fmt.Appendf(s[:], " %d", i)) }

// seen says in which file a label came first.
type seen map[sum]string

// note tells of labels that came before. They are joined as given: which of two
// is one too many, only people know.
func (s seen) note(c *checked) {
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
		c.Changes = append(c.Changes, fmt.Sprintf("%s came before, in %s: printed again",
			lo.Ternary(again[file] == 1, "a label", fmt.Sprintf("%d labels", again[file])), file))
	}
}
