package pdf

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/samber/lo"
)

// Place says where a label stands in a joined file: the first page, counted
// from 1; how many of its own pages there are; on a stock with slots the slot of
// the first, from 1, the others being in the slots that follow. Notes are what
// was done so that it fits: turned, shrunk and by how much.
type Place struct {
	First, Count, Slot int
	Notes              []string
}

// Joined tells what a join wrote: pages of paper, and a place for each label, in
// order.
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

// ErrNothingToJoin says that there was no label: a PDF has a page.
var ErrNothingToJoin = errors.New("there is no label to join")

// Join writes the pages of labels as they came, one after the other, as one
// file. See [JoinOnto].
func Join(w io.Writer, labels iter.Seq2[[]byte, error]) (Joined, error) {
	return JoinOnto(w, labels, Layout{})
}

// JoinOnto writes the pages of labels, brought to a stock, as one file. It
// reads a few labels ahead, on all cores, from another goroutine. The same
// labels give the same bytes. The first label that cannot be read ends it with a
// *[JoinError]: check each one before.
func JoinOnto(w io.Writer, labels iter.Seq2[[]byte, error], layout Layout) (Joined, error) {
	return join(w, layout, ahead(labels, func(data []byte) (*source, error) { return readBytes(data, Limits{}) }))
}

// JoinDocuments is [JoinOnto] for labels that were just checked: they are not
// read again.
func JoinDocuments(w io.Writer, documents iter.Seq2[Document, error], layout Layout) (Joined, error) {
	return join(w, layout, func(yield func(*source, error) bool) {
		for d, err := range documents {
			if !yield(d.source, err) {
				return
			}
		}
	})
}

func join(w io.Writer, layout Layout, labels iter.Seq2[*source, error]) (Joined, error) {
	if err := layout.Check(); err != nil {
		return Joined{}, err
	}
	j := joining{file: newFile(w), sheet: sheet{stock: layout.Stock, next: max(0, layout.Start-1)}}
	j.sheet.file = j.file
	for s, err := range labels {
		if err == nil {
			err = j.add(s)
		}
		if err != nil {
			return j.joined, &JoinError{Index: len(j.joined.Places), Err: err}
		}
	}
	if len(j.joined.Places) == 0 {
		return j.joined, ErrNothingToJoin
	}
	if err := j.sheet.flush(); err != nil {
		return j.joined, err
	}
	j.joined.Pages = j.file.pages
	return j.joined, j.file.close()
}

// joining is a joined file in the making.
type joining struct {
	file   *file
	sheet  sheet
	joined Joined
}

func (j *joining) add(s *source) (err error) {
	defer recovered(&err)
	place := Place{First: j.file.pages + 1, Count: len(s.pages)}
	c := j.file.copier(s)
	for i, p := range s.pages {
		if p.broken != nil {
			return refuse(Damaged, "%s: %w", p.name(), p.broken)
		}
		if j.sheet.stock.AsIs() {
			if err := c.addPage(p); err != nil {
				return err
			}
			continue
		}
		slot, fitted, err := j.sheet.place(c, p)
		if err != nil {
			return err
		}
		if i == 0 && j.sheet.stock.Slots() > 1 {
			place.Slot = slot + 1
		}
		place.Notes = append(place.Notes, fitted.notes(lo.Ternary(len(s.pages) > 1, p.name(), ""))...)
	}
	j.joined.Places = append(j.joined.Places, place)
	return nil
}
