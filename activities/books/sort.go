package books

import (
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// SortOrder is the order of a pile. Numbers within texts compare as numbers (A-2 before A-10), and case
// does not count. Entries equal in every key keep their order.
type SortOrder struct {
	contract.SortOrder
	// Bins maps an SKU to its bin; only ByBin needs it.
	Bins map[string]string
}

// ParseSort reads a sort order as [contract.ParseSort] does.
func ParseSort(text string) (SortOrder, error) {
	order, err := contract.ParseSort(text)
	return SortOrder{SortOrder: order}, err
}

// Pile sorts entries. The deliveries of one sale stay together: all the sale's items and its earliest
// deadline decide where it goes. Within a sale, the codes of the delivery orders decide.
func (s SortOrder) Pile(entries []Entry) []Entry {
	sales := salesOf(entries, s.Bins)
	slices.SortStableFunc(sales, s.compare)
	pile := lo.FlatMap(sales, func(one *sale, _ int) []Entry { return one.entries })
	if s.Reverse {
		slices.Reverse(pile)
	}
	return pile
}

func (s SortOrder) compare(a, b *sale) int {
	for _, key := range s.Keys {
		if order := comparisons[key](a, b); order != 0 {
			return order
		}
	}
	return 0
}
