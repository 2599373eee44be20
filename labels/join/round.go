// Package join makes files to print from labels: one after the other, on a stock of paper, split by
// size. Begin with [Sources] for label files on a disk, or with a [Round] for labels of your own.
//
// It promises three things. A label that cannot be joined affects only its owner, and one walk over
// the pile finds all such labels. A file is returned only after it was read again and has as many
// pages or units as its labels. The same labels in the same order give the same bytes.
package join

import (
	"crypto/sha256"
	"io"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/pdf"
)

// Round is one walk over a pile of labels into joined files; the zero value is ready to use. Each
// label has an owner, a number that the caller chose.
//
// A label that cannot be joined spoils the round: its owner must be left out, and files that contain
// others of its labels, or mention it, would be wrong. The walk still continues: it tries the labels
// that follow, without writing them, and so finds all owners at fault. A second round without them is
// then the last.
type Round struct {
	faults map[int]error
}

// Begin starts a joined file that is written to file and read again from it. After a fault nothing
// is written to it.
func (r *Round) Begin(format labels.Format, layout pdf.Layout, file io.ReadWriteSeeker) (*File, error) {
	f := &File{round: r, format: format, layout: layout, out: &hashingOutput{round: r, file: file, sum: sha256.New()}}
	return f, f.begin()
}

// Blame records that an owner's label is missing or cannot be joined, and why.
func (r *Round) Blame(owner int, why error) {
	if r.faults == nil {
		r.faults = map[int]error{}
	}
	if r.faults[owner] == nil {
		r.faults[owner] = why
	}
}

// Fault says why an owner is at fault; nil if it is not.
func (r *Round) Fault(owner int) error { return r.faults[owner] }

// Faults are the owners at fault, with the first reason for each.
func (r *Round) Faults() map[int]error { return r.faults }

// HasFaults reports whether an owner is at fault: then nothing that was written can be used.
func (r *Round) HasFaults() bool { return len(r.faults) > 0 }
