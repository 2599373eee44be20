package lists

import (
	"github.com/samber/lo"
)

// column is a column of a workbook: its heading and its width in characters.
type column struct {
	heading Text
	chars   float64
	left    bool // left out: nothing in this pile fills it
}

var (
	pickingTitle = Text{"Lista de picking", "Lista de separação"}
	packingTitle = Text{"Lista de packing", "Lista de embalagem"}

	positionHeading = Text{"N.º", "N.º"}
	orderHeading    = Text{"Pedido", "Pedido"}
	ordersHeading   = Text{"Pedidos", "Pedidos"}
	binHeading      = Text{"Ubicación", "Localização"}
	productHeading  = Text{"Producto", "Produto"}
	quantityHeading = Text{"Cantidad", "Quantidade"}
	skuHeading      = Text{"SKU", "SKU"}
)

// table is a list with its columns; its rows hold texts and numbers (int), totals as well.
type table struct {
	title        Text
	sort         string
	columns      []column
	rows, totals [][]any
}

// pickingTable lists all products by bin and SKU.
func (p Pile) pickingTable() table {
	picks := p.picks()
	t := table{title: pickingTitle, sort: p.pickingSort(), columns: []column{
		{heading: Text{"Grupo", "Grupo"}, chars: 20, left: !p.Split},
		{heading: binHeading, chars: 18, left: p.Bins == nil},
		{heading: skuHeading, chars: 26},
		{heading: productHeading, chars: 60},
		{heading: quantityHeading, chars: 14},
		{heading: ordersHeading, chars: 12},
	}}
	t.rows = lo.Map(picks, func(one pick, _ int) []any {
		return []any{one.group, one.bin, one.skuWords(), one.Name, one.Quantity, one.orders}
	})
	all := p.tally()
	t.totals = [][]any{{"", "", "Total", counted(len(picks), "línea"), all.units, all.orders}}
	return t.withoutColumns()
}

// packingTable has one row per item, in the order of the pile.
func (p Pile) packingTable() table {
	t := table{title: packingTitle, sort: p.Sort, columns: []column{
		{heading: positionHeading, chars: 8},
		{heading: orderHeading, chars: 26},
		{heading: Text{"Grupo", "Grupo"}, chars: 20, left: !p.grouped()},
		{heading: Text{"Canal", "Canal"}, chars: 20},
		{heading: Text{"Tienda", "Loja"}, chars: 22, left: !p.severalShops()},
		{heading: Text{"Courier", "Transportadora"}, chars: 20},
		{heading: binHeading, chars: 18, left: p.Bins == nil},
		{heading: skuHeading, chars: 26},
		{heading: productHeading, chars: 60},
		{heading: quantityHeading, chars: 14},
		{heading: Text{"Seguimiento", "Rastreio"}, chars: 26},
		{heading: Text{"Aviso", "Aviso"}, chars: 40, left: !p.noticed()},
	}}
	for _, o := range p.Orders {
		row := func(i Item, sku string) []any {
			return []any{o.Position, o.Number, o.Group, o.Channel, o.Shop, o.Courier, p.Bins[i.SKU], sku, i.Name, i.Quantity, o.Tracking, o.notice()}
		}
		if len(o.Items) == 0 {
			t.rows = append(t.rows, row(Item{}, ""))
		}
		for _, i := range o.Items {
			t.rows = append(t.rows, row(i, i.skuWords()))
		}
	}
	total := func(name, channel, shop string, sum tally) []any {
		return []any{name, counted(sum.orders, "pedido"), "", channel, shop, "", "", "", counted(sum.lines, "línea"), sum.units, "", ""}
	}
	t.totals = append(t.totals, total("Total", "", "", p.tally()))
	for _, s := range p.sellers() {
		t.totals = append(t.totals, total("", s.channel, s.shop, s.tally))
	}
	return t.withoutColumns()
}

// withoutColumns leaves out the columns that nothing fills.
func (t table) withoutColumns() table {
	keep := lo.Map(t.columns, func(c column, _ int) bool { return !c.left })
	kept := func(row []any, _ int) []any { return lo.Filter(row, func(_ any, i int) bool { return keep[i] }) }
	t.columns = lo.Reject(t.columns, func(c column, _ int) bool { return c.left })
	t.rows, t.totals = lo.Map(t.rows, kept), lo.Map(t.totals, kept)
	return t
}
