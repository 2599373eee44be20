package activities

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/labels/pdf"
)

// separate puts a page before and one behind the labels of each file. What is
// missing is told at the end of the last file of its group; a group without a
// file has its missing orders told at the end of the pile.
func (all *laid) separate(in PublishInput, sort string, unprinted []books.Entry) error {
	if len(all.files) == 0 {
		return nil
	}
	last := map[books.Group]int{}
	for i, file := range all.files {
		last[file.group] = i
	}
	missing := map[int][]books.Entry{}
	for _, e := range unprinted {
		if e.Outcome == books.AlreadyPrinted {
			continue
		}
		at, found := last[all.by.GroupOf(e.Order)]
		if !found {
			at = len(all.files) - 1
		}
		missing[at] = append(missing[at], e)
	}
	for i, file := range all.files {
		s := all.separator(file, missing[i])
		s.Run, s.Sort, s.File, s.Files = in.Run, sort, i+1, len(all.files)
		var err error
		if file.opening, err = page(s.Opening(), file); err != nil {
			return err
		}
		if file.closing, err = page(s.Closing(), file); err != nil {
			return err
		}
	}
	return nil
}

// separator says what a file holds.
func (all *laid) separator(file *joined, missing []books.Entry) lists.Separator {
	couriers := lo.CountValuesBy(file.labels, func(l toPrint) string {
		row := all.rows[l.row]
		return cmp.Or(row.Courier, channels.BySlug(row.Channel).Name)
	})
	parcels := lo.MapToSlice(couriers, func(name string, n int) lists.Count { return lists.Count{Name: name, Count: n} })
	slices.SortFunc(parcels, func(a, b lists.Count) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	why := books.Manifest{Rows: lo.Map(missing, func(e books.Entry, _ int) books.Row {
		row := books.RowOf(e)
		row.Reason = "" // a page has room for outcomes only
		return row
	})}.Reasons(len(missing))
	return lists.Separator{
		Group: groupWords(all.by, file.group), Orders: file.orders(),
		Labels: lo.SumBy(file.labels, func(l toPrint) int { return max(l.Count, 1) }),
		First:  file.labels[0].row + 1, Last: file.labels[len(file.labels)-1].row + 1,
		Parcels: parcels,
		Missing: lo.Map(why, func(r books.ReasonCount, _ int) lists.Missing {
			name := func(language books.Language) string { return books.WordsOf(r.Outcome, language).Name }
			return lists.Missing{Count: r.Count, Example: r.Example, Why: lists.Text{
				Spanish: name(books.Spanish), Portuguese: name(books.Portuguese), English: name(books.English),
			}}
		}),
	}
}

// groupWords name a group for people.
func groupWords(by books.GroupBy, g books.Group) string {
	if by == books.GroupChannel && g.Name != "" {
		g.Name = channels.BySlug(g.Name).Name
	}
	return strings.Join(lo.Compact([]string{g.Name, lo.Ternary(g.Apart, "Flex", "")}), " · ")
}

// usualLabel is the size of a page between PDF labels that stay as they came:
// 4 × 6 inches, in points.
var usualLabel = pdf.Size{Width: 288, Height: 432}

// page draws a page between labels in the file's format, as large as the room
// that its stock has for a label.
func page(p lists.Page, file *joined) ([]byte, error) {
	if file.format == "zpl" {
		return p.ZPL(), nil
	}
	room := lo.CoalesceOrEmpty(file.layout.Stock.SlotSize(), usualLabel)
	data, err := p.PDF(room.Width, room.Height)
	if err != nil {
		return nil, fmt.Errorf("the page between labels: %w", err)
	}
	return data, nil
}
