package zpl

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
)

// reset brings back what outlives a format: leftover bitmap, orientation,
// mirror, reverse, density, units, origin, shift, encoding, default font and
// bar width. It is a format of its own that prints nothing.
const reset = "^XA^MCY^PON^PMN^LRN^FWN^JMA^MUD^LH0,0^LS0^CVN^CI0^CFA,9,5^BY2,3,10^XZ\n"

// Place says where a label's units stand in a joined file, counted from 1.
type Place struct{ First, Count int }

// Joined tells what [Join] wrote: a place for each label, in order.
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

// ErrNothingToPrint is the reason for a label without a unit.
var ErrNothingToPrint = errors.New("the label file prints nothing")

// Join writes labels one after the other, each whole and after a reset, so that
// none changes how the next one prints. Only drawing commands pass. The first
// label that cannot be read or printed ends it with a *[JoinError].
func Join(w io.Writer, labels iter.Seq2[[]byte, error]) (Joined, error) {
	out := bufio.NewWriter(w)
	j := joiner{out: out}
	index := 0
	for data, err := range labels {
		if err == nil {
			err = j.label(data)
		}
		if err != nil {
			return j.joined, &JoinError{Index: index, Err: err}
		}
		index++
	}
	return j.joined, j.close()
}

type joiner struct {
	out    *bufio.Writer
	joined Joined
	left   leftovers
}

func (j *joiner) label(data []byte) error {
	units, report := Split(data)
	if report.Broken != "" {
		return errors.New(report.Broken)
	}
	if len(units) == 0 {
		return ErrNothingToPrint
	}
	for _, u := range units {
		if u.Broken != "" {
			return errors.New(u.Broken)
		}
	}
	for _, u := range units {
		if err := j.unit(u); err != nil {
			return err
		}
	}
	j.joined.Places = append(j.joined.Places, Place{First: j.joined.Units + 1, Count: len(units)})
	j.joined.Units += len(units)
	j.joined.Removed = addUp(j.joined.Removed, report.Removed)
	return nil
}

func (j *joiner) unit(u Unit) error {
	if _, err := j.out.WriteString(reset); err != nil {
		return err
	}
	if _, err := j.out.WriteString(j.left.before(u)); err != nil {
		return err
	}
	_, err := j.out.Write(u.Data)
	return err
}

// close leaves the printer as the first label found it.
func (j *joiner) close() error {
	if j.joined.Units > 0 {
		if _, err := j.out.WriteString(reset + j.left.before(Unit{})); err != nil {
			return err
		}
	}
	return j.out.Flush()
}

func addUp(sum, more []Removed) []Removed {
	for _, m := range more {
		sum = count(sum, m)
	}
	return sum
}
