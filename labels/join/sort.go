package join

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/ahead"
	"github.com/despacho/despacho/labels/natural"
)

// storedLabel is a label in the scratch file.
type storedLabel struct {
	key    Key
	place  int
	source int
	format labels.Format
	at     int64
	size   int
}

// sorted first checks all files, keeping their labels in a scratch file, and then joins the labels
// in order.
func (w *walk) sorted(ctx context.Context, sources []check.Source, refused map[int]error) ([]check.Input, error) {
	scratch, err := w.folder.Scratch()
	if err != nil {
		return nil, err
	}
	defer scratch.Close() // its content is no longer needed
	inputs, pile, err := w.storeLabels(ctx, sources, scratch, refused)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(pile, func(a, b storedLabel) int {
		return cmp.Or(cmp.Compare(a.key.Row, b.key.Row), natural.Compare(a.key.Text, b.key.Text), cmp.Compare(a.place, b.place))
	})
	if w.options.Reverse {
		slices.Reverse(pile)
	}
	read := func(l storedLabel) reread { return l.read(ctx, scratch, w.options) }
	for r := range ahead.Map(ctx, slices.Values(pile), read) {
		if r.err != nil {
			return nil, r.err
		}
		w.note(r.source, r.notes, r.fault)
		if err := w.add(r.source, r.label); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

// storeLabels writes all labels to a scratch file and returns what each is sorted by.
func (w *walk) storeLabels(ctx context.Context, sources []check.Source, scratch io.Writer, refused map[int]error) ([]check.Input, []storedLabel, error) {
	inputs := make([]check.Input, 0, len(sources))
	var pile []storedLabel
	var at int64
	cut := lo.Ternary(w.options.Part > 0, check.PageByPage, check.ByID)
	for c := range check.All(ctx, sources, cut, refused) {
		inputs = append(inputs, c.Input)
		for i, label := range c.Printable {
			l := storedLabel{place: len(pile), source: c.Source, format: label.Format, at: at}
			if w.options.Key != nil {
				l.key = w.options.Key(LabelInfo{File: c.File, Index: i, Place: l.place, Texts: label.Texts, Order: check.OrderOf(label.Texts)})
			}
			n, err := scratch.Write(label.Data())
			if err != nil {
				return nil, nil, fmt.Errorf("keep labels until they are sorted: %w", err)
			}
			l.size = n
			at += int64(n)
			pile = append(pile, l)
		}
	}
	return inputs, pile, nil
}

// reread is a label of the scratch file, or why it cannot be joined, or why the scratch file cannot
// be read.
type reread struct {
	label      check.Label
	source     int
	notes      []string
	fault, err error
}

func (l storedLabel) read(ctx context.Context, scratch io.ReaderAt, options Options) reread {
	r := reread{source: l.source}
	data := make([]byte, l.size)
	if _, err := scratch.ReadAt(data, l.at); err != nil && err != io.EOF {
		r.err = fmt.Errorf("read kept labels again: %w", err)
		return r
	}
	if r.label, r.fault = check.Read(l.format, data); r.fault == nil {
		r.label, r.notes, r.fault = options.ready(ctx, r.label)
	}
	return r
}
