package tables

import (
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/samber/lo"
)

// separators are what may stand between cells; of those that fit a header equally well the first is taken.
var separators = []rune{',', ';', '\t', '|'}

// noSeparator stands between no cells: a table of one column has none.
const noSeparator = '\x1f'

// separatorLine is the first line with which Excel is told the separator.
var separatorLine = regexp.MustCompile(`^"?(?i:sep)=(.)"?[ \t]*(?:\n|\r\n?|$)`)

// readCSV reads separated values with a header.
func (t *Table) readCSV(text string) error {
	text = lineFeeds(text)
	told := rune(0)
	if line := separatorLine.FindStringSubmatch(text); line != nil {
		told = []rune(line[1])[0]
		text = "\n" + text[len(line[0]):]
		if !lo.Contains(separators, told) {
			return t.stopAt(1, "the separator %q is not one of comma, semicolon, tab and |", told)
		}
	}
	reader := t.reader(text, told)
	names, err := reader.Read()
	if err != nil {
		return t.csvProblem(err)
	}
	line, _ := reader.FieldPos(0)
	header, complaint := t.layout.header(names)
	if complaint != "" {
		return t.stopAt(line, "%s", complaint)
	}
	t.takeHeader(header)
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return t.csvProblem(err)
		}
		line, _ := reader.FieldPos(0)
		if over := record[min(len(header.names), len(record)):]; lo.SomeBy(over, func(c string) bool { return trim(c) != "" }) {
			t.Refuse(Row{Line: line}, "the row has %d cells and the header %d: a separator inside of a cell needs quotes around the cell", len(record), len(header.names))
			continue
		}
		cells := lo.Map(header.places, func(place int, _ int) cell {
			if place < 0 || place >= len(record) {
				return cell{}
			}
			return cell{text: strings.Clone(trim(record[place]))}
		})
		if err := t.add(line, cells); err != nil {
			return err
		}
	}
}

// reader reads a text with the separator that was told, else with the one under which the header names
// most of the columns that are wanted, and then most columns.
func (t *Table) reader(text string, told rune) *csv.Reader {
	if told != 0 {
		return newReader(text, told)
	}
	best, bestKnown, bestCells := noSeparator, 0, 1
	for _, separator := range separators {
		names, err := newReader(text, separator).Read()
		if err != nil {
			continue
		}
		known := t.layout.recognised(names)
		if len(names) > 1 && (known > bestKnown || known == bestKnown && len(names) > bestCells) {
			best, bestKnown, bestCells = separator, known, len(names)
		}
	}
	return newReader(text, best)
}

func newReader(text string, separator rune) *csv.Reader {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = separator
	reader.FieldsPerRecord = -1
	// A tab is white space: empty cells would be lost with it.
	reader.TrimLeadingSpace = separator != '\t'
	reader.ReuseRecord = true
	return reader
}

func (t *Table) csvProblem(err error) error {
	var wrong *csv.ParseError
	switch {
	case errors.As(err, &wrong) && errors.Is(wrong.Err, csv.ErrQuote):
		return t.stopAt(wrong.StartLine, "a quoted cell does not end, or goes on behind its quotes")
	case errors.As(err, &wrong) && errors.Is(wrong.Err, csv.ErrBareQuote):
		return t.stopAt(wrong.Line, "a cell holds a quote and does not begin with one: put quotes around the cell and double those in it")
	case errors.Is(err, io.EOF):
		return t.whole("is empty")
	}
	return t.whole("cannot be read: %v", err)
}

// lineFeeds ends the lines of a text with line feeds where they end with carriage returns alone, as old Macs write them.
func lineFeeds(text string) string {
	quoted, returns := false, []int(nil)
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case quoted:
		case text[i] == '\n':
			return text
		case text[i] == '\r':
			returns = append(returns, i)
		}
	}
	if len(returns) == 0 {
		return text
	}
	lines := []byte(text)
	for _, i := range returns {
		lines[i] = '\n'
	}
	return string(lines)
}
