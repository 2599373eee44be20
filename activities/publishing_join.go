package activities

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/scratch"
)

// singleLimit bounds a single label's file as it is read back for the join.
const singleLimit = 64 << 20

// unjoinable is a label that was stored as good and cannot be joined.
type unjoinable struct {
	order string // its id
	err   error
}

func (u unjoinable) Error() string { return u.err.Error() }

// join decides which labels are printed, in which order, writes a row for each
// order, and joins the files. A label that cannot be joined costs only its own order.
func (a *Publishing) join(ctx context.Context, in PublishInput, entries []books.Entry, pile *Pile) error {
	sort, err := in.sortWithBins(ctx, a.Store, in.Merchant)
	if err != nil {
		return err
	}
	by, groupErr := books.ParseGroup(in.Group)
	layout, layoutErr := in.layout()
	if err := errors.Join(groupErr, layoutErr); err != nil {
		return final(ErrorRequest, err.Error())
	}
	pile.Manifest.Sort, pile.Manifest.Group = sort.String(), by
	books.NameWarehouses(entries)
	for {
		printed, others := lo.FilterReject(entries, func(e books.Entry, _ int) bool { return e.Outcome == books.Labelled })
		groups := sort.Grouped(printed, by)
		unprinted := sort.Pile(others)
		all, err := lay(groups, by, in, layout)
		if err == nil && in.Separators {
			err = all.separate(in, pile.Manifest.Sort, unprinted)
		}
		if err == nil {
			pile.Files, err = a.joinFiles(ctx, in, all)
		}
		var bad unjoinable
		if errors.As(err, &bad) {
			spoil(entries, bad)
			continue
		}
		if err != nil {
			return err
		}
		pile.Entries = lo.FlatMap(groups, func(g books.GroupedPile, _ int) []books.Entry { return g.Entries })
		pile.Manifest.Rows = append(all.rows, lo.Map(unprinted, func(e books.Entry, _ int) books.Row { return books.RowOf(e) })...)
		if pile.Lists, err = a.lists(ctx, in, sort, all); err != nil {
			return err
		}
		controls, gone, err := a.controls(ctx, in, pile.Entries)
		pile.Manifest.Controls, pile.Manifest.Kept = controls, append(pile.Manifest.Kept, gone...)
		return err
	}
}

func spoil(entries []books.Entry, bad unjoinable) {
	for i := range entries {
		if entries[i].Order.ID == bad.order {
			entries[i].Outcome, entries[i].Reason = books.CorruptLabel, books.Reason("its label cannot be printed: "+bad.Error())
		}
	}
}

func (a *Publishing) joinFiles(ctx context.Context, in PublishInput, all laid) ([]books.PrintFile, error) {
	made := []books.PrintFile{}
	for _, j := range all.files {
		file, err := a.joinFile(ctx, in, j, all.rows)
		if err != nil {
			return nil, err
		}
		made = append(made, file)
	}
	return made, nil
}

// joinFile writes one joined file, reopens it, counts it against the labels,
// puts it into the store and notes in the rows where each label stands.
func (a *Publishing) joinFile(ctx context.Context, in PublishInput, j *joined, rows []books.Row) (books.PrintFile, error) {
	file, err := scratch.Open(a.TempDir)
	if err != nil {
		return books.PrintFile{}, fmt.Errorf("the joined labels: %w", err)
	}
	defer func() { _ = file.Close() }()
	written, err := a.write(ctx, in, j, rows, file.File)
	if err != nil {
		return books.PrintFile{}, err
	}
	if err := j.checked(written, in.Stamp, file.File); err != nil {
		return books.PrintFile{}, err
	}
	stored, err := a.Store.PutFile(ctx, storage.RunPrintPrefix(in.Merchant, in.Run), "."+j.format, contentType(j.format), file)
	if err != nil {
		return books.PrintFile{}, err
	}
	for i, label := range j.labels {
		place, at := &rows[label.row].Labels[label.place], written.places[i]
		place.File, place.First, place.Count, place.Slot = stored.Key, at.First, at.Count, at.Slot
		place.Notes = lo.Uniq(append(append([]string{}, label.Notes...), at.Notes...))
	}
	result := books.PrintFile{Key: stored.Key, Format: j.format, Group: j.group.String(), Labels: j.orders(), Bytes: stored.Bytes, SHA256: stored.SHA256}
	if j.format == "pdf" {
		result.Pages = written.count
	}
	return result, nil
}

// written is what a join wrote: pages of paper or ZPL units, and the place of
// each label.
type written struct {
	count  int
	places []pdf.Place
}

// checked reopens a joined file and holds what stands in it against its labels;
// a slip adds to a label.
func (j *joined) checked(w written, slips bool, file *os.File) error {
	count, err := reopen(j.format, file)
	if err != nil {
		return fmt.Errorf("reopen the joined %s: %w", j.format, err)
	}
	if count != w.count || len(w.places) != len(j.labels) {
		return final(ErrorBooks, fmt.Sprintf("the joined %s holds %d pages of %d labels, its manifest %d of %d", j.format, count, len(w.places), w.count, len(j.labels)))
	}
	for i, label := range j.labels {
		if more := w.places[i].Count - label.Count; more < 0 || more > 0 && !slips {
			return final(ErrorBooks, fmt.Sprintf("label %d of the joined %s has %d pages, not %d", i+1, j.format, w.places[i].Count, label.Count))
		}
	}
	return nil
}

// write streams the pages before, the single labels from the store and the
// pages behind into the joined file.
func (a *Publishing) write(ctx context.Context, in PublishInput, j *joined, rows []books.Row, w io.Writer) (written, error) {
	source := stream{store: a.Store, file: j, stamping: in.stamping(rows)}
	out, at, err := j.writeAll(w, source.each(ctx))
	gone := errors.Is(source.failed, storage.ErrNotFound) || errors.Is(source.failed, storage.ErrTooLarge)
	if j.opening != nil {
		at--
	}
	switch {
	case ctx.Err() != nil:
		return out, ctx.Err()
	case source.failed != nil && !gone:
		return out, source.failed
	case err != nil && at >= 0 && at < len(j.labels):
		return out, unjoinable{rows[j.labels[at].row].ID, err}
	case err != nil:
		return out, err
	}
	if j.opening != nil && len(out.places) > 1 {
		out.places = out.places[1:]
	}
	if j.closing != nil && len(out.places) > 0 {
		out.places = out.places[:len(out.places)-1]
	}
	for i := range out.places {
		out.places[i].Notes = append(append([]string{}, source.notes[i]...), out.places[i].Notes...)
	}
	return out, nil
}

// nobody is at fault for an error.
const nobody = -1

// writeAll joins what the stream gives. An error that one of its files is at
// fault for comes with that file's number, from 0, and without its wrapping.
func (j *joined) writeAll(w io.Writer, labels iter.Seq2[[]byte, error]) (out written, at int, err error) {
	if j.format == "pdf" {
		made, err := pdf.JoinOnto(w, labels, j.layout)
		out = written{made.Pages, made.Places}
		if inPDF := new(pdf.JoinError); errors.As(err, &inPDF) {
			return out, inPDF.Index, inPDF.Err
		}
		return out, nobody, err
	}
	made, err := zpl.Join(w, labels)
	out = written{made.Units, lo.Map(made.Places, func(p zpl.Place, _ int) pdf.Place { return pdf.Place{First: p.First, Count: p.Count} })}
	if inZPL := new(zpl.JoinError); errors.As(err, &inZPL) {
		return out, inZPL.Index, inZPL.Err
	}
	return out, nobody, err
}

func reopen(format string, file *os.File) (int, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	if format == "zpl" {
		return zpl.Count(file)
	}
	return pdf.Pages(file)
}
