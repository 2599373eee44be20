package contract

import (
	"fmt"
	"slices"
	"strings"
)

// AsIs is the stock of pages that stay as they came.
const AsIs = "as-is"

// stocks are the papers of PDF labels, with how many labels one page takes; labels/pdf lays them out.
var stocks = []struct {
	name  string
	slots int
}{
	{"4x6in", 1}, {"10x15cm", 1}, {"10x20cm", 1}, {"a6", 1},
	{"a4-2up", 2}, {"a4-3up", 3}, {"a4-4up", 4}, {"letter-2up", 2}, {AsIs, 1},
}

// Stocks lists the names that [ParseStock] takes.
func Stocks() []string {
	names := make([]string, len(stocks))
	for i, s := range stocks {
		names[i] = s.name
	}
	return names
}

// ParseStock reads the name of a stock, in capitals or small letters; an empty one is [AsIs].
func ParseStock(name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" {
		return AsIs, nil
	}
	if !slices.Contains(Stocks(), name) {
		return "", fmt.Errorf("no stock is called %q; there are %s", name, strings.Join(Stocks(), ", "))
	}
	return name, nil
}

// StockSlots is how many labels one page of a stock takes.
func StockSlots(stock string) int {
	for _, s := range stocks {
		if s.name == stock {
			return s.slots
		}
	}
	return 1
}
