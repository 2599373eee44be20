package tables

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/samber/lo"
)

// Bounds of a table.
const (
	// MaxBytes bounds a file, MaxUnzipped each part of a workbook once it is unzipped.
	MaxBytes    = 16 << 20
	MaxUnzipped = 64 << 20
	// MaxColumns bounds the columns of a table, MaxCell the characters of a cell that is read.
	MaxColumns = 256
	MaxCell    = 4096
)

// Kind says what a column holds, and so which cells of it are refused.
type Kind int

const (
	// Text is for people: only errors and formulas of a spreadsheet are refused.
	Text Kind = iota
	// Code is a short name, as a SKU or a bin: numbers and dates that a spreadsheet has rewritten are refused, too.
	Code
	// Number names an order or a parcel: also decimals and thousands are refused.
	Number
)

// Column is a column that a caller wants.
type Column struct {
	// Names are ours for it, the first in messages; of several in a header the first here is read.
	Names []string
	// Words are what people call it, in any case and with or without accents, spaces and "number of": they
	// are looked for where none of Names is there, and two of them in a header are refused.
	Words []string
	Kind  Kind
	// AnyTail: a long number that ends in zeros is taken as it is.
	AnyTail bool
	// Needed: a table without the column is refused.
	Needed bool
}

// Layout is what a caller reads a table as.
type Layout struct {
	Columns []Column
	// MaxRows bounds the rows; 0 for no bound but the file's size, which is MaxBytes unless it is set here.
	MaxRows  int
	MaxBytes int
	// Unmark takes away the marks of text that whoever wrote the table puts into a cell; nil takes one
	// apostrophe at its beginning.
	Unmark func(cell string) string
	// Pairs: a JSON object {"a": "b"} is a table of the first two columns.
	Pairs bool
}

// Table is what was read of a file.
type Table struct {
	// Name is the file's, as it stands in messages.
	Name string
	Rows []Row
	// Has says which columns of the layout the header has; nil for JSON.
	Has []bool
	// LeftAlone are the names of the columns that nobody asked for, as they stand in the header.
	LeftAlone []string

	layout   Layout
	mistakes []Mistake
	// blanks: an empty row is one all the same.
	blanks bool
	// members are those of the entry of a JSON array that was read last, with what they come to.
	members         []string
	memberHeader    header
	memberComplaint string
}

// Row is a row of a table.
type Row struct {
	// Line is where it begins: a line of the file, or the row of a sheet; from 1.
	Line int
	// Cells are the cells of the layout's columns, in their order, without spaces around them; "" where there is none.
	Cells []string
	// Ruined: a cell of it is a mistake already.
	Ruined bool

	places []string
	exact  []bool
}

// Read reads a file. The error is an *Error where the file is to blame, else the source's.
// Rows with mistakes are in the table, so that the caller can add what is wrong with others: Table.Err tells all.
func Read(name string, source io.Reader, layout Layout) (*Table, error) {
	most := cmp.Or(layout.MaxBytes, MaxBytes)
	data, err := io.ReadAll(io.LimitReader(source, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", name, err)
	}
	t := &Table{Name: name, layout: layout}
	if len(data) > most {
		return nil, t.whole("is larger than %d MiB: split it", most>>20)
	}
	switch format := formatOf(data); format {
	case workbook:
		err = t.readWorkbook(data)
	case text:
		err = t.readText(data)
	default:
		return nil, t.whole("%s", format)
	}
	if err != nil {
		return nil, err
	}
	t.judgeTails()
	return t, nil
}

func (t *Table) readText(data []byte) error {
	text, err := decode(data)
	if err != nil {
		return t.whole("%v", err)
	}
	content := strings.TrimLeft(text, " \t\r\n")
	switch {
	case content == "":
		return t.whole("is empty")
	case content[0] == '[' || content[0] == '{':
		return t.readJSON(text)
	case isMarkup(content):
		return t.whole("is a web page or XML, whatever its name says: save it as CSV UTF-8 or XLSX")
	}
	return t.readCSV(text)
}

// add adds a row of the layout's cells as they stand in the file.
func (t *Table) add(line int, cells []cell) error {
	if !t.blanks && lo.EveryBy(cells, func(c cell) bool { return c.text == "" && c.complaint == "" }) {
		return nil
	}
	if t.layout.MaxRows > 0 && len(t.Rows) == t.layout.MaxRows {
		return t.whole("has more than %d rows: split it", t.layout.MaxRows)
	}
	row := Row{Line: line}
	for i, c := range cells {
		complaint := c.complaint
		if complaint == "" {
			c.text, c.exact, complaint = t.layout.check(t.layout.Columns[i].Kind, c.text, c.exact)
		}
		row.Cells = append(row.Cells, c.text)
		row.places = append(row.places, c.place)
		row.exact = append(row.exact, c.exact)
		if complaint != "" {
			t.refuse(&row, i, complaint)
		}
	}
	t.Rows = append(t.Rows, row)
	return nil
}

// cell is a cell as it stands in a file.
type cell struct {
	text string
	// exact: it is text to the letter, which no spreadsheet has rounded.
	exact bool
	// place is its name in a sheet, as B7; "" elsewhere.
	place string
	// complaint is why it cannot be read.
	complaint string
	// numeric is a number of a sheet as it is stored, with how it is shown.
	numeric string
	style   style
}

// trim drops spaces and invisible characters around a text.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}
