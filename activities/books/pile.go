package books

import (
	"cmp"
	"slices"
	"time"

	"github.com/maruel/natural"
)

// PileSort names the order of the pile, as the manifest states it.
const PileSort = "deadline,channel,order"

// SortPile puts entries in the order of the pile: handling deadline (none
// comes last), then channel, then order number in natural order. The parcels
// and deliveries of a sale stay together. The sort is stable.
func SortPile(entries []Entry) {
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(
			compareDeadlines(a.Order.HandlingDeadline, b.Order.HandlingDeadline),
			cmp.Compare(a.Order.Channel, b.Order.Channel),
			compareNatural(a.Order.OrderNumber, b.Order.OrderNumber),
			compareNatural(a.Order.Code, b.Order.Code),
			cmp.Compare(a.Order.ID, b.Order.ID),
		)
	})
}

func compareDeadlines(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

func compareNatural(a, b string) int {
	switch {
	case a == b:
		return 0
	case natural.Less(a, b):
		return -1
	}
	return 1
}

// ChooseFormat splits the labels of an order into those to print, all in one
// format, and the spare ones. The preferred format is taken unless the other
// has more parcels.
func ChooseFormat(labels []Label, preferred string) (print, spare []Label) {
	parcels := map[string]int{}
	for _, l := range labels {
		if !l.Spare {
			parcels[l.Format] += max(l.Count, 1)
		}
	}
	format := preferred
	for _, other := range []string{"zpl", "pdf"} {
		if parcels[other] > parcels[format] {
			format = other
		}
	}
	for _, l := range labels {
		if l.Format == format && !l.Spare {
			print = append(print, l)
		} else {
			spare = append(spare, l)
		}
	}
	return print, spare
}
