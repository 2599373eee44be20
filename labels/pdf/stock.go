package pdf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Stock is the paper that labels are printed on: a label a page, or sheets with
// slots for several. The zero value is as-is: pages stay as they came.
type Stock struct {
	name          string
	page          Size
	columns, rows int
}

const (
	millimetre = 72 / 25.4 // points
	inch       = 72.0
)

// Sheets for two or three labels lie on their side, so that labels stand
// upright on them. Slots are counted from the left, then downwards.
var stocks = []Stock{
	{"4x6in", Size{4 * inch, 6 * inch}, 1, 1},
	{"10x15cm", Size{100 * millimetre, 150 * millimetre}, 1, 1},
	{"10x20cm", Size{100 * millimetre, 200 * millimetre}, 1, 1},
	{"a6", Size{105 * millimetre, 148 * millimetre}, 1, 1},
	{"a4-2up", Size{297 * millimetre, 210 * millimetre}, 2, 1},
	{"a4-3up", Size{297 * millimetre, 210 * millimetre}, 3, 1},
	{"a4-4up", Size{210 * millimetre, 297 * millimetre}, 2, 2},
	{"letter-2up", Size{11 * inch, 8.5 * inch}, 2, 1},
}

const asIs = "as-is"

// StockNames are the names that [ParseStock] takes.
func StockNames() []string {
	return append(lo.Map(stocks, func(s Stock, _ int) string { return s.name }), asIs)
}

// ParseStock finds a stock by its name: 4x6in, 10x15cm, 10x20cm, a6, a4-2up,
// a4-3up, a4-4up, letter-2up, as-is. An empty name is as-is.
func ParseStock(name string) (Stock, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" || name == asIs {
		return Stock{}, nil
	}
	i := slices.IndexFunc(stocks, func(s Stock) bool { return s.name == name })
	if i < 0 {
		return Stock{}, fmt.Errorf("no stock is called %q; there are %s", name, strings.Join(StockNames(), ", "))
	}
	return stocks[i], nil
}

func (s Stock) String() string { return lo.CoalesceOrEmpty(s.name, asIs) }

// AsIs tells that pages stay as they came.
func (s Stock) AsIs() bool { return s.name == "" }

// Slots is how many labels one page of the stock takes.
func (s Stock) Slots() int { return max(1, s.columns*s.rows) }

// SlotSize is the room of one label in points; zero for as-is, where pages have
// sizes of their own.
func (s Stock) SlotSize() Size {
	if s.AsIs() {
		return Size{}
	}
	return Size{s.page.Width / float64(s.columns), s.page.Height / float64(s.rows)}
}

// slot is the place of label i, counted from 0, on the page.
func (s Stock) slot(i int) box {
	room := s.SlotSize()
	left := room.Width * float64(i%s.columns)
	top := s.page.Height - room.Height*float64(i/s.columns)
	return box{left, top - room.Height, left + room.Width, top}
}

// Layout says how labels are laid onto paper. Start is the slot of a sheet, from
// 1, that the first label takes; 0 is 1.
type Layout struct {
	Stock Stock
	Start int
}

// Check tells whether the sheet has the start slot.
func (l Layout) Check() error {
	if l.Start < 0 || l.Start > l.Stock.Slots() {
		return fmt.Errorf("start slot %d: a page of %s has slots 1 to %d", l.Start, l.Stock, l.Stock.Slots())
	}
	return nil
}
