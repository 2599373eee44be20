// Package labels gives each label file to its order. Begin with [Assign], which takes the files of
// a bundle and the orders for which they were requested.
//
// It promises that no label goes to an order that it does not name: what is in doubt stays
// unassigned. It knows nothing about hubs or stores.
package labels

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"

	"github.com/despacho/despacho/labels/bundle"
)

// Format is the language that a label is written in.
type Format string

// The formats that printers accept.
const (
	ZPL Format = "zpl"
	PDF Format = "pdf"
)

// Order is what a label can be recognised by. References are what may be printed on it or be in a
// file's name (order number, package id, shipping id, codes, external ids), the strongest first.
// Number is how people know the order; it may be empty.
type Order struct {
	ID         string
	Number     string
	References []string
	Tracking   string
}

func (o Order) name() string { return cmp.Or(o.Number, o.ID) }

// Label is one parcel's label: one page or unit, or several that belong together. Name says where
// it came from, Count its pages or units. IsCopy marks a copy of a label that the order already has
// in this format. Notes say what was repaired. SHA256 is the hash of Data, in hex.
type Label struct {
	Format Format
	Data   []byte
	Name   string
	Count  int
	IsCopy bool
	Notes  []string
	SHA256 string
}

// ProblemKind says what is wrong with a file that belongs to an order.
type ProblemKind string

// The kinds of [Problem].
const (
	Conflict  ProblemKind = "conflict"  // its content names a different order than its name or its owner
	Damaged   ProblemKind = "broken"    // it cannot be read
	Empty     ProblemKind = "empty"     // it prints nothing
	Encrypted ProblemKind = "encrypted" // it is protected by a password
	NotLabel  ProblemKind = "not label" // it has the order's name but is something else, such as a web page
)

// Problem is a file that belongs to an order and cannot be printed. The order's label must be
// requested again. Reason is for people.
type Problem struct {
	Kind   ProblemKind
	File   bundle.File
	Reason string
}

// UnassignedFile is a file, or a page of it, that could not be given to an order. Orders are the ids of
// those that it names nevertheless, through references that they share.
type UnassignedFile struct {
	File   bundle.File
	Reason string
	Orders []string
}

// Assignment says where each file of a bundle went. Labels are by order id, an order's parcels in
// the order in which they came. Papers are workbooks and control files: never labels.
type Assignment struct {
	Labels     map[string][]Label
	Problems   map[string][]Problem
	Unassigned []UnassignedFile
	Papers     []bundle.File
}

func newAssignment() Assignment {
	return Assignment{Labels: map[string][]Label{}, Problems: map[string][]Problem{}}
}

func newLabel(format Format, name string, data []byte, count int, notes []string) Label {
	sum := sha256.Sum256(data)
	return Label{Format: format, Name: name, Data: data, Count: count, Notes: notes, SHA256: hex.EncodeToString(sum[:])}
}
