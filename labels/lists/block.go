package lists

import (
	"github.com/samber/lo"
)

// block is what stands together on paper: an order with its items, or a product. Its first columns
// hold lead, beside all rows; again is lead where it goes on on another page.
type block struct {
	lead, again [][]line
	rows        []blockRow
	orders      int // how many orders it counts
	shaded      bool
}

// blockRow is a row of a block: the lines of each cell behind the lead, and how many units it counts.
type blockRow struct {
	cells [][]line
	units int
}

func heightOf(cells [][]line) float64 {
	highest := lo.Max(lo.Map(cells, func(c []line, _ int) float64 { return lo.SumBy(c, line.height) }))
	return max(highest, boxSize) + padding
}

func heightOfRows(rows []blockRow) float64 {
	return lo.SumBy(rows, func(r blockRow) float64 { return heightOf(r.cells) })
}

func (b block) height() float64 { return max(heightOfRows(b.rows), heightOf(b.lead)) + padding }

// moreWords stand below the lead of a block that goes on on the next page.
const moreWords = "sigue en la página siguiente"

// add writes a block. A block that is longer than what is left of the page begins on the next one; one
// that is longer than half a page goes on there.
func (s *sheets) add(b block) {
	body, room := bodyEnd-s.bodyStart(), bodyEnd-s.GetY()
	begins := max(heightOf(b.lead), heightOf(b.rows[0].cells)) + lineHeight + 2*padding
	if b.height() > room && (b.height() <= body/2 || begins > room) {
		s.AddPage()
	}
	counted, first := tally{orders: b.orders}, true
	for lead := b.lead; ; lead = b.again {
		taken := s.rowsThatFit(b)
		part := block{lead: lead, rows: b.rows[:taken], shaded: b.shaded}
		b.rows = b.rows[taken:]
		counted.lines, counted.units = len(part.rows), lo.SumBy(part.rows, func(r blockRow) int { return r.units })
		s.draw(part, first, len(b.rows) > 0)
		s.onPage.add(counted)
		counted.orders, first = 0, false
		if len(b.rows) == 0 {
			return
		}
		s.AddPage()
	}
}

// bodyStart is where the first block of a page begins.
func (s *sheets) bodyStart() float64 { return margin + 17 + headingsHeight }

// rowsThatFit is how many rows of a block fit on the page, at least one.
func (s *sheets) rowsThatFit(b block) int {
	room := bodyEnd - s.GetY() - 2*padding
	if b.height() <= bodyEnd-s.GetY() {
		return len(b.rows)
	}
	for n := range b.rows {
		if room -= heightOf(b.rows[n].cells); room < lineHeight { // keeps room for moreWords
			return max(n, 1)
		}
	}
	return len(b.rows)
}

// draw draws the part of a block that stands on this page.
func (s *sheets) draw(b block, first, more bool) {
	lead := b.lead
	if more {
		at := len(lead) - 1
		lead = append(append([][]line{}, lead[:at]...), append(append([]line{}, lead[at]...), line{encoded(moreWords), small}))
	}
	y := s.GetY()
	height := max(heightOfRows(b.rows), heightOf(lead)) + padding
	if b.shaded {
		s.SetFillColor(243, 245, 248)
		s.Rect(margin, y, innerWidth, height, "F")
	}
	if first {
		s.SetDrawColor(90, 90, 90)
		s.SetLineWidth(0.25)
		s.Rect(margin+2, y+padding, boxSize, boxSize, "D")
	}
	s.SetDrawColor(205, 210, 216)
	s.SetLineWidth(0.15)
	for i, cell := range lead {
		s.cell(s.columns[i], cell, y+padding)
	}
	below := y + padding
	for n, row := range b.rows {
		if n > 0 {
			s.Line(s.columns[len(lead)].x, below-padding/2, pageWidth-margin, below-padding/2)
		}
		for i, cell := range row.cells {
			s.cell(s.columns[len(lead)+i], cell, below)
		}
		below += heightOf(row.cells)
	}
	s.SetDrawColor(150, 158, 168)
	s.SetLineWidth(0.2)
	s.Line(margin, y, pageWidth-margin, y) // again: the block's ground covers half of it
	s.Line(margin, y+height, pageWidth-margin, y+height)
	s.SetXY(margin, y+height)
}

func (s *sheets) cell(c paperColumn, lines []line, y float64) {
	for _, l := range lines {
		s.print(l, c.x+padding, y, c.inner(), lo.Ternary(c.right, "R", "L"))
		y += l.height()
	}
}
