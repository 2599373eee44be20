package lists

import (
	"fmt"
	"strconv"

	"github.com/samber/lo"
)

// Separator is what the pages before and behind the labels of one joined file
// tell a packer.
type Separator struct {
	Run string
	// Group is which part of the pile the file holds; empty when it was not split.
	Group string
	// File is the number of the file, from 1, of Files.
	File, Files int
	// Labels are what is printed, Orders whose.
	Labels, Orders int
	// First and Last are positions in the pile.
	First, Last int
	// Sort is the order of the pile, as the manifest states it.
	Sort string
	// Parcels are counted by courier.
	Parcels []Count
	// Missing are orders without a label, by why.
	Missing []Missing
}

// Count is a number of things under a name.
type Count struct {
	Name  string
	Count int
}

// Missing is why some orders have no label, and one of them.
type Missing struct {
	Count   int
	Why     Text
	Example string
}

// courierRows is how many a closing page has at most.
const courierRows = 6

// Opening is the page before the labels: how many, in which order.
func (s Separator) Opening() Page {
	p := Page{title: "separator"}
	p.bar("INICIO", Text{"", "início", "start"})
	p.space(3)
	p.row(s.Group, "", 8)
	p.row(strconv.Itoa(s.Labels), "", 24)
	p.row("etiquetas", "", 8)
	p.row("etiquetas / labels", "", 4.5)
	p.space(4)
	p.row("Posiciones", fmt.Sprintf("%d - %d", s.First, s.Last), 7)
	p.row("posições / positions", "", 4)
	p.space(1.5)
	p.row("Pedidos", strconv.Itoa(s.Orders), 7)
	p.row("pedidos / orders", "", 4)
	p.space(3)
	order := SortWords(s.Sort)
	p.wrapped("Orden: "+order.Spanish, 4.6, 3)
	p.wrapped("Ordem: "+order.Portuguese, 3.6, 2)
	p.wrapped("Order: "+order.English, 3.6, 2)
	p.foot(s.footer())
	return p
}

// Closing is the page behind the labels: how many, parcels by courier, what is
// missing and why.
func (s Separator) Closing() Page {
	p := Page{title: "closing"}
	p.bar("FIN", Text{"", "fim", "end"})
	p.space(2)
	p.row(s.Group, "", 6)
	p.row(lo.Ternary(s.Labels == 1, "1 etiqueta", fmt.Sprintf("%d etiquetas", s.Labels)), lo.Ternary(s.Orders == 1, "1 pedido", fmt.Sprintf("%d pedidos", s.Orders)), 6.5)
	p.row(fmt.Sprintf("%d etiquetas / labels", s.Labels), fmt.Sprintf("%d pedidos / orders", s.Orders), 4)
	p.space(2)
	p.row("Bultos por courier", "", 6)
	p.row("volumes por transportadora / parcels by courier", "", 4)
	for _, c := range shortened(s.Parcels) {
		p.row(c.Name, strconv.Itoa(c.Count), 5)
	}
	p.space(2)
	s.missing(&p)
	p.foot(s.footer())
	return p
}

// shortened puts what is too much for the page into its last row.
func shortened(counts []Count) []Count {
	if len(counts) <= courierRows {
		return counts
	}
	kept, rest := counts[:courierRows-1], counts[courierRows-1:]
	return append(kept[:len(kept):len(kept)], Count{
		Name:  fmt.Sprintf("otros / outros / others (%d)", len(rest)),
		Count: lo.SumBy(rest, func(c Count) int { return c.Count }),
	})
}

func (s Separator) missing(p *Page) {
	sum := lo.SumBy(s.Missing, func(m Missing) int { return m.Count })
	if sum == 0 {
		p.row("No falta ninguna", "", 6)
		p.row("não falta nenhuma / none is missing", "", 4)
		return
	}
	p.row("FALTAN", lo.Ternary(sum == 1, "1 pedido", fmt.Sprintf("%d pedidos", sum)), 7)
	p.row("faltam / missing", fmt.Sprintf("%d pedidos / orders", sum), 4)
	const why, others = 4.4, 3.4
	rows := int((p.room() - others*lineSpace) / ((why + others) * lineSpace))
	for i, m := range s.Missing {
		if i == rows && i < len(s.Missing)-1 {
			rest := lo.SumBy(s.Missing[i:], func(m Missing) int { return m.Count })
			p.row(fmt.Sprintf("%d × otros motivos / outros motivos / other reasons", rest), "", others)
			return
		}
		p.row(fmt.Sprintf("%d × %s", m.Count, m.Why.Spanish), "", why)
		p.row(lo.Ternary(m.Count == 1 || m.Example == "", m.Example, m.Example+", …"), m.Why.others(), others)
	}
}

func (s Separator) footer() string {
	return fmt.Sprintf("%s · %d / %d", plain(s.Run), s.File, s.Files)
}
