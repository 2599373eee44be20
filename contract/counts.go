package contract

import (
	"cmp"
	"slices"
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
		var notes []string
		for _, l := range r.Labels {
			if l.File != "" {
				notes = append(notes, l.Notes...)
			}
		}
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

// ReasonCount is why some orders have no label, and one of them.
type ReasonCount struct {
	Outcome Outcome `json:"outcome"`
	Reason
	Count   int    `json:"count"`
	Example string `json:"example"`
}

// Reasons counts why orders have no label in this run, and what somebody should know of those
// that have one, the most frequent first, at most so many.
func (m Manifest) Reasons(most int) []ReasonCount {
	type why struct {
		outcome Outcome
		reason  string
	}
	var counts []ReasonCount
	places := map[why]int{}
	for _, r := range m.Rows {
		if r.Outcome == Labelled && r.Reason.Words == "" || r.Outcome == AlreadyPrinted {
			continue
		}
		key := why{r.Outcome, r.Reason.Words}
		place, known := places[key]
		if !known {
			place = len(counts)
			places[key] = place
			counts = append(counts, ReasonCount{Outcome: r.Outcome, Reason: r.Reason, Example: cmp.Or(r.OrderNumber, r.Code, r.ID)})
		}
		counts[place].Count++
	}
	slices.SortStableFunc(counts, func(a, b ReasonCount) int { return cmp.Compare(b.Count, a.Count) })
	return counts[:min(len(counts), most)]
}
