package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/internal/ahead"
)

// Place says where a label is in a joined file: its first page, from 1; the number of its own
// pages; on a stock with slots, the slot of the first page, from 1 (the others are in the slots
// that follow). Notes say what was done so that it fits: cut, turned, or shrunk and by how much.
// NarrowBars warns that it was shrunk until bars of a barcode may be narrower than 0.25 mm.
type Place struct {
	First, Count, Slot int
	Notes              []string
	NarrowBars         bool
}

// Joined says what a join wrote: the pages of paper, and a place for each label, in order.
type Joined struct {
	Pages  int
	Places []Place
}

// JoinError says at which label, counted from 0, joining stopped.
type JoinError struct {
	Index int
	Err   error
}

func (e *JoinError) Error() string { return fmt.Sprintf("join label %d: %v", e.Index+1, e.Err) }
func (e *JoinError) Unwrap() error { return e.Err }

// ErrNothingToJoin means that there was no label: a PDF must have a page.
var ErrNothingToJoin = errors.New("there is no label to join")

// Join writes the pages of labels as they came, one after the other, into one file. See [JoinOnto].
func Join(w io.Writer, labels iter.Seq2[[]byte, error]) (Joined, error) {
	return JoinOnto(w, labels, Layout{})
}

// JoinOnto writes the pages of labels, laid onto a stock, into one file. It reads a few labels
// ahead, on all cores, in another goroutine. The same labels give the same bytes. It stops at the
// first label that cannot be read, with a *[JoinError]: check each one before.
func JoinOnto(w io.Writer, labels iter.Seq2[[]byte, error], layout Layout) (Joined, error) {
	j, err := NewJoiner(w, layout)
	if err != nil {
		return Joined{}, err
	}
	type read struct {
		document Document
		err      error
	}
	files := func(yield func(func() read) bool) {
		for data, err := range labels {
			if !yield(func() read {
				if err != nil {
					return read{err: err}
				}
				document, err := ReadChecked(data)
				return read{document.FitTo(layout), err}
			}) {
				return
			}
		}
	}
	var joined Joined
	for r := range ahead.Map(context.Background(), files, func(open func() read) read { return open() }) {
		var place Place
		err := r.err
		if err == nil {
			place, err = j.Add(r.document)
		}
		if err != nil {
			return joined, &JoinError{Index: len(joined.Places), Err: err}
		}
		joined.Places = append(joined.Places, place)
	}
	joined.Pages, err = j.Close()
	return joined, err
}

// ReadChecked opens the file of a label that passed [Check] before. It does not search again for
// pages with damaged drawings.
func ReadChecked(data []byte) (Document, error) {
	if start := bytes.Index(data[:min(len(data), headerWithin)], header); start > 0 {
		data = fromHeader(data, start)
	}
	if s := readPlain(data, Limits{}.withDefaults(data)); s != nil {
		return Document{Data: data}.of(s), nil
	}
	s, err := readBytes(data, Limits{})
	if err != nil {
		return Document{}, err
	}
	return Document{Data: data}.of(s), nil
}

// Joiner is a joined file while it is written. After an error of [Joiner.Add] the file cannot be
// used.
type Joiner struct {
	file   *file
	sheet  sheet
	labels int
}

// NewJoiner begins a joined file; [Joiner.Close] ends it.
func NewJoiner(w io.Writer, layout Layout) (*Joiner, error) {
	if err := layout.Check(); err != nil {
		return nil, err
	}
	f := newFile(w)
	return &Joiner{file: f, sheet: sheet{file: f, layout: layout, next: max(0, layout.Start-1)}}, nil
}

// Close completes the file and returns its number of pages of paper.
func (j *Joiner) Close() (pages int, err error) {
	if j.labels == 0 {
		return 0, ErrNothingToJoin
	}
	if err := j.sheet.flush(); err != nil {
		return 0, err
	}
	return j.file.pages, j.file.close()
}

// Add writes the pages of a label. All of them must be sound ([Document.Broken]).
func (j *Joiner) Add(d Document) (place Place, err error) {
	defer recoverAsError(&err)
	s := d.FitTo(j.sheet.layout).source
	place = Place{First: j.file.pages + 1, Count: len(s.pages)}
	c := j.file.copier(s)
	for i, p := range s.pages {
		if p.broken != nil {
			return place, newError(Damaged, "%s: %w", p.name(), p.broken)
		}
		if j.sheet.layout.Stock.AsIs() {
			if err := c.addPage(p); err != nil {
				return place, err
			}
			continue
		}
		slot, fitted, err := j.sheet.place(c, p)
		if err != nil {
			return place, err
		}
		if i == 0 && j.sheet.layout.Stock.Slots() > 1 {
			place.Slot = slot + 1
		}
		place.Notes = append(place.Notes, p.notes(fitted, lo.Ternary(len(s.pages) > 1, p.name(), ""))...)
		_, narrow := p.narrowBars(fitted.factor)
		place.NarrowBars = place.NarrowBars || narrow
	}
	j.labels++
	return place, nil
}
