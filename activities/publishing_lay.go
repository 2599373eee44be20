package activities

import (
	"errors"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels/pdf"
)

// joined is one joined file in the making.
type joined struct {
	format string
	group  books.Group
	labels []toPrint
	// layout is how PDF labels are laid onto paper.
	layout pdf.Layout
	// opening and closing are the pages before and behind the labels; nil for none.
	opening, closing []byte
}

// toPrint is a label of a joined file: whose row it stands in, and its number there.
type toPrint struct {
	books.Label
	row, place int
}

// laid is a pile as it goes into files, with a row for each printed order.
type laid struct {
	by     books.GroupBy
	files  []*joined
	rows   []books.Row
	groups []books.Group // of each row
}

// lay gives each printed order its row and its labels their place in the files
// of their group and format. Positions run on from one group to the next.
func lay(groups []books.GroupedPile, by books.GroupBy, in PublishInput, layout pdf.Layout) (laid, error) {
	all := laid{by: by}
	for _, g := range groups {
		files := map[string]*joined{"zpl": {format: "zpl", group: g.Group}, "pdf": {format: "pdf", group: g.Group}}
		for _, e := range g.Entries {
			row, print, err := laidRow(e, len(all.rows), in.Format)
			if err != nil {
				return all, err
			}
			all.rows, all.groups = append(all.rows, row), append(all.groups, g.Group)
			file := files[print[0].Format]
			file.labels = append(file.labels, print...)
		}
		for _, format := range []string{"zpl", "pdf"} {
			all.files = append(all.files, files[format].parts(in.Part)...)
		}
	}
	for _, file := range all.files {
		if file.format == "pdf" {
			file.layout = layout
			layout.Start = 0 // only the first sheet has been begun
		}
	}
	return all, nil
}

func laidRow(e books.Entry, at int, format string) (books.Row, []toPrint, error) {
	row := books.RowOf(e)
	row.Position = lo.ToPtr(at + 1)
	print, spare := books.ChooseFormat(e.Labels, format)
	if len(print) == 0 {
		return row, nil, unjoinable{e.Order.ID, errors.New("there is none")}
	}
	for _, l := range append(append([]books.Label{}, print...), spare...) {
		row.Labels = append(row.Labels, books.Printed{Key: l.Key, Format: l.Format, SHA256: l.SHA256, Count: l.Count, Notes: l.Notes})
	}
	return row, lo.Map(print, func(l books.Label, n int) toPrint { return toPrint{l, at, n} }), nil
}

// parts splits a file so that none holds more labels than most; 0 does not. The
// labels of an order stay together unless they are more than that themselves.
func (j *joined) parts(most int) []*joined {
	if len(j.labels) == 0 {
		return nil
	}
	if most == 0 {
		return []*joined{j}
	}
	var parts []*joined
	held := most
	for _, order := range lo.PartitionBy(j.labels, func(l toPrint) int { return l.row }) {
		for i, l := range order {
			n := max(l.Count, 1)
			together := lo.SumBy(order[i:], func(l toPrint) int { return max(l.Count, 1) })
			if held+n > most || i == 0 && together <= most && held+together > most {
				parts, held = append(parts, &joined{format: j.format, group: j.group}), 0
			}
			last := parts[len(parts)-1]
			last.labels, held = append(last.labels, l), held+n
		}
	}
	return parts
}

// orders counts whose labels a file holds.
func (j *joined) orders() int {
	return len(lo.UniqBy(j.labels, func(l toPrint) int { return l.row }))
}
