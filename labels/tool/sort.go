package tool

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/natural"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// splitting says what of a PDF is joined as a whole.
type splitting int

const (
	asWhole    splitting = iota
	byID                 // each page that bears an id, with those behind it that bear none
	pageByPage           // each page
)

// waiting is a label in the scratch file.
type waiting struct {
	key    Key
	place  int
	source int
	format labels.Format
	at     int64
	size   int
}

// joinSorted checks all files first, keeping their labels in a scratch file, and
// then joins them in order.
func joinSorted(ctx context.Context, sources []Source, o *outputs, options Options, spoilt map[int]error) ([]Input, error) {
	scratch, err := o.place.Scratch()
	if err != nil {
		return nil, err
	}
	defer scratch.Close() // nothing of it is kept
	inputs, pile, err := spool(ctx, sources, scratch, options, spoilt)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(pile, func(a, b waiting) int {
		return cmp.Or(cmp.Compare(a.key.Row, b.key.Row), natural.Compare(a.key.Text, b.key.Text), cmp.Compare(a.place, b.place))
	})
	if options.Reverse {
		slices.Reverse(pile)
	}
	read := func(w waiting) reread { return w.read(scratch) }
	for r := range ordered(ctx, each(pile), read) {
		if r.err != nil {
			return nil, r.err
		}
		if err := o.add(r.item, r.source); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

func spool(ctx context.Context, sources []Source, scratch io.Writer, options Options, spoilt map[int]error) ([]Input, []waiting, error) {
	inputs := make([]Input, 0, len(sources))
	var pile []waiting
	var at int64
	how := byID
	if options.Part > 0 {
		how = pageByPage
	}
	for c := range checkAll(ctx, sources, how, spoilt) {
		inputs = append(inputs, c.Input)
		for i, it := range c.items {
			w := waiting{place: len(pile), source: c.source, format: it.format, at: at}
			if options.Key != nil {
				w.key = options.Key(Label{File: c.File, Index: i, Place: w.place, Texts: it.texts, Order: orderOf(it.texts)})
			}
			data := it.unit.Data
			if it.format == labels.PDF {
				data = it.document.Data
			}
			n, err := scratch.Write(data)
			if err != nil {
				return nil, nil, fmt.Errorf("keep labels until they are sorted: %w", err)
			}
			w.size = n
			at += int64(n)
			pile = append(pile, w)
		}
	}
	return inputs, pile, nil
}

type reread struct {
	item
	source int
	err    error
}

func (w waiting) read(scratch io.ReaderAt) reread {
	data := make([]byte, w.size)
	if _, err := scratch.ReadAt(data, w.at); err != nil && err != io.EOF {
		return reread{err: fmt.Errorf("read kept labels again: %w", err)}
	}
	r := reread{item: item{format: w.format}, source: w.source}
	if w.format == labels.ZPL {
		units, report := zpl.Split(data)
		if len(units) != 1 {
			r.err = &spoiling{source: w.source, err: fmt.Errorf("it does not read again as one label: %s", report.Broken)}
			return r
		}
		r.unit = units[0]
		return r
	}
	document, err := pdf.Check(data, pdf.Limits{})
	if err != nil {
		r.err = &spoiling{source: w.source, err: err}
	}
	r.document = document
	return r
}
