package zpl

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/samber/lo"
)

// reset brings back what outlives a format: leftover bitmap, orientation,
// mirror, reverse, density, units, origin, shift, encoding, default font and
// bar width. It is a format of its own that prints nothing.
const reset = "^XA^MCY^PON^PMN^LRN^FWN^JMA^MUD^LH0,0^LS0^CVN^CI0^CFA,9,5^BY2,3,10^XZ\n"

// leftovers have no neutral value, so they are set back only when an earlier
// label has set them: to the print head of a 4 in printer and 6 in of length at
// 8 dots/mm, and to no shift.
var leftovers = []struct{ code, command string }{{"PW", "^PW832"}, {"LL", "^LL1218"}, {"LT", "^LT0"}}

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
	j := joiner{out: out, touched: map[string]bool{}}
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
	return j.joined, out.Flush()
}

type joiner struct {
	out     *bufio.Writer
	joined  Joined
	touched map[string]bool
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
	var back bytes.Buffer
	for _, leftover := range leftovers {
		sets := u.has(leftover.code)
		if j.touched[leftover.code] && !sets {
			back.WriteString(leftover.command)
		}
		j.touched[leftover.code] = sets
	}
	if back.Len() > 0 {
		fmt.Fprintf(j.out, "^XA%s^XZ\n", back.Bytes())
	}
	_, err := j.out.Write(u.Data)
	return err
}

func (u Unit) has(code string) bool {
	return lo.SomeBy(u.pieces, func(p piece) bool {
		return lo.SomeBy(p.tokens, func(t token) bool { return t.is(code) })
	})
}

func addUp(sum, more []Removed) []Removed {
	for _, m := range more {
		if _, i, found := lo.FindIndexOf(sum, func(r Removed) bool { return r.Command == m.Command }); found {
			sum[i].Count += m.Count
			continue
		}
		sum = append(sum, m)
	}
	return sum
}
