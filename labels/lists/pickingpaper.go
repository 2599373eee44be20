package lists

import (
	"fmt"
	"io"

	"github.com/samber/lo"
)

// PickingPDF writes the picking list on A4 pages: one row per bin and product with its quantity over
// all orders, of a split pile group by group.
func PickingPDF(w io.Writer, p Pile) error {
	picks, sums := p.picks(), p.tally()
	sums.lines = len(picks)
	columns := []paperColumn{
		{heading: skuHeading},
		{heading: productHeading},
		{heading: quantityHeading, width: 20, right: true},
		{heading: ordersHeading, width: 18, right: true},
	}
	columns[0].width = widest(lo.Map(picks, func(one pick, _ int) string { return encoded(one.skuWords()) }), bold, 22, 50)
	if p.Bins != nil {
		bins := lo.Map(picks, func(one pick, _ int) string { return encoded(one.bin) })
		columns = append([]paperColumn{{heading: binHeading, width: widest(bins, plain, 22, 34)}}, columns...)
	}
	s := p.newSheets(pickingTitle, p.pickingSort(), sums, columns...)
	for i, one := range picks {
		if p.Split && (i == 0 || picks[i-1].group != one.group) {
			s.section(one.group, groupTally(picks, one.group))
		}
		s.add(block{rows: []blockRow{s.pickRow(one)}, shaded: i%2 == 1})
	}
	return s.finish(w, []string{"Total: " + sums.String()})
}

func groupTally(picks []pick, group string) tally {
	return lo.Reduce(picks, func(sum tally, one pick, _ int) tally {
		if one.group == group {
			sum.add(tally{lines: 1, units: one.Quantity})
		}
		return sum
	}, tally{})
}

func (s *sheets) pickRow(one pick) blockRow {
	var cells [][]line
	column := func() paperColumn { return s.columns[len(cells)] }
	if s.pile.Bins != nil {
		cells = append(cells, plain.whole(encoded(one.bin), column().inner()))
	}
	cells = append(cells, bold.wrap(encoded(one.skuWords()), column().inner()))
	cells = append(cells, plain.wrap(encoded(one.Name), column().inner()))
	cells = append(cells, bold.whole(fmt.Sprint(one.Quantity), column().inner()))
	cells = append(cells, plain.whole(fmt.Sprint(one.orders), column().inner()))
	return blockRow{cells, one.Quantity}
}

// section is the heading of a group of a list.
func (s *sheets) section(name string, sums tally) {
	const height = 6.5
	if s.GetY()+height+2*lineHeight > bodyEnd {
		s.AddPage()
	}
	y := s.GetY()
	s.SetFillColor(236, 239, 243)
	s.Rect(margin, y, innerWidth, height, "F")
	s.print(line{s.fitted(lo.CoalesceOrEmpty(name, "Sin grupo"), bold, innerWidth-50), bold}, margin+2, y+1.2, innerWidth-50, "L")
	s.print(line{encoded(sums.String()), plain}, margin, y+1.2, innerWidth-padding, "R")
	s.SetXY(margin, y+height)
}
