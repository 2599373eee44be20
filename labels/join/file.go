package join

import (
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// Place says where a label is in a joined file, and what was done so that it fits. For ZPL, First
// and Count are units.
type Place = pdf.Place

// File is a joined file while it is written.
type File struct {
	round  *Round
	format labels.Format
	layout pdf.Layout
	out    *hashingOutput
	units  *zpl.Joiner
	pages  *pdf.Joiner
	count  int // of the pages or units added so far
	places []Place
}

// Written is a joined file that was read again and contains what was added. Count is its pages of
// paper or its units; Places has an entry for each label.
type Written struct {
	Count  int
	Places []Place
	Bytes  int64
	SHA256 string // in hex
}

// CountError says that a joined file, read again, does not contain what was added.
type CountError struct {
	Format        labels.Format
	Counted, Want int // pages of paper, or units
}

func (e *CountError) Error() string {
	what := lo.Ternary(e.Format == labels.PDF, "pages", "labels")
	return fmt.Sprintf("the joined %s file holds %d %s instead of %d when it is read again", e.Format, e.Counted, what, e.Want)
}

// Add writes a label of an owner. If the label cannot be joined, the [Round] records it against the
// owner; an error is only returned for failed writes.
func (f *File) Add(owner int, label check.Label) error {
	if f.round.Fault(owner) != nil {
		return nil
	}
	place, err := f.write(label)
	if f.out.err != nil {
		return f.out.err
	}
	if err != nil {
		return f.blame(owner, err)
	}
	f.places = append(f.places, place)
	return nil
}

// AddOwn writes a page of our own, such as the one before the labels. It gets no place.
func (f *File) AddOwn(data []byte) error {
	page, err := check.Read(f.format, data)
	if err == nil {
		_, err = f.write(page)
	}
	if err != nil {
		return fmt.Errorf("join a page of our own: %w", err)
	}
	return nil
}

func (f *File) write(label check.Label) (Place, error) {
	before := f.count
	f.count += label.Count()
	if f.format == labels.PDF {
		return f.pages.Add(label.Document)
	}
	for _, unit := range label.Units {
		if err := f.units.Add(unit); err != nil {
			return Place{}, err
		}
	}
	return Place{First: before + 1, Count: len(label.Units)}, nil
}

// blame records a fault. What was written can then no longer be used; later labels are tried in a
// file that is discarded.
func (f *File) blame(owner int, fault error) error {
	f.round.Blame(owner, fault)
	return f.begin()
}

// begin starts the format's joiner.
func (f *File) begin() (err error) {
	f.count, f.places = 0, nil
	if f.format == labels.PDF {
		f.pages, err = pdf.NewJoiner(f.out, f.layout)
		return err
	}
	f.units = zpl.NewJoiner(f.out)
	return nil
}

// Finish completes the file, reads it again and counts it: the error is a [*CountError] if it does not
// contain what was added. In a round with a fault nothing is read again.
func (f *File) Finish() (Written, error) {
	if f.round.HasFaults() {
		return Written{}, nil
	}
	if err := f.close(); err != nil {
		return Written{}, err
	}
	counted, err := f.reopen()
	if err != nil {
		return Written{}, fmt.Errorf("read the joined %s again: %w", f.format, err)
	}
	if want := f.want(); counted != want {
		return Written{}, &CountError{Format: f.format, Counted: counted, Want: want}
	}
	return Written{Count: counted, Places: f.places, Bytes: f.out.bytes, SHA256: hex.EncodeToString(f.out.sum.Sum(nil))}, nil
}

func (f *File) close() error {
	if f.format == labels.PDF {
		_, err := f.pages.Close()
		return err
	}
	return f.units.Close()
}

func (f *File) reopen() (int, error) {
	if _, err := f.out.file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	if f.format == labels.PDF {
		return pdf.Pages(f.out.file)
	}
	return zpl.Count(f.out.file)
}

// want is how many pages of paper or units the labels make, computed from the labels.
func (f *File) want() int {
	if f.format == labels.ZPL {
		return f.count
	}
	taken, slots := max(0, f.layout.Start-1)+f.count, f.layout.Stock.Slots()
	return (taken + slots - 1) / slots
}

// hashingOutput is where a joined file is written. It counts and hashes what is written, keeps the first
// write error, and discards everything once its round is spoilt.
type hashingOutput struct {
	round *Round
	file  io.ReadWriteSeeker
	bytes int64
	sum   hash.Hash
	err   error
}

func (o *hashingOutput) Write(data []byte) (int, error) {
	if o.round.HasFaults() {
		return len(data), nil
	}
	n, err := o.file.Write(data)
	o.sum.Write(data[:n])
	o.bytes += int64(n)
	if o.err == nil {
		o.err = err
	}
	return n, err
}
