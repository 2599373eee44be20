package publishing

import (
	"cmp"
	"errors"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/labels/pdf"
)

// joinedFiles is one joined file in the making.
type joinedFiles struct {
	format string
	group  books.Group
	labels []toPrint
	// layout is how PDF labels are laid onto paper.
	layout pdf.Layout
	// dpi is how PDF labels of a ZPL file are drawn.
	dpi int
	// opening and closing are the pages before and behind the labels; nil for none.
	opening, closing []byte
}

// toPrint is a label of a joined file: whose row it stands in, and its number there.
type toPrint struct {
	books.Label
	row, place int
}

func (l toPrint) pages() int { return max(l.Count, 1) }

// laidPile is a pile as it goes into files, with a row for each printed order.
type laidPile struct {
	by     contract.GroupBy
	files  []*joinedFiles
	rows   []contract.ManifestRow
	groups []books.Group // of each row
	// shops tell the connections of one channel apart, by id.
	shops map[string]string
}

// lay gives each printed order its row and its labels their place in the files
// of their group and format. Positions run on from one group to the next.
func lay(groups []books.GroupedPile, by contract.GroupBy, in PublishInput, layout pdf.Layout, onPaper map[string]string) laidPile {
	all := laidPile{by: by}
	for _, g := range groups {
		byFormat := map[string][]toPrint{}
		for _, e := range g.Entries {
			row, print := laidRow(e, len(all.rows), in.Format)
			all.rows, all.groups = append(all.rows, row), append(all.groups, g.Group)
			format := print[0].Format
			if why, isOnPaper := onPaper[e.Order.ID]; in.OneRoll && !isOnPaper {
				format = "zpl"
			} else if isOnPaper {
				noteOnPaper(print, why)
			}
			byFormat[format] = append(byFormat[format], print...)
		}
		for _, format := range []string{"zpl", "pdf"} {
			for _, labels := range inParts(byFormat[format], in.Part) {
				all.files = append(all.files, &joinedFiles{format: format, group: g.Group, labels: labels, dpi: cmp.Or(in.DPI, contract.DefaultDPI)})
			}
		}
	}
	for _, file := range all.files {
		switch {
		case file.format == "pdf":
			file.layout = layout
			layout.Start = 0 // only the first sheet has been begun
		case in.OneRoll:
			file.layout = pdf.Layout{Stock: layout.Stock, Fit: layout.Fit}
		}
	}
	return all
}

// withoutLabel are the labelled orders that have no label of their own, by id.
func withoutLabel(entries []books.Entry, format string) map[string]error {
	faults := map[string]error{}
	for _, e := range entries {
		if print, _ := books.ChooseFormat(e.Labels, format); e.Outcome == contract.Labelled && len(print) == 0 {
			faults[e.Order.ID] = errors.New("the order has no label")
		}
	}
	return faults
}

func laidRow(e books.Entry, at int, format string) (contract.ManifestRow, []toPrint) {
	row := books.RowOf(e)
	row.Position = lo.ToPtr(at + 1)
	print, spare := books.ChooseFormat(e.Labels, format)
	for _, l := range append(append([]books.Label{}, print...), spare...) {
		label := contract.PrintedLabel{Key: l.Key, Format: l.Format, SHA256: l.SHA256, Count: l.Count, Notes: l.Notes}
		if l.Pack != "" {
			label.Key, label.From, label.Bytes = l.Pack, l.From, l.Bytes
		}
		row.Labels = append(row.Labels, label)
	}
	return row, lo.Map(print, func(l books.Label, n int) toPrint { return toPrint{l, at, n} })
}

// inParts splits labels so that no part holds more than most; 0 does not. The
// labels of an order stay together unless they are more than that themselves.
func inParts(labels []toPrint, most int) [][]toPrint {
	var parts [][]toPrint
	split := join.Splitter{Most: most}
	for _, order := range lo.PartitionBy(labels, func(l toPrint) int { return l.row }) {
		together := lo.SumBy(order, toPrint.pages)
		for _, l := range order {
			if split.Begins(l.pages(), together) {
				parts = append(parts, nil)
			}
			parts[len(parts)-1] = append(parts[len(parts)-1], l)
			together = 0 // the order has begun: what follows goes where there is room
		}
	}
	return parts
}

// orders counts whose labels a file holds.
func (j *joinedFiles) orders() int {
	return len(lo.UniqBy(j.labels, func(l toPrint) int { return l.row }))
}
