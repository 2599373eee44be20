// Package labels gives each label file to its order. [Assign] takes the files
// of a bundle and the orders that it was asked for. It knows nothing of hubs or
// stores.
package labels

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"

	"github.com/despacho/despacho/labels/bundle"
)

// Format is what a label is written in.
type Format string

// The formats that printers take.
const (
	ZPL Format = "zpl"
	PDF Format = "pdf"
)

// Order is what a label can be recognised by. References are what may be printed
// on it or stand in a file's name (order number, package id, shipping id, codes,
// external ids), the strongest first. Number is how people know it; may be empty.
type Order struct {
	ID         string
	Number     string
	References []string
	Tracking   string
}

func (o Order) name() string { return cmp.Or(o.Number, o.ID) }

// Label is one parcel's label: one page or unit, or several that belong
// together. Name is where it came from, Count its pages or units. Spare marks a
// copy of a label that the order has already in this format. Notes are what was
// mended. SHA256 is of Data, in hex.
type Label struct {
	Format Format
	Data   []byte
	Name   string
	Count  int
	Spare  bool
	Notes  []string
	SHA256 string
}

// ProblemKind says what is wrong with a file that is some order's.
type ProblemKind string

// The kinds of [Problem].
const (
	Conflict  ProblemKind = "conflict"  // its name and its inside, or its owner and its inside, name different orders
	Broken    ProblemKind = "broken"    // it cannot be read
	Empty     ProblemKind = "empty"     // it prints nothing
	Encrypted ProblemKind = "encrypted" // it is closed by a password
	NotLabel  ProblemKind = "not label" // it bears the order's name but holds something else, as a web page
)

// Problem is a file that is an order's and cannot be printed. The order has to
// be asked for again. Reason is for people.
type Problem struct {
	Kind   ProblemKind
	File   bundle.File
	Reason string
}

// Loose is a file, or a page of it, that could not be given to an order.
// Orders are the ids of those that it names all the same, by what they share.
type Loose struct {
	File   bundle.File
	Reason string
	Orders []string
}

// Assignment is where each file of a bundle went. Labels are by order ID, the
// parcels of an order in the order in which they came. Papers are workbooks and
// control files: never labels.
type Assignment struct {
	Labels     map[string][]Label
	Problems   map[string][]Problem
	Unassigned []Loose
	Papers     []bundle.File
}

func newAssignment() Assignment {
	return Assignment{Labels: map[string][]Label{}, Problems: map[string][]Problem{}}
}

func newLabel(format Format, name string, data []byte, count int, notes []string) Label {
	sum := sha256.Sum256(data)
	return Label{Format: format, Name: name, Data: data, Count: count, Notes: notes, SHA256: hex.EncodeToString(sum[:])}
}
