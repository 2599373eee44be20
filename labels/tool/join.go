package tool

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/pdf"
)

// Options say how labels are joined. Part is the most labels of a file; 0 is no
// split. Key gives what labels are sorted by; nil leaves them in the order given,
// and Reverse turns the whole pile over.
type Options struct {
	Layout  pdf.Layout
	Part    int
	Key     func(Label) Key
	Reverse bool
}

// Key is a label's place in the pile: by Row, then by Text, numbers in it
// counting as numbers, then as given.
type Key struct {
	Row  int
	Text string
}

// Output is a joined file. Labels are pages or ZPL units as they came, Pages the
// pages of paper of a PDF.
type Output struct {
	Out    string `json:"out"`
	Format string `json:"format"`
	Labels int    `json:"labels"`
	Pages  int    `json:"pages"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Joined is what a join made, and what became of every input.
type Joined struct {
	Files  []Output `json:"files"`
	Inputs []Input  `json:"inputs"`
}

// Complete is true when nothing of what was given had to be left out.
func (j Joined) Complete() bool {
	for _, in := range j.Inputs {
		if !in.OK {
			return false
		}
	}
	return len(j.Files) > 0
}

// Place is where joined files go. Create begins the file of a format: the only
// one with part 0, else one of several, from 1. Scratch is for what has to wait
// until the order is known.
type Place interface {
	Create(format labels.Format, part int) (NewFile, error)
	Scratch() (Scratch, error)
}

// NewFile is a file that is there as a whole after Commit and not at all before.
// Abort does nothing after Commit.
type NewFile interface {
	io.Writer
	Name() string
	Commit() error
	Abort()
}

// Scratch is a temporary file; closing it removes it.
type Scratch interface {
	io.Writer
	io.ReaderAt
	io.Closer
}

// Join makes one file of each format out of all labels that can be printed. A
// file that cannot be used costs only itself and is in the report. An error is
// one of writing, or of ctx; nothing is left behind then.
func Join(ctx context.Context, sources []Source, place Place, options Options) (Joined, error) {
	spoilt := map[int]error{}
	for {
		joined, err := joinOnce(ctx, sources, place, options, spoilt)
		var bad *spoiling
		if !errors.As(err, &bad) {
			return joined, err
		}
		spoilt[bad.source] = bad.err
	}
}

// spoiling is a file that passed its check and yet could not be joined.
type spoiling struct {
	source int
	err    error
}

func (s *spoiling) Error() string { return s.err.Error() }

func joinOnce(ctx context.Context, sources []Source, place Place, options Options, spoilt map[int]error) (Joined, error) {
	o := newOutputs(place, options)
	defer o.abort()
	var joined Joined
	var err error
	if options.Key == nil && !options.Reverse {
		joined.Inputs, err = joinAsGiven(ctx, sources, o, spoilt)
	} else {
		joined.Inputs, err = joinSorted(ctx, sources, o, options, spoilt)
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return Joined{}, err
	}
	joined.Files, err = o.commit()
	for source, notes := range o.notes {
		in := &joined.Inputs[source]
		in.Changes = lo.Uniq(append(in.Changes, notes...))
	}
	return joined, err
}

type numbered struct {
	checked
	source int
}

// checkAll gives each source's check, in order.
func checkAll(ctx context.Context, sources []Source, how splitting, spoilt map[int]error) iter.Seq[numbered] {
	all := ordered(ctx, indexes(sources), func(i int) numbered {
		if err, is := spoilt[i]; is {
			in := Check(sources[i])
			in.OK, in.Labels, in.Pages, in.Reason = false, 0, []Page{}, err.Error()
			return numbered{checked{Input: in}, i}
		}
		return numbered{check(sources[i], how), i}
	})
	return func(yield func(numbered) bool) {
		before := seen{}
		for c := range all {
			before.note(&c.checked)
			if !yield(c) {
				return
			}
		}
	}
}

func indexes[T any](items []T) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := range items {
			if !yield(i) {
				return
			}
		}
	}
}

func joinAsGiven(ctx context.Context, sources []Source, o *outputs, spoilt map[int]error) ([]Input, error) {
	inputs := make([]Input, 0, len(sources))
	how := asWhole
	if o.options.Part > 0 {
		how = pageByPage
	}
	for c := range checkAll(ctx, sources, how, spoilt) {
		inputs = append(inputs, c.Input)
		for _, item := range c.items {
			if err := o.add(item, c.source); err != nil {
				return nil, err
			}
		}
	}
	return inputs, nil
}
