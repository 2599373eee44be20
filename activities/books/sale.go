package books

import (
	"cmp"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/natural"
)

// sale is the part of a pile that stays together, and what it is sorted by.
type sale struct {
	entries        []Entry
	first          Order
	skus, bins     []string // in natural order, each once; names where there are no SKUs
	deadline, sold time.Time
}

// salesOf groups entries by sale, in the order in which sales first occur: entries of one checkout,
// and of one order number on a connection, belong together.
func salesOf(entries []Entry, bins map[string]string) []*sale {
	var sales []*sale
	known := map[[3]string]*sale{}
	for _, e := range entries {
		keys := saleKeys(e.Order)
		key, found := lo.Find(keys, func(key [3]string) bool { return known[key] != nil })
		one := known[key]
		if !found {
			one = &sale{}
			sales = append(sales, one)
		}
		for _, key := range keys {
			known[key] = cmp.Or(known[key], one)
		}
		one.entries = append(one.entries, e)
	}
	for _, one := range sales {
		one.sum(bins)
	}
	return sales
}

func saleKeys(o Order) [][3]string {
	var keys [][3]string
	if o.CheckoutID != "" {
		keys = append(keys, [3]string{"checkout", o.CheckoutID})
	}
	if o.OrderNumber != "" {
		keys = append(keys, [3]string{"number", o.ConnectionID, o.OrderNumber})
	}
	return keys
}

// sum computes what the sale is sorted by.
func (s *sale) sum(bins map[string]string) {
	slices.SortStableFunc(s.entries, func(a, b Entry) int { return natural.Compare(a.Order.Code, b.Order.Code) })
	s.first = s.entries[0].Order
	for _, e := range s.entries {
		s.deadline, s.sold = earlier(s.deadline, e.Order.HandlingDeadline), earlier(s.sold, e.Order.SoldAt)
		for _, item := range e.Order.Items {
			s.skus, s.bins = append(s.skus, cmp.Or(item.SKU, item.Name, nameless)), append(s.bins, bins[item.SKU])
		}
	}
	s.skus, s.bins = inOrder(s.skus), inOrder(s.bins)
}

// nameless stands for the SKU of an item that the hub does not name: behind all others.
const nameless = "\U0010ffff"

func earlier(a, b time.Time) time.Time {
	if compareTimes(b, a) < 0 {
		return b
	}
	return a
}

func inOrder(words []string) []string {
	words = lo.Uniq(lo.Compact(words))
	slices.SortFunc(words, natural.Compare)
	return words
}

// comparisons says how two sales compare by each key.
var comparisons = map[contract.SortKey]func(a, b *sale) int{
	contract.SingleFirst: compareSingles,
	contract.BySKU:       func(a, b *sale) int { return compareLists(a.skus, b.skus) },
	contract.ByBin:       func(a, b *sale) int { return compareLists(a.bins, b.bins) },
	contract.ByDeadline:  func(a, b *sale) int { return compareTimes(a.deadline, b.deadline) },
	contract.ByCourier:   func(a, b *sale) int { return natural.Compare(a.first.Courier, b.first.Courier) },
	contract.ByOrder:     func(a, b *sale) int { return natural.Compare(a.first.OrderNumber, b.first.OrderNumber) },
	contract.BySold:      func(a, b *sale) int { return compareTimes(a.sold, b.sold) },
	contract.ByChannel:   func(a, b *sale) int { return natural.Compare(a.first.Channel, b.first.Channel) },
}

func compareSingles(a, b *sale) int {
	single := func(s *sale) bool { return len(s.skus) == 1 }
	switch {
	case single(a) && single(b):
		return natural.Compare(a.skus[0], b.skus[0])
	case single(a):
		return -1
	case single(b):
		return 1
	}
	return 0
}

// compareLists compares entry by entry; an empty list comes last.
func compareLists(a, b []string) int {
	if len(a) == 0 || len(b) == 0 {
		return cmp.Compare(len(b), len(a))
	}
	return slices.CompareFunc(a, b, natural.Compare)
}

// compareTimes puts the earlier first and no time last.
func compareTimes(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		return -compareBools(a.IsZero(), b.IsZero())
	}
	return a.Compare(b)
}

// compareBools puts true first.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
