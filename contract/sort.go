package contract

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// GroupBy is what a pile is split by: one joined file a format for each group.
type GroupBy string

// What a pile can be split by.
const (
	GroupNone      GroupBy = ""
	GroupChannel   GroupBy = "channel"
	GroupShop      GroupBy = "shop"
	GroupCourier   GroupBy = "courier"
	GroupWarehouse GroupBy = "warehouse"
)

// ParseGroup reads what a pile is split by; "none" is GroupNone.
func ParseGroup(text string) (GroupBy, error) {
	switch group := GroupBy(text); group {
	case GroupNone, GroupChannel, GroupShop, GroupCourier, GroupWarehouse:
		return group, nil
	case "none":
		return GroupNone, nil
	}
	return GroupNone, fmt.Errorf("there is no grouping by %q; there are none, %s, %s, %s, %s", text, GroupChannel, GroupShop, GroupCourier, GroupWarehouse)
}

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

// SortKeys are the keys that [ParseSort] takes.
func SortKeys() []SortKey {
	return []SortKey{SingleFirst, BySKU, ByBin, ByDeadline, ByCourier, ByOrder, BySold, ByChannel}
}

// SortOrder is the order of a pile: the first key decides, those behind it where it is equal.
type SortOrder struct {
	Keys []SortKey
	// Reverse turns each group's pile over, for printers that stack face up.
	Reverse bool
}

// reverseWord ends the text of a sort whose pile is turned over.
const reverseWord = "reverse"

// ParseSort reads keys between commas, as "courier,single-first,order"; an
// empty text is DefaultSort. The word "reverse" at its end turns the pile over.
// Errors name the wrong key.
func ParseSort(text string) (SortOrder, error) {
	if strings.TrimSpace(text) == "" {
		text = DefaultSort
	}
	var s SortOrder
	var wrong []error
	words := strings.Split(text, ",")
	for i, word := range words {
		key := SortKey(strings.ToLower(strings.TrimSpace(word)))
		switch {
		case key == reverseWord && i > 0 && i == len(words)-1:
			s.Reverse = true
		case !slices.Contains(SortKeys(), key):
			wrong = append(wrong, fmt.Errorf("there is no sort key %q; there are %s", key, joinWords(SortKeys(), ", ")))
		case slices.Contains(s.Keys, key):
			wrong = append(wrong, fmt.Errorf("the sort key %q stands there twice", key))
		default:
			s.Keys = append(s.Keys, key)
		}
	}
	return s, errors.Join(wrong...)
}

// String states the order as the manifest does; ParseSort reads it again.
func (s SortOrder) String() string {
	text := joinWords(s.Keys, ",")
	if s.Reverse {
		text += "," + reverseWord
	}
	return text
}

// Has says whether a pile is sorted by the key.
func (s SortOrder) Has(key SortKey) bool { return slices.Contains(s.Keys, key) }

func joinWords[T ~string](words []T, between string) string {
	texts := make([]string, len(words))
	for i, word := range words {
		texts[i] = string(word)
	}
	return strings.Join(texts, between)
}
