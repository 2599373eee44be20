package paper

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/xuri/excelize/v2"
)

// Item is a line of an order as the packing sheet lists it.
type Item struct {
	Order, SKU, Product, Warehouse string
	Count                          int
}

// Packing is the workbook of the items of each order.
func Packing(items []Item) ([]byte, error) {
	rows := [][]any{{"Orden", "SKU", "Producto", "Bodega", "Cantidad"}}
	for _, item := range items {
		rows = append(rows, []any{item.Order, item.SKU, item.Product, item.Warehouse, item.Count})
	}
	return workbook("Packing", rows)
}

// Picking is the workbook of the items of all orders together, one row per SKU.
func Picking(items []Item) ([]byte, error) {
	total := map[string]Item{}
	for _, item := range items {
		sum := total[item.SKU]
		item.Count += sum.Count
		total[item.SKU] = item
	}
	rows := [][]any{{"SKU", "Producto", "Bodega", "Cantidad"}}
	for _, item := range slices.SortedFunc(maps.Values(total), func(a, b Item) int { return cmp.Compare(a.SKU, b.SKU) }) {
		rows = append(rows, []any{item.SKU, item.Product, item.Warehouse, item.Count})
	}
	return workbook("Picking", rows)
}

func workbook(name string, rows [][]any) ([]byte, error) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	if err := book.SetSheetName("Sheet1", name); err != nil {
		return nil, fmt.Errorf("workbook %s: %w", name, err)
	}
	for i, row := range rows {
		if err := book.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return nil, fmt.Errorf("workbook %s, row %d: %w", name, i+1, err)
		}
	}
	out, err := book.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("workbook %s: %w", name, err)
	}
	return out.Bytes(), nil
}
