package activities

import (
	"github.com/samber/lo"
)

// SampleOf picks indexes spread over the page, different ones at each try.
func SampleOf(n, try int) []int {
	if n <= SampleSize {
		return lo.Range(n)
	}
	return lo.Uniq(lo.Times(SampleSize, func(i int) int { return (try + i*n/SampleSize) % n }))
}

// SampleSize is how many orders of a page are read to find out whether reading all is worthwhile.
const SampleSize = 3
