package activities

import (
	"cmp"
	"slices"

	"github.com/despacho/despacho/activities/books"
)

// places remembers the order in which orders came, so that a page filled by several goroutines comes
// out the same every time.
type places map[string]int

// NewPlaces remembers the order of these orders.
func NewPlaces(orders []books.Order) places {
	p := places{}
	for i, o := range orders {
		p[o.ID] = i
	}
	return p
}

func (p places) Sort(page *books.Page) {
	byPlace := func(a, b books.Order) int { return cmp.Compare(p[a.ID], p[b.ID]) }
	slices.SortStableFunc(page.Ready, byPlace)
	slices.SortStableFunc(page.Pending, byPlace)
	slices.SortStableFunc(page.Ended, func(a, b books.Entry) int { return byPlace(a.Order, b.Order) })
}
