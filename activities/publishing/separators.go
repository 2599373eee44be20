package publishing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/wording"
)

// separate puts a page before and one behind the labels of each file. What is
// missing is told at the end of the last file of its group; a group without a
// file has its missing orders told at the end of the pile.
func (all *laidPile) separate(in PublishInput, sort string, unprinted []books.Entry) error {
	if len(all.files) == 0 {
		return nil
	}
	last := map[books.Group]int{}
	for i, file := range all.files {
		last[file.group] = i
	}
	missing := map[int][]books.Entry{}
	for _, e := range unprinted {
		if e.Outcome == contract.AlreadyPrinted {
			continue
		}
		at, found := last[books.GroupOf(all.by, e.Order)]
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
func (all *laidPile) separator(file *joinedFiles, missing []books.Entry) lists.Separator {
	parcels := countedBy(file.labels, func(l toPrint) string {
		row := all.rows[l.row]
		return cmp.Or(row.Courier, channels.BySlug(row.Channel).Name)
	})
	shops := countedBy(file.labels, func(l toPrint) string { return all.shopWords(all.rows[l.row]) })
	rows := lo.Uniq(lo.Map(file.labels, func(l toPrint, _ int) int { return l.row }))
	why := contract.Manifest{Rows: lo.Map(missing, func(e books.Entry, _ int) contract.ManifestRow {
		row := books.RowOf(e)
		row.Reason = contract.Reason{} // a page has room for outcomes only
		return row
	})}.Reasons(len(missing))
	return lists.Separator{
		Group: groupWords(all.by, file.group), Orders: file.orders(),
		Labels: lo.SumBy(file.labels, func(l toPrint) int { return max(l.Count, 1) }),
		First:  file.labels[0].row + 1, Last: file.labels[len(file.labels)-1].row + 1,
		Parcels: parcels, Shops: shops,
		Items: lo.FlatMap(rows, func(row, _ int) []lists.Item { return listItems(all.rows[row].Items) }),
		Missing: lo.Map(why, func(r contract.ReasonCount, _ int) lists.Missing {
			name := func(language wording.Language) string { return wording.OfOutcome(r.Outcome, language).Name }
			return lists.Missing{Count: r.Count, Example: r.Example, Never: !r.Outcome.IsMissing(), Why: lists.Text{
				Spanish: name(wording.Spanish), Portuguese: name(wording.Portuguese),
			}}
		}),
	}
}

// countedBy counts labels by a name, the most frequent first; those without one are left out.
func countedBy(labels []toPrint, name func(toPrint) string) []lists.NamedCount {
	counts := lo.OmitByKeys(lo.CountValuesBy(labels, name), []string{""})
	all := lo.MapToSlice(counts, func(name string, n int) lists.NamedCount { return lists.NamedCount{Name: name, Count: n} })
	slices.SortFunc(all, func(a, b lists.NamedCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// shopWords name the shop of a row, with its channel; empty where nothing has to be told apart.
func (all *laidPile) shopWords(r contract.ManifestRow) string {
	shop := all.shops[r.ConnectionID]
	if shop == "" || all.by == contract.GroupShop { // the group has its name
		return ""
	}
	return channels.BySlug(r.Channel).Name + " · " + shop
}

// groupWords name a group for people.
func groupWords(by contract.GroupBy, g books.Group) string {
	if by == contract.GroupChannel && g.Name != "" {
		g.Name = channels.BySlug(g.Name).Name
	}
	return strings.Join(lo.Compact([]string{g.Name, lo.Ternary(g.Apart, "Flex", "")}), " · ")
}

// usualLabel is the size of a page between PDF labels that stay as they came:
// 4 × 6 inches, in points.
var usualLabel = pdf.Size{Width: 288, Height: 432}

// page draws a page between labels in the file's format, as large as the room
// that its stock has for a label.
func page(p lists.Page, file *joinedFiles) ([]byte, error) {
	if file.format == "zpl" {
		return p.ZPL(), nil
	}
	room := cmp.Or(file.layout.Stock.SlotSize(), usualLabel)
	data, err := p.PDF(room.Width, room.Height)
	if err != nil {
		return nil, fmt.Errorf("the page between labels: %w", err)
	}
	return data, nil
}
