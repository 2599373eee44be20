package pdf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Stock is the paper that labels are printed on: one label per page, or sheets with slots for
// several. The zero value is as-is: pages stay as they came.
type Stock struct {
	name          string
	page          Size
	columns, rows int
}

const (
	millimetre = 72 / 25.4 // points
	inch       = 72.0
)

// Sheets for two or three labels are landscape, so that labels stand upright on them. Slots are
// counted from the left, then downwards.
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

// StockNames are the names that [ParseStock] accepts.
func StockNames() []string {
	return append(lo.Map(stocks, func(s Stock, _ int) string { return s.name }), asIs)
}

// ParseStock returns the stock with a name: 4x6in, 10x15cm, 10x20cm, a6, a4-2up, a4-3up, a4-4up,
// letter-2up, as-is. "" means as-is.
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

func (s Stock) String() string { return cmp.Or(s.name, asIs) }

// AsIs reports whether pages stay as they came.
func (s Stock) AsIs() bool { return s.name == "" }

// Slots is how many labels fit on one page of the stock.
func (s Stock) Slots() int { return max(1, s.columns*s.rows) }

// PageSize is the size of a page in points; zero for as-is.
func (s Stock) PageSize() Size { return s.page }

// SlotSize is the room for one label in points; zero for as-is, where pages keep their own sizes.
func (s Stock) SlotSize() Size {
	if s.AsIs() {
		return Size{}
	}
	return Size{s.page.Width / float64(s.columns), s.page.Height / float64(s.rows)}
}

// slot is the area of label i, counted from 0, on the page.
func (s Stock) slot(i int) box {
	room := s.SlotSize()
	left := room.Width * float64(i%s.columns)
	top := s.page.Height - room.Height*float64(i/s.columns)
	return box{left, top - room.Height, left + room.Width, top}
}

// Layout says how labels are laid onto paper. Start is the slot of the first sheet, from 1, that
// the first label takes; 0 means 1. Fit says how a page that is larger than its slot gets there.
type Layout struct {
	Stock Stock
	Start int
	Fit   Fit
}

// Check reports an error if the sheet has no such start slot.
func (l Layout) Check() error {
	if l.Start < 0 || l.Start > l.Stock.Slots() {
		return fmt.Errorf("start slot %d: a page of %s has slots 1 to %d", l.Start, l.Stock, l.Stock.Slots())
	}
	return nil
}

// Fit says how a page that is larger than its slot gets there. The zero value is [FitContent] for a
// stock with one label per page. On a sheet it is [FitPage] for a page that is shrunk by no more
// than 5 %, and otherwise [FitContent].
type Fit string

// The ways to fit a page.
const (
	// FitContent cuts a page to what is printed on it, and shrinks that only if it is too large.
	FitContent Fit = "content"
	// FitPage shrinks the whole page.
	FitPage Fit = "page"
	// FitLabel is FitContent; and if that is too large, what stands apart from the part with the
	// barcode is left out, provided that it has no barcode and no order number.
	FitLabel Fit = "label"
)

// Fits are the values that [ParseFit] accepts.
func Fits() []Fit { return []Fit{FitContent, FitPage, FitLabel} }

// ParseFit returns the way to fit pages that has a name. "" means the default of the stock.
func ParseFit(name string) (Fit, error) {
	fit := Fit(strings.ToLower(strings.TrimSpace(name)))
	if fit != "" && !slices.Contains(Fits(), fit) {
		return "", fmt.Errorf("there is no fit %q; there are %s", name, strings.Join(lo.Map(Fits(), func(f Fit, _ int) string { return string(f) }), ", "))
	}
	return fit, nil
}
