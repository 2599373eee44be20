package zpl

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
)

// reset undoes what remains set after a format: leftover bitmap, orientation, mirror, reverse,
// density, units, origin, shift, encoding, default font and bar width. It is a format of its own
// that prints nothing.
const reset = "^XA^MCY^PON^PMN^LRN^FWN^JMA^MUD^LH0,0^LS0^CVN^CI0^CFA,9,5^BY2,3,10^XZ\n"

// Place says where a label's units are in a joined file, counted from 1.
type Place struct{ First, Count int }

// Joined says what [Join] wrote: a place for each label, in order.
type Joined struct {
	Units   int
	Places  []Place
	Removed []Removed
}

// JoinError says at which label, counted from 0, joining stopped.
type JoinError struct {
	Index int
	Err   error
}

func (e *JoinError) Error() string { return fmt.Sprintf("join label %d: %v", e.Index+1, e.Err) }
func (e *JoinError) Unwrap() error { return e.Err }

// ErrNothingToPrint is the error for a label without a unit.
var ErrNothingToPrint = errors.New("the label file prints nothing")

// Join writes labels one after the other, each whole and after a reset, so that none changes how
// the next one prints. Only drawing commands pass. It stops at the first label that cannot be read
// or printed, with a *[JoinError].
func Join(w io.Writer, labels iter.Seq2[[]byte, error]) (Joined, error) {
	j := NewJoiner(w)
	var joined Joined
	for data, err := range labels {
		if err == nil {
			err = joined.add(j, data)
		}
		if err != nil {
			return joined, &JoinError{Index: len(joined.Places), Err: err}
		}
	}
	return joined, j.Close()
}

func (joined *Joined) add(j *Joiner, data []byte) error {
	units, report, err := Printable(data)
	if err != nil {
		return err
	}
	for _, u := range units {
		if err := j.Add(u); err != nil {
			return err
		}
	}
	joined.Places = append(joined.Places, Place{First: joined.Units + 1, Count: len(units)})
	joined.Units += len(units)
	joined.Removed = addRemovedCounts(joined.Removed, report.Removed)
	return nil
}

// Printable splits a label's file and returns its units, all of which can be printed. The error
// says which part cannot, or that the file prints nothing.
func Printable(data []byte) ([]Unit, Report, error) {
	units, report := Split(data)
	if report.Broken != "" {
		return nil, report, errors.New(report.Broken)
	}
	if len(units) == 0 {
		return nil, report, ErrNothingToPrint
	}
	for _, u := range units {
		if u.Broken != "" {
			return nil, report, errors.New(u.Broken)
		}
	}
	return units, report, nil
}

// Joiner is a joined file while it is written, for labels that [Split] returned.
type Joiner struct {
	out   *bufio.Writer
	left  leftovers
	units int
}

// NewJoiner begins a joined file; [Joiner.Close] ends it.
func NewJoiner(w io.Writer) *Joiner { return &Joiner{out: bufio.NewWriterSize(w, 64<<10)} }

// Add writes a label that is not broken.
func (j *Joiner) Add(u Unit) error {
	j.units++
	return j.write(j.left.before(u), u.Data)
}

// Close leaves the printer in the state in which the first label found it.
func (j *Joiner) Close() error {
	if j.units > 0 {
		if err := j.write(j.left.before(Unit{}), nil); err != nil {
			return err
		}
	}
	return j.out.Flush()
}

func (j *Joiner) write(back string, data []byte) error {
	if _, err := j.out.WriteString(back); err != nil {
		return err
	}
	if _, err := j.out.WriteString(reset); err != nil {
		return err
	}
	_, err := j.out.Write(data)
	return err
}

func addRemovedCounts(sum, more []Removed) []Removed {
	for _, m := range more {
		sum = addRemoved(sum, m)
	}
	return sum
}
