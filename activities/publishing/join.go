package publishing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/scratch"
	"github.com/despacho/despacho/wording"
)

// join decides which labels are printed, in which order, writes a row for each
// order, and joins the files. A label that cannot be joined costs only its own
// order; the pile is then numbered and written once more without it.
func (a *Publishing) join(ctx context.Context, in PublishInput, entries []books.Entry, pile *Pile) error {
	sort, err := sortWithBins(ctx, a.Store, in.Merchant, in.Printing)
	if err != nil {
		return err
	}
	by, groupErr := contract.ParseGroup(in.Group)
	layout, layoutErr := layoutOf(in.Printing)
	if err := errors.Join(groupErr, layoutErr); err != nil {
		return activities.FinalError(contract.ErrorRequest, err.Error())
	}
	pile.Manifest.Sort, pile.Manifest.Group = sort.String(), by
	books.NameWarehouses(entries)
	spoil(entries, withoutLabel(entries, in.Format))
	onPaper := map[string]string{} // orders whose labels cannot be printed on the roll, and why
	for {
		printed, others := lo.FilterReject(entries, func(e books.Entry, _ int) bool { return e.Outcome == contract.Labelled })
		groups := sort.Grouped(printed, by)
		unprinted := sort.Pile(others)
		all := lay(groups, by, in, layout, onPaper)
		rest := lo.Map(unprinted, func(e books.Entry, _ int) contract.ManifestRow { return books.RowOf(e) })
		all.shops = books.ShopNames(slices.Concat(all.rows, rest))
		if in.Separators {
			if err := all.separate(in, pile.Manifest.Sort, unprinted); err != nil {
				return err
			}
		}
		files, faults, err := a.joinFiles(ctx, in, all)
		if err != nil {
			return err
		}
		if len(faults) > 0 {
			spoil(entries, notOnRoll(faults, onPaper))
			continue
		}
		pile.Manifest.Notes = append(pile.Manifest.Notes, rollNotes(in, all, onPaper)...)
		pile.Files = files
		pile.Entries = withoutNames(lo.FlatMap(groups, func(g books.GroupedPile, _ int) []books.Entry { return g.Entries }))
		pile.Manifest.Rows = append(all.rows, rest...)
		if pile.Lists, err = a.lists(ctx, in, sort, all); err != nil {
			return err
		}
		controls, gone, err := a.controls(ctx, in, pile.Entries)
		pile.Manifest.Controls, pile.Manifest.Kept = controls, append(pile.Manifest.Kept, gone...)
		return err
	}
}

// withoutNames leaves out what the rows of the pile say of products already, so that a large pile stays
// within what the store reads as one object.
func withoutNames(entries []books.Entry) []books.Entry {
	return lo.Map(entries, func(e books.Entry, _ int) books.Entry {
		e.Order.Items = lo.Map(e.Order.Items, func(i contract.Item, _ int) contract.Item { return contract.Item{SKU: i.SKU, Quantity: i.Quantity} })
		return e
	})
}

// spoil ends orders whose labels cannot be printed, by id.
func spoil(entries []books.Entry, faults map[string]error) {
	for i := range entries {
		if fault := faults[entries[i].Order.ID]; fault != nil {
			entries[i].Outcome, entries[i].Reason = contract.CorruptLabel, wording.Reason(contract.WhyLabelNotPrintable, "detail", fault.Error())
		}
	}
}

// joinFiles writes all files of a pile. When there are faults, by order id, the
// files are of no use; every label was tried.
func (a *Publishing) joinFiles(ctx context.Context, in PublishInput, all laidPile) ([]contract.PrintFile, map[string]error, error) {
	var round join.Round
	made := []contract.PrintFile{}
	for _, j := range all.files {
		file, err := a.joinFile(ctx, in, &round, j, all.rows)
		if err != nil {
			return nil, nil, err
		}
		made = append(made, file)
	}
	return made, lo.MapKeys(round.Faults(), func(_ error, row int) string { return all.rows[row].ID }), nil
}

// joinFile writes one joined file, which is read again and counted, puts it into
// the store and notes in the rows where each label stands.
func (a *Publishing) joinFile(ctx context.Context, in PublishInput, round *join.Round, j *joinedFiles, rows []contract.ManifestRow) (contract.PrintFile, error) {
	file, err := a.openScratch()
	if err != nil {
		return contract.PrintFile{}, fmt.Errorf("the joined labels: %w", err)
	}
	defer func() { _ = file.Close() }()
	joining, err := round.Begin(labels.Format(j.format), j.layout, file)
	if err != nil {
		return contract.PrintFile{}, err
	}
	notes, err := a.addLabels(ctx, round, joining, j, in.stamping(rows))
	if err != nil {
		return contract.PrintFile{}, err
	}
	written, err := joining.Finish()
	if count := new(join.CountError); errors.As(err, &count) {
		return contract.PrintFile{}, activities.FinalError(contract.ErrorBooks, err.Error())
	}
	if err != nil || round.HasFaults() {
		return contract.PrintFile{}, err
	}
	if err := j.compare(written, in.Stamp); err != nil {
		return contract.PrintFile{}, err
	}
	stored, err := a.Store.PutFile(ctx, storage.RunPrintPrefix(in.Merchant, in.Run), "."+j.format, activities.ContentType(j.format), file)
	if err != nil {
		return contract.PrintFile{}, err
	}
	for i, label := range j.labels {
		place, at := &rows[label.row].Labels[label.place], written.Places[i]
		place.File, place.First, place.Count, place.Slot = stored.Key, at.First, at.Count, at.Slot
		place.NarrowBars = at.NarrowBars
		place.Notes = lo.Uniq(append(append(append([]string{}, label.Notes...), notes[i]...), at.Notes...))
	}
	result := contract.PrintFile{Key: stored.Key, Format: j.format, Group: j.group.String(), Labels: j.orders(), Bytes: stored.Bytes, SHA256: stored.SHA256}
	if j.format == "pdf" {
		result.Pages = written.Count
	}
	return result, nil
}

// joinedFile holds a joined file until it is in the store.
type joinedFile interface {
	io.ReadWriteSeeker
	io.Closer
}

func (a *Publishing) openScratch() (joinedFile, error) {
	if a.scratch != nil {
		return a.scratch()
	}
	return scratch.Create(a.TempDir)
}

// addLabels joins the page before, the labels from the store and the page behind,
// and returns what was noted on each label while it was stamped. A label that is
// gone or cannot be read is its order's fault.
func (a *Publishing) addLabels(ctx context.Context, round *join.Round, joining *join.File, j *joinedFiles, stamping labelStamps) ([][]string, error) {
	if j.opening != nil {
		if err := joining.AddOwn(j.opening); err != nil {
			return nil, err
		}
	}
	var notes [][]string
	for got := range a.readAhead(ctx, j, stamping) {
		row := j.labels[len(notes)].row
		notes = append(notes, got.notes)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case got.trouble != nil:
			return nil, got.trouble
		case got.fault != nil:
			round.Blame(row, got.fault)
			continue
		}
		if err := joining.Add(row, got.label); err != nil {
			return nil, err
		}
	}
	if j.closing != nil {
		if err := joining.AddOwn(j.closing); err != nil {
			return nil, err
		}
	}
	return notes, ctx.Err()
}

// compare holds the pages of each joined label against those that its order's
// books count; a slip adds to a label.
func (j *joinedFiles) compare(written join.Written, slips bool) error {
	if len(written.Places) != len(j.labels) {
		return activities.FinalError(contract.ErrorBooks, fmt.Sprintf("the joined %s holds %d labels, its manifest %d", j.format, len(written.Places), len(j.labels)))
	}
	for i, label := range j.labels {
		if more := written.Places[i].Count - label.Count; more < 0 || more > 0 && !slips {
			return activities.FinalError(contract.ErrorBooks, fmt.Sprintf("label %d of the joined %s has %d pages, not %d", i+1, j.format, written.Places[i].Count, label.Count))
		}
	}
	return nil
}
