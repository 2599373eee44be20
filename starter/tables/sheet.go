package tables

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/samber/lo"
)

// maxSheetRow is the last row of a sheet.
const maxSheetRow = 1 << 20

// sheetCell is a cell of a sheet as it is stored.
type sheetCell struct {
	column                   int // from 0
	kind, style, value, text string
	formula                  bool
}

// sheetWalk reads a sheet row by row.
type sheetWalk struct {
	*Table
	book   *book
	header *header

	row, column int // of the cell that is read, from 1
	hidden      int // hidden rows with something in them
	hiddenRow   int // the first of them
	hides       bool
	cells       map[int]cell
	cell        sheetCell
	into        *string
}

func (t *Table) readSheet(b *book, part string) error {
	w := &sheetWalk{Table: t, book: b, cells: map[int]cell{}}
	err := b.walk(part, func(token xml.Token) error {
		switch token := token.(type) {
		case xml.StartElement:
			return w.start(token)
		case xml.CharData:
			if w.into != nil && len(*w.into) <= 4*MaxCell {
				*w.into += string(token)
			}
		case xml.EndElement:
			return w.end(token.Name.Local)
		}
		return nil
	})
	if err != nil {
		return t.workbookProblem(err)
	}
	if w.header == nil {
		return t.whole("is a workbook whose first sheet is empty")
	}
	if w.hidden > 0 {
		rows, them := "1 row is", "it"
		if w.hidden > 1 {
			rows, them = fmt.Sprintf("from here on, %d rows are", w.hidden), "them"
		}
		t.Refuse(Row{Line: w.hiddenRow}, "%s hidden, as by a filter: show %s or delete %s", rows, them, them)
	}
	return nil
}

func (w *sheetWalk) start(token xml.StartElement) error {
	switch token.Name.Local {
	case "row":
		w.row++
		if number, err := strconv.Atoi(attribute(token, "r")); err == nil && number >= w.row && number <= maxSheetRow {
			w.row = number
		}
		w.column, w.hides = 0, attribute(token, "hidden") == "1" || attribute(token, "hidden") == "true"
		clear(w.cells)
	case "c":
		w.column++
		if column, ok := columnOf(attribute(token, "r")); ok {
			w.column = column
		}
		w.cell = sheetCell{column: w.column - 1, kind: attribute(token, "t"), style: attribute(token, "s")}
	case "f":
		w.cell.formula = true
	case "v":
		w.into = &w.cell.value
	case "t":
		w.into = &w.cell.text
	case "rPh":
		w.into = nil
	}
	return nil
}

func (w *sheetWalk) end(name string) error {
	switch name {
	case "v", "t":
		w.into = nil
	case "c":
		if w.cell.column >= MaxColumns {
			return nil
		}
		read := w.book.read(w.cell)
		read.place = columnName(w.cell.column) + strconv.Itoa(w.row)
		if read.text != "" || read.complaint != "" {
			w.cells[w.cell.column] = read
		}
	case "row":
		return w.endRow()
	}
	return nil
}

func (w *sheetWalk) endRow() error {
	if len(w.cells) == 0 {
		return nil
	}
	if w.header == nil {
		return w.endHeader()
	}
	if w.hides {
		w.hidden++
		w.hiddenRow = lo.Ternary(w.hidden == 1, w.row, w.hiddenRow)
	}
	return w.add(w.row, lo.Map(w.header.places, func(place int, i int) cell {
		c := w.cells[place]
		if c.numeric != "" && c.complaint == "" {
			c.text, c.complaint = numberText(w.layout.Columns[i].Kind, c.numeric, c.style)
		}
		return c
	}))
}

func (w *sheetWalk) endHeader() error {
	last := lo.Max(lo.Keys(w.cells))
	names := make([]string, last+1)
	for i, c := range w.cells {
		names[i] = c.text
	}
	header, complaint := w.layout.header(names)
	if complaint != "" {
		return w.stopAt(w.row, "%s; only the first sheet is read", complaint)
	}
	w.header = &header
	w.Table.takeHeader(header)
	return nil
}

// read is a stored cell as a cell of the table.
func (b *book) read(c sheetCell) cell {
	switch c.kind {
	case "s":
		number, err := strconv.Atoi(strings.TrimSpace(c.value))
		if err != nil || number < 0 || number >= len(b.shared) {
			return cell{complaint: "the cell names a text that the workbook does not hold: save it again"}
		}
		return cell{text: b.shared[number], exact: true}
	case "inlineStr":
		return cell{text: c.text, exact: true}
	case "str":
		return cell{text: c.value, exact: true}
	case "b":
		return cell{text: lo.Ternary(strings.TrimSpace(c.value) == "1", "TRUE", "FALSE"), exact: true}
	case "e":
		return cell{complaint: fmt.Sprintf("%.20q is an error of the spreadsheet", c.value)}
	case "d":
		return cell{complaint: "the cell holds a date" + advice}
	}
	value := strings.TrimSpace(c.value)
	switch {
	case value == "" && c.formula:
		return cell{complaint: "the cell holds a formula whose value was not saved: save the table with values in place of formulas"}
	case value == "":
		return cell{}
	}
	return cell{text: value, numeric: value, style: b.style(c.style), exact: true}
}

var (
	storedNumber = regexp.MustCompile(`^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$`)
	shortNumber  = regexp.MustCompile(`^-?\d{1,9}\.\d{1,6}$`)
)

// numberText is the text of a number as a sheet stores it, where it can be told to the last digit.
func numberText(kind Kind, stored string, as style) (text, complaint string) {
	switch {
	case as.date:
		return "", "the cell holds a date" + advice
	case storedNumber.FindString(stored) == "":
		return "", fmt.Sprintf("%.40q is not a readable number", stored)
	}
	whole, ok := wholeOf(stored)
	switch {
	case !ok && kind != Number && shortNumber.MatchString(stored):
		return stored, ""
	case !ok:
		return "", fmt.Sprintf("%.40q is a number with decimals%s", stored, advice)
	case len(strings.TrimPrefix(whole, "-")) > keptDigits:
		return "", fmt.Sprintf("%.40q is a number of more than %d digits, of which a spreadsheet has rounded the rest%s", stored, keptDigits, advice)
	case len(whole) < as.zeros:
		return "", fmt.Sprintf("%s is shown with zeros before it that are not in the cell%s", whole, advice)
	}
	return whole, ""
}

// wholeOf writes a stored number without exponent; not ok where it is no whole one.
func wholeOf(stored string) (string, bool) {
	parts := storedNumber.FindStringSubmatch(stored)
	exponent, _ := strconv.Atoi(parts[4])
	digits, point := parts[2]+parts[3], len(parts[2])+exponent
	if point > 60 {
		return strings.Repeat("9", 60), true
	}
	if point < len(digits) {
		if strings.Trim(digits[max(point, 0):], "0") != "" {
			return "", false
		}
		digits = digits[:max(point, 0)]
	}
	digits = strings.TrimLeft(digits+strings.Repeat("0", max(point-len(digits), 0)), "0")
	if digits == "" {
		return "0", true
	}
	return parts[1] + digits, true
}

// columnOf is the column of a cell's name, from 1: 28 of AB7.
func columnOf(name string) (int, bool) {
	column := 0
	for _, r := range name {
		if r < 'A' || r > 'Z' || column > 1<<20 {
			break
		}
		column = column*26 + int(r-'A') + 1
	}
	return column, column > 0
}

// columnName is the name of a column, from 0: AB of 27.
func columnName(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}
