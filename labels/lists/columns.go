package lists

import (
	"fmt"

	"github.com/samber/lo"
)

// column is one of a list: its heading, its width in a workbook (characters)
// and on paper (parts of the page), and whether it holds numbers.
type column struct {
	heading     Text
	chars, part float64
	number      bool
	left        bool // out: nothing in this pile fills it
}

var (
	pickingTitle = Text{"Lista de picking", "Lista de separação", "Picking list"}
	packingTitle = Text{"Lista de packing", "Lista de embalagem", "Packing list"}
)

// table is a list with its columns: rows of texts and numbers (int).
type table struct {
	title   Text
	columns []column
	rows    [][]any
}

// pickingTable is all items by bin and SKU.
func (p Pile) pickingTable() table {
	return table{pickingTitle, []column{
		{heading: Text{"Grupo", "Grupo", "Group"}, chars: 20, part: 3, left: !p.Split},
		{heading: Text{"Ubicación", "Localização", "Bin"}, chars: 18, part: 3, left: p.Bins == nil},
		{heading: Text{"SKU", "SKU", "SKU"}, chars: 32, part: 7},
		{heading: Text{"Cantidad", "Quantidade", "Quantity"}, chars: 14, part: 2.6, number: true},
		{heading: Text{"Pedidos", "Pedidos", "Orders"}, chars: 12, part: 2, number: true},
	}, lo.Map(p.picks(), func(one pick, _ int) []any {
		return []any{one.group, one.bin, one.sku, one.quantity, one.orders}
	})}.without()
}

// packingItems is a row an item, in the order of the pile.
func (p Pile) packingItems() table {
	t := table{packingTitle, []column{
		{heading: Text{"Posición", "Posição", "Position"}, chars: 12, number: true},
		{heading: Text{"Pedido", "Pedido", "Order"}, chars: 26},
		{heading: Text{"Grupo", "Grupo", "Group"}, chars: 20, left: !p.grouped()},
		{heading: Text{"Canal", "Canal", "Channel"}, chars: 20},
		{heading: Text{"Courier", "Transportadora", "Courier"}, chars: 22},
		{heading: Text{"Ubicación", "Localização", "Bin"}, chars: 18, left: p.Bins == nil},
		{heading: Text{"SKU", "SKU", "SKU"}, chars: 32},
		{heading: Text{"Cantidad", "Quantidade", "Quantity"}, chars: 14, number: true},
		{heading: Text{"Seguimiento", "Rastreio", "Tracking"}, chars: 26},
		{heading: Text{"Aviso", "Aviso", "Notice"}, chars: 40, left: !p.noticed()},
	}, nil}
	for _, o := range p.Orders {
		items := o.Items
		if len(items) == 0 {
			items = []Item{{}}
		}
		for _, i := range items {
			t.rows = append(t.rows, []any{o.Position, o.Number, o.Group, o.Channel, o.Courier, p.Bins[i.SKU], i.SKU, i.Quantity, o.Tracking, o.notice()})
		}
	}
	return t.without()
}

// packingOrders is a row an order, in the order of the pile; its items are
// lines of a cell.
func (p Pile) packingOrders() table {
	return table{packingTitle, []column{
		{heading: Text{"N.º", "N.º", "No."}, part: 1.3, number: true},
		{heading: Text{"Pedido", "Pedido", "Order"}, part: 4},
		{heading: Text{"Canal", "Canal", "Channel"}, part: 3.6},
		{heading: Text{"Cantidad × SKU", "Quantidade × SKU", "Quantity × SKU"}, part: 6},
		{heading: Text{"Seguimiento", "Rastreio", "Tracking"}, part: 4},
	}, lo.Map(p.Orders, func(o Order, _ int) []any {
		return []any{o.Position, o.Number, lo.Uniq(lo.Compact([]string{o.Group, o.Channel, o.Courier})), p.itemLines(o), o.Tracking}
	})}
}

// itemLines are an order's items, behind what the packer has to look at first.
func (p Pile) itemLines(o Order) []string {
	items := lo.Map(o.Items, func(i Item, _ int) string { return p.itemWords(i) })
	return append(lo.Compact([]string{o.notice()}), items...)
}

func (p Pile) itemWords(i Item) string {
	words := fmt.Sprintf("%d × %s", i.Quantity, i.SKU)
	if bin := p.Bins[i.SKU]; bin != "" {
		words += " [" + bin + "]"
	}
	return words
}

// lacksLetters says whether a cell holds letters that are not on paper.
func (t table) lacksLetters() bool {
	return lo.SomeBy(t.rows, func(row []any) bool {
		return lo.SomeBy(row, func(value any) bool {
			texts, several := value.([]string)
			if !several {
				texts = []string{fmt.Sprint(value)}
			}
			return lo.SomeBy(texts, func(text string) bool { return onPaper(text) != plain(text) })
		})
	})
}

// without leaves out the columns that nothing fills.
func (t table) without() table {
	keep := lo.Map(t.columns, func(c column, _ int) bool { return !c.left })
	kept := func(_ any, i int) bool { return keep[i] }
	t.columns = lo.Reject(t.columns, func(c column, _ int) bool { return c.left })
	t.rows = lo.Map(t.rows, func(row []any, _ int) []any { return lo.Filter(row, kept) })
	return t
}
