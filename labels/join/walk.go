package join

import (
	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
)

// walk puts the labels of sources into joined files, with at most one open file per format. A
// label's owner is its source.
type walk struct {
	round   Round
	folder  Folder
	options Options
	split   map[labels.Format]*Splitter
	parts   map[labels.Format]int
	open    map[labels.Format]*part
	done    []*part
	notes   map[int][]string // by source: what was done so that a label fits its stock
	narrow  map[int]int      // by source: labels that were shrunk until bars may be too narrow
}

// part is one joined file of a walk.
type part struct {
	*File
	target  NewFile
	labels  int
	owners  []int // of each label
	written Written
}

func newWalk(folder Folder, options Options) *walk {
	return &walk{
		folder: folder, options: options, parts: map[labels.Format]int{}, open: map[labels.Format]*part{}, notes: map[int][]string{}, narrow: map[int]int{},
		split: map[labels.Format]*Splitter{labels.PDF: {Most: options.Part}, labels.ZPL: {Most: options.Part}},
	}
}

// note records what was done to the labels of a source, or why one of them cannot be joined.
func (w *walk) note(source int, notes []string, fault error) {
	if fault != nil {
		w.round.Blame(source, fault)
	}
	if len(notes) > 0 {
		w.notes[source] = append(w.notes[source], notes...)
	}
}

// add puts a label into the file of its format.
func (w *walk) add(source int, label check.Label) error {
	if w.round.Fault(source) != nil {
		return nil
	}
	if w.split[label.Format].Begins(label.Count(), label.Count()) {
		if err := w.nextFile(label.Format); err != nil {
			return err
		}
	}
	p := w.open[label.Format]
	p.labels += label.Count()
	p.owners = append(p.owners, source)
	return p.Add(source, label)
}

// nextFile ends a format's file and begins the one after it.
func (w *walk) nextFile(format labels.Format) error {
	if err := w.endFile(format); err != nil {
		return err
	}
	number, layout := 0, w.options.Layout
	if w.options.Part > 0 {
		w.parts[format]++
		if number = w.parts[format]; number > 1 {
			layout.Start = 0 // only the first sheet may be partly used
		}
	}
	file, err := w.folder.Create(format, number)
	if err != nil {
		return err
	}
	p := &part{target: file}
	w.open[format] = p
	p.File, err = w.round.Begin(format, layout, file)
	return err
}

func (w *walk) endFile(format labels.Format) (err error) {
	p := w.open[format]
	if p == nil {
		return nil
	}
	delete(w.open, format)
	w.done = append(w.done, p)
	p.written, err = p.Finish()
	for i, place := range p.written.Places {
		w.notes[p.owners[i]] = append(w.notes[p.owners[i]], place.Notes...)
		if place.NarrowBars {
			w.narrow[p.owners[i]]++
		}
	}
	return err
}

func (w *walk) endAll() error {
	for _, format := range []labels.Format{labels.PDF, labels.ZPL} {
		if err := w.endFile(format); err != nil {
			return err
		}
	}
	return nil
}

// commit moves all files to their places.
func (w *walk) commit() ([]Output, error) {
	files := make([]Output, 0, len(w.done))
	for _, p := range w.done {
		if err := p.target.Commit(); err != nil {
			return nil, err
		}
		files = append(files, Output{
			Out: p.target.Name(), Format: string(p.format), Labels: p.labels, Pages: lo.Ternary(p.format == labels.PDF, p.written.Count, 0),
			Bytes: p.written.Bytes, SHA256: p.written.SHA256,
		})
	}
	return files, nil
}

// abort removes everything that is not committed.
func (w *walk) abort() {
	for _, p := range append(w.done, lo.Values(w.open)...) {
		p.target.Abort()
	}
}
