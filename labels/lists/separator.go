package lists

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/natural"
)

// Separator is what the pages before and after the labels of one joined file tell a packer.
type Separator struct {
	Run string
	// Group is the part of the pile in the file; empty if the pile was not split.
	Group string
	// File is the number of the file, from 1, of Files.
	File, Files int
	// Labels and Orders count what is printed.
	Labels, Orders int
	// First and Last are positions in the pile.
	First, Last int
	// Sort is the order of the pile, as stated in the manifest.
	Sort string
	// Shops are labels by shop, of channels with several.
	Shops []NamedCount
	// Items are those of all orders.
	Items []Item
	// Parcels are counted by courier.
	Parcels []NamedCount
	// Missing are orders without a label, by reason.
	Missing []Missing
}

// NamedCount is a number of things with a name.
type NamedCount struct {
	Name  string
	Count int
}

// Missing is a reason why orders have no label, their number and one of them as an example.
type Missing struct {
	Count   int
	Why     Text
	Example string
	// Never: these get no label, so none is missing.
	Never bool
}

// Most rows of their kind on a page.
const (
	courierRows = 6
	shopRows    = 4
)

// Opening is the page before the labels: how many there are, in which order, and of which products most.
func (s Separator) Opening() Page {
	p := Page{title: "inicio"}
	p.bar("INICIO", "início")
	p.space(3)
	p.wrapped(s.Group, 7.5, 2)
	p.row(strconv.Itoa(s.Labels), "", 18)
	p.row(lo.Ternary(s.Labels == 1, "etiqueta", "etiquetas"), "", 8)
	p.counts(s.Shops, shopRows, 5)
	p.space(2)
	p.row("Posiciones", fmt.Sprintf("%d - %d", s.First, s.Last), 6)
	p.row("Pedidos", strconv.Itoa(s.Orders), 6)
	p.space(1.5)
	order := SortWords(s.Sort)
	p.wrapped("Ordenado por: "+order.Spanish, 4.4, 3)
	p.wrapped("Ordem: "+order.Portuguese, 3.4, 2)
	p.space(2)
	s.contents(&p)
	p.foot(s.footer())
	return p
}

// contents are the products of which the file holds most, as far as there is room.
func (s Separator) contents(p *Page) {
	const heading, size = 4.6, 4.0
	items := summed(s.Items)
	units := lo.SumBy(items, func(i Item) int { return i.Quantity })
	rows := int((p.room() - heading*lineSpace) / (size * lineSpace))
	if units <= 0 || rows < 1 {
		return
	}
	p.row("Contenido", tally{lines: len(items), units: units}.String(), heading)
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(b.Quantity, a.Quantity), natural.Compare(a.Title(), b.Title()))
	})
	for i, item := range items {
		if i == rows-1 && i < len(items)-1 {
			p.row(fmt.Sprintf("y %s más", counted(len(items)-i, "producto")), "", size)
			return
		}
		p.row(item.String(), "", size)
	}
}

// Closing is the page after the labels: how many there are, parcels by courier, and what is missing
// and why.
func (s Separator) Closing() Page {
	p := Page{title: "fin"}
	p.bar("FIN", "fim")
	p.space(2)
	p.wrapped(s.Group, 6, 2)
	p.row(counted(s.Labels, "etiqueta"), counted(s.Orders, "pedido"), 6.5)
	p.space(2)
	p.row("Bultos por courier", "", 6)
	p.row("volumes por transportadora", "", 4)
	p.counts(s.Parcels, courierRows, 5)
	p.space(2)
	s.missing(&p)
	p.foot(s.footer())
	return p
}

// smallestRow is the height to which a row shrinks for a long name.
const smallestRow = 3.2

// counts are rows of counted things; what does not fit into so many is added up in the last. Long names are
// printed smaller: two shops may differ at their ends.
func (p *Page) counts(all []NamedCount, most int, height float64) {
	if len(all) > most {
		rest := all[most-1:]
		all = append(all[:most-1:most-1], NamedCount{
			Name:  fmt.Sprintf("otros / outros (%d)", len(rest)),
			Count: lo.SumBy(rest, func(c NamedCount) int { return c.Count }),
		})
	}
	for _, c := range all {
		own, count := height, strconv.Itoa(c.Count)
		for own > smallestRow && textLength(onPaper(c.Name+count), own)+2 > textWidth {
			own -= 0.2
		}
		p.row(c.Name, count, own)
	}
}

// missing are the orders that should have a label, then those that never get one, by reason.
func (s Separator) missing(p *Page) {
	never, missing := lo.FilterReject(s.Missing, func(m Missing, _ int) bool { return m.Never })
	below := min(len(never), 2) // keeps room for what is not missing
	if len(missing) == 0 {
		p.row("No falta ninguna", "", 6)
		p.row("não falta nenhuma", "", 4)
	} else {
		p.reasons(Text{"FALTAN", "faltam"}, 7, missing, lo.Ternary(below > 0, headingRoom+float64(below)*reasonRoom, 0))
	}
	if len(never) > 0 {
		p.reasons(Text{"No llevan etiqueta", "não levam etiqueta"}, 5, never, 0)
	}
}

// Heights of the rows about orders without a label, in millimetres.
const (
	reasonHeight, otherHeight = 4.4, 3.4
	reasonRoom                = (reasonHeight + otherHeight) * lineSpace
	headingRoom               = 9 * lineSpace
)

// reasons are rows of reasons, as far as there is room above what is kept free.
func (p *Page) reasons(heading Text, height float64, all []Missing, free float64) {
	sum := func(all []Missing) int { return lo.SumBy(all, func(m Missing) int { return m.Count }) }
	p.row(heading.Spanish, counted(sum(all), "pedido"), height)
	p.row(heading.Portuguese, "", 4)
	rows := int((p.room() - free - otherHeight*lineSpace) / reasonRoom)
	for i, m := range all {
		if i >= rows && i < len(all)-1 {
			p.row(fmt.Sprintf("%d × otros motivos / outros motivos", sum(all[i:])), "", otherHeight)
			return
		}
		p.row(fmt.Sprintf("%d × %s", m.Count, m.Why.Spanish), "", reasonHeight)
		p.row(lo.Ternary(m.Count == 1 || m.Example == "", m.Example, m.Example+", …"), m.Why.other(), otherHeight)
	}
}

func (s Separator) footer() string {
	return fmt.Sprintf("%s · %d / %d", cleanText(s.Run), s.File, s.Files)
}
