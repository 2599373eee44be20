package lists

import (
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"
)

// PackingPDF writes the packing list on A4 pages: the orders with their items, in the order of the
// pile.
func PackingPDF(w io.Writer, p Pile) error {
	items := lo.FlatMap(p.Orders, func(o Order, _ int) []Item { return o.Items })
	numbers := lo.Map(p.Orders, func(o Order, _ int) string { return encoded(o.Number) })
	columns := []paperColumn{
		{heading: positionHeading, width: 11, right: true},
		{heading: orderHeading, width: widest(numbers, bold, 38, 48)},
		{heading: Text{"Cant.", "Quant."}, width: 12.5, right: true},
		{heading: skuHeading, width: widest(lo.Map(items, func(i Item, _ int) string { return encoded(i.skuWords()) }), plain, 20, 36)},
		{heading: productHeading},
	}
	if p.Bins != nil {
		bins := lo.Map(items, func(i Item, _ int) string { return encoded(p.Bins[i.SKU]) })
		columns = append(columns, paperColumn{heading: binHeading, width: widest(bins, plain, 20, 28)})
	}
	s := p.newSheets(packingTitle, p.Sort, p.tally(), columns...)
	for i, o := range p.Orders {
		b := s.orderBlock(o)
		b.shaded = i%2 == 1
		s.add(b)
	}
	sums := []string{"Total: " + p.tally().String()}
	for _, one := range p.sellers() {
		sums = append(sums, fmt.Sprintf("%s: %s", Order{Channel: one.channel, Shop: one.shop}.seller(), one.tally))
	}
	return s.finish(w, sums)
}

// leadLines is how many lines one text takes beside an order's items.
const leadLines = 4

func (s *sheets) orderBlock(o Order) block {
	position, width := []line{{fmt.Sprint(o.Position), bold}}, s.columns[1].inner()
	number := bold.whole(encoded(o.Number), width)
	about := number
	for _, part := range []struct {
		face face
		text string
	}{{bold, o.notice()}, {small, o.Group}, {small, o.seller()}, {small, lo.Ternary(o.Courier == o.Channel, "", o.Courier)}} {
		about = append(about, atMost(part.face.wrap(encoded(part.text), width), leadLines)...)
	}
	if o.Tracking != "" {
		about = append(about, atMost(small.whole(encoded("Guía "+o.Tracking), width), leadLines)...)
	}
	if len(o.Items) > 1 {
		sum := o.tally()
		about = append(about, line{encoded(tally{lines: sum.lines, units: sum.units}.String()), small})
	}
	b := block{orders: 1, lead: [][]line{position, about}, again: [][]line{position, append(append([]line{}, number...), line{encoded("(continúa)"), small})}}
	b.rows = lo.Map(o.Items, func(i Item, _ int) blockRow { return s.itemRow(i) })
	if len(b.rows) == 0 {
		b.rows = []blockRow{{cells: [][]line{{{"0", plain}}, nil, plain.wrap(encoded("sin datos de productos"), s.columns[4].inner())}}}
	}
	return b
}

func (s *sheets) itemRow(i Item) blockRow {
	cells := [][]line{
		{{fmt.Sprint(i.Quantity), lo.Ternary(i.Quantity == 1, plain, bold)}},
		plain.wrap(encoded(i.skuWords()), s.columns[3].inner()),
		plain.wrap(encoded(i.Name), s.columns[4].inner()),
	}
	if s.pile.Bins != nil {
		cells = append(cells, plain.whole(encoded(strings.TrimSpace(s.pile.Bins[i.SKU])), s.columns[5].inner()))
	}
	return blockRow{cells, i.Quantity}
}
