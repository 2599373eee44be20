package books

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// SortKey is one thing that a pile is sorted by.
type SortKey string

// The keys that a pile can be sorted by. What an order lacks comes last.
const (
	// SingleFirst: orders of one SKU, grouped by SKU, before the mixed ones.
	SingleFirst SortKey = "single-first"
	// BySKU: the order's SKUs in natural order, the first one first.
	BySKU SortKey = "sku"
	// ByBin: the same with the bins in which its SKUs lie.
	ByBin SortKey = "bin"
	// ByDeadline: until when the order must be handed over.
	ByDeadline SortKey = "deadline"
	ByCourier  SortKey = "courier"
	// ByOrder: the marketplace's order number.
	ByOrder   SortKey = "order"
	BySold    SortKey = "sold"
	ByChannel SortKey = "channel"
)

// DefaultSort is the order of a pile that nobody chose.
const DefaultSort = "single-first,deadline,order"

// reverseWord ends the text of a sort whose pile is turned over.
const reverseWord = "reverse"

// SortKeys are the keys that [ParseSort] takes.
func SortKeys() []SortKey {
	return []SortKey{SingleFirst, BySKU, ByBin, ByDeadline, ByCourier, ByOrder, BySold, ByChannel}
}

// Sort is the order of a pile: the first key decides, those behind it where it
// is equal. Numbers within texts count as numbers (A-2 before A-10), capitals
// and small letters alike. What is equal in every key stays as it came.
type Sort struct {
	Keys []SortKey
	// Reverse turns each group's pile over, for printers that stack face up.
	Reverse bool
	// Bins tells in which bin a SKU lies; only ByBin needs it.
	Bins map[string]string
}

// ParseSort reads keys between commas, as "courier,single-first,order"; an
// empty text is DefaultSort. The word "reverse" at its end turns the pile over.
// Errors name the wrong key.
func ParseSort(text string) (Sort, error) {
	if strings.TrimSpace(text) == "" {
		text = DefaultSort
	}
	var s Sort
	var wrong []error
	words := strings.Split(text, ",")
	for i, word := range words {
		key := SortKey(strings.ToLower(strings.TrimSpace(word)))
		switch {
		case key == reverseWord && i > 0 && i == len(words)-1:
			s.Reverse = true
		case !slices.Contains(SortKeys(), key):
			wrong = append(wrong, fmt.Errorf("there is no sort key %q; there are %s", key, joinWords(SortKeys())))
		case slices.Contains(s.Keys, key):
			wrong = append(wrong, fmt.Errorf("the sort key %q stands there twice", key))
		default:
			s.Keys = append(s.Keys, key)
		}
	}
	return s, errors.Join(wrong...)
}

// String states the order as the manifest does; ParseSort reads it again.
func (s Sort) String() string {
	words := lo.Map(s.Keys, func(k SortKey, _ int) string { return string(k) })
	if s.Reverse {
		words = append(words, reverseWord)
	}
	return strings.Join(words, ",")
}

// Has says whether a pile is sorted by the key.
func (s Sort) Has(key SortKey) bool { return slices.Contains(s.Keys, key) }

// Pile puts entries in order. The parcels and deliveries of one sale stay
// together: the sale's items decide as a whole, and its earliest deadline.
// Within a sale the delivery orders' codes decide.
func (s Sort) Pile(entries []Entry) []Entry {
	sales := salesOf(entries, s.Bins)
	slices.SortStableFunc(sales, s.compare)
	pile := lo.FlatMap(sales, func(one *sale, _ int) []Entry { return one.entries })
	if s.Reverse {
		slices.Reverse(pile)
	}
	return pile
}

func (s Sort) compare(a, b *sale) int {
	for _, key := range s.Keys {
		if order := comparisons[key](a, b); order != 0 {
			return order
		}
	}
	return 0
}

func joinWords[T ~string](words []T) string {
	return strings.Join(lo.Map(words, func(w T, _ int) string { return string(w) }), ", ")
}
