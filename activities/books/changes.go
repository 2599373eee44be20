package books

import (
	"cmp"
	"slices"

	"github.com/samber/lo"
)

// ChangeCount is what was changed on some printed labels, and whose one is.
type ChangeCount struct {
	Change  string `json:"change"`
	Count   int    `json:"count"`
	Example string `json:"example"`
}

// Changes counts what was changed on printed labels, the most frequent first,
// at most so many.
func (m Manifest) Changes(most int) []ChangeCount {
	var counts []ChangeCount
	places := map[string]int{}
	for _, r := range m.Rows {
		notes := lo.FlatMap(r.Labels, func(l Printed, _ int) []string { return lo.Ternary(l.File == "", nil, l.Notes) })
		for _, note := range notes {
			place, known := places[note]
			if !known {
				place = len(counts)
				places[note] = place
				counts = append(counts, ChangeCount{Change: note, Example: cmp.Or(r.OrderNumber, r.Code, r.ID)})
			}
			counts[place].Count++
		}
	}
	slices.SortStableFunc(counts, func(a, b ChangeCount) int { return cmp.Compare(b.Count, a.Count) })
	return counts[:min(len(counts), most)]
}
