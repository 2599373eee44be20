package join

import (
	"context"
	"errors"
	"io"
	"maps"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/ahead"
	"github.com/despacho/despacho/labels/pdf"
)

// Options say how labels are joined. Part is the largest number of labels in a file; 0 means no
// split. Key returns what a label is sorted by; nil keeps the order given. Reverse turns the whole
// pile around.
type Options struct {
	Layout  pdf.Layout
	Part    int
	Key     func(LabelInfo) Key
	Reverse bool
	// Convert turns a label, cut to its paper, into what is joined; nil joins it as it is. It may run several times at once. An
	// error is the fault of the label.
	Convert func(ctx context.Context, label check.Label) (check.Label, []string, error)
}

// LabelInfo is what a label can be sorted by: the file that it came in, its number in that file and
// overall (from 0), its texts, and the order number found in them.
type LabelInfo struct {
	File         string
	Index, Place int
	Texts        []string
	Order        string
}

// Key is a label's place in the pile: by Row, then by Text with numbers compared as numbers, then
// as given.
type Key struct {
	Row  int
	Text string
}

// Output is a joined file. Labels counts pages or ZPL units as they came, Pages the pages of paper
// of a PDF.
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
	Files  []Output      `json:"files"`
	Inputs []check.Input `json:"inputs"`
}

// Complete reports whether nothing of what was given had to be left out.
func (j Joined) Complete() bool {
	for _, in := range j.Inputs {
		if !in.OK {
			return false
		}
	}
	return len(j.Files) > 0
}

// Folder is where joined files go. Create must begin the file of a format: part 0 is the only one,
// otherwise parts count from 1. Scratch must return a temporary file for labels that wait until the
// order is known.
type Folder interface {
	Create(format labels.Format, part int) (NewFile, error)
	Scratch() (Scratch, error)
}

// NewFile must exist as a whole after Commit and not at all before. Abort must do nothing after
// Commit.
type NewFile interface {
	io.ReadWriteSeeker
	Name() string
	Commit() error
	Abort()
}

// Scratch is a temporary file; Close must remove it.
type Scratch interface {
	io.Writer
	io.ReaderAt
	io.Closer
}

// Sources makes one file per format out of all labels that can be printed. A file that cannot be
// used affects only itself and is in the report. An error is a failed write, or that ctx ended;
// nothing is left behind then.
func Sources(ctx context.Context, sources []check.Source, folder Folder, options Options) (Joined, error) {
	refused := map[int]error{}
	for {
		w := newWalk(folder, options)
		joined, err := w.join(ctx, sources, refused)
		if err != nil || !w.round.HasFaults() {
			return joined, err
		}
		maps.Copy(refused, w.round.Faults())
	}
}

func (w *walk) join(ctx context.Context, sources []check.Source, refused map[int]error) (Joined, error) {
	defer w.abort()
	var joined Joined
	var err error
	if w.options.Key == nil && !w.options.Reverse {
		joined.Inputs, err = w.asGiven(ctx, sources, refused)
	} else {
		joined.Inputs, err = w.sorted(ctx, sources, refused)
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return Joined{}, err
	}
	if err := w.endAll(); err != nil || w.round.HasFaults() {
		return Joined{}, err
	}
	joined.Files, err = w.commit()
	for source, notes := range w.notes {
		in := &joined.Inputs[source]
		in.Changes = lo.Uniq(append(in.Changes, notes...))
		in.NarrowBars = w.narrow[source]
	}
	return joined, err
}

func (w *walk) asGiven(ctx context.Context, sources []check.Source, refused map[int]error) ([]check.Input, error) {
	inputs := make([]check.Input, 0, len(sources))
	cut := lo.Ternary(w.options.Part > 0, check.PageByPage, check.Whole)
	for c := range ahead.Map(ctx, check.All(ctx, sources, cut, refused), func(c check.Checked) fittedFile { return w.fitted(ctx, c) }) {
		inputs = append(inputs, c.Input)
		w.note(c.Source, c.notes, c.fault)
		for _, label := range c.Printable {
			if err := w.add(c.Source, label); err != nil {
				return nil, err
			}
		}
	}
	return inputs, nil
}

// fittedFile is a file whose labels are ready to be joined, or why one of them cannot be.
type fittedFile struct {
	check.Checked
	notes []string
	fault error
}

// fitted makes the labels of a file ready to be joined.
func (w *walk) fitted(ctx context.Context, c check.Checked) fittedFile {
	f := fittedFile{Checked: c}
	for i, label := range c.Printable {
		var notes []string
		if c.Printable[i], notes, f.fault = w.options.ready(ctx, label); f.fault != nil {
			return f
		}
		f.notes = append(f.notes, notes...)
	}
	return f
}

// ready cuts a label to its paper and converts it.
func (o Options) ready(ctx context.Context, label check.Label) (check.Label, []string, error) {
	label = label.FitTo(o.Layout)
	if o.Convert == nil {
		return label, nil, nil
	}
	return o.Convert(ctx, label)
}
