// Package tool checks and joins label files without orders, hub or store:
// [Check] says what a file is, [Join] makes one file of many. Both go through
// any number of files, a few at a time.
package tool

import (
	"fmt"
	"io"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// Kind is what a file is, by its bytes.
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

// Page is a page as a printer shows it: the visible part, turned. Rotate is by
// how many degrees the file turns it.
type Page struct {
	Width  float64 `json:"width_mm"`
	Height float64 `json:"height_mm"`
	Rotate int     `json:"rotate"`
}

// Input is what a file is and holds. OK: all of it can be printed, or it is paper
// that goes along and is never printed (a workbook, a control file: no labels).
// Labels are those that are joined, Pages their sizes; of ZPL only where it says
// so, at 8 dots/mm. Changes are what is removed or changed, Reason why the file,
// or something in it, cannot be used.
type Input struct {
	File    string   `json:"file"`
	Kind    Kind     `json:"kind"`
	OK      bool     `json:"ok"`
	Labels  int      `json:"labels"`
	Pages   []Page   `json:"pages"`
	IDs     []string `json:"ids"`
	Changes []string `json:"changes"`
	Reason  string   `json:"reason"`
}

// Label is what a label can be sorted by: the file that it came in, its number
// there and over all, from 0, its texts, and the order number found in them.
type Label struct {
	File         string
	Index, Place int
	Texts        []string
	Order        string
}

// Source is a file that can be opened more than once.
type Source struct {
	Name string
	Open func() (File, error)
}

// File is an open file.
type File interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// item is what is joined as a whole: a ZPL unit, or pages of a PDF.
type item struct {
	format   labels.Format
	unit     zpl.Unit
	document pdf.Document
	texts    []string
}

// checked is a file's report with what is to be joined of it.
type checked struct {
	Input
	items []item
	sums  []sum // of each label
}

// Check looks at a file. It never fails: what is wrong is in the report.
func Check(s Source) Input { return check(s, asWhole).Input }

func check(s Source, how splitting) (c checked) {
	defer func() {
		if end := recover(); end != nil { // one odd file must not end a batch
			c = checked{Input: empty(s.Name)}
			c.Reason = "the file cannot be read: it is odd in a way that nobody foresaw"
		}
	}()
	file, err := s.Open()
	if err != nil {
		c = checked{Input: empty(s.Name)}
		c.Reason = fmt.Sprintf("the file cannot be opened: %v", err)
		return c
	}
	defer file.Close() // only read
	return look(s.Name, file, how)
}

func empty(name string) Input {
	return Input{File: name, Kind: Unknown, Pages: []Page{}, IDs: []string{}, Changes: []string{}}
}
