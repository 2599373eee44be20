// Package check says what a label file is and which labels it prints, without orders, hub or store.
// Begin with [File], or with [Files] for many files; [All] also yields the labels, ready to be
// joined. [Read] opens the file of one label that was checked before.
//
// It promises that a check never fails: what is wrong with a file is in its report and does not
// affect other files. Reports come in the order of the files. Each file is opened, read and closed
// once, and only a few are in memory at a time. The end of the context ends the reading of a file.
package check

import (
	"context"
	"fmt"
	"io"

	"github.com/despacho/despacho/labels/bundle"
)

// Kind is what a file is, judging by its bytes.
type Kind string

// The kinds of an [Input].
const (
	PDF     Kind = "pdf"
	ZPL     Kind = "zpl"
	Zip     Kind = "zip"
	XLSX    Kind = "xlsx"
	Unknown Kind = "unknown"
)

var kinds = map[bundle.Kind]Kind{bundle.PDF: PDF, bundle.ZPL: ZPL, bundle.Archive: Zip, bundle.Workbook: XLSX}

// Page is the size of a page as a printer shows it: its visible part, turned upright. Rotate is how
// many degrees the file turns it.
type Page struct {
	Width  float64 `json:"width_mm"`
	Height float64 `json:"height_mm"`
	Rotate int     `json:"rotate"`
}

// Input is the report on a file. OK: all of it can be printed, or it is a paper that is never
// printed (a workbook, a control file; it has no labels). Labels counts the labels to be joined,
// Pages are their sizes; for ZPL only if it states them, assuming 8 dots/mm. Changes lists what is
// removed or changed, Reason says why the file, or a part of it, cannot be used.
type Input struct {
	File    string   `json:"file"`
	Kind    Kind     `json:"kind"`
	OK      bool     `json:"ok"`
	Labels  int      `json:"labels"`
	Pages   []Page   `json:"pages"`
	IDs     []string `json:"ids"`
	Changes []string `json:"changes"`
	Reason  string   `json:"reason"`
	// NarrowBars counts labels that a join shrunk until bars may be narrower than 0.25 mm.
	NarrowBars int `json:"narrow_bars,omitempty"`
}

// Source is a file that can be opened more than once.
type Source struct {
	Name string
	Open func() (OpenFile, error)
}

// OpenFile is an open file.
type OpenFile interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Checked is a file's report with its labels to be joined, in order.
type Checked struct {
	Input
	Source    int // its number among the sources, from 0
	Printable []Label
	sums      []sum // of each page or unit
}

// File checks one file.
func File(ctx context.Context, s Source) Input { return checkSource(ctx, s, None).Input }

func checkSource(ctx context.Context, s Source, cut Cut) (c Checked) {
	defer func() {
		if end := recover(); end != nil { // an unexpected error in one file must not end a batch
			c = Checked{Input: empty(s.Name)}
			c.Reason = "the file cannot be read: it caused an unexpected error in despacho; please report it"
		}
	}()
	file, err := s.Open()
	if err != nil {
		c = Checked{Input: empty(s.Name)}
		c.Reason = fmt.Sprintf("the file cannot be opened: %v", err)
		return c
	}
	defer file.Close() // only read
	return checkFile(ctx, s.Name, file, cut)
}

func empty(name string) Input {
	return Input{File: name, Kind: Unknown, Pages: []Page{}, IDs: []string{}, Changes: []string{}}
}
