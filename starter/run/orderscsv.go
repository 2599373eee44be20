package run

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// parseCSVLines reads comma-, semicolon- or tab-separated values with a
// header; other columns than order and connection are left alone.
func parseCSVLines(name string, data []byte) ([]line, error) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma = separator(data)
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = true
	reader.ReuseRecord = true

	header, err := reader.Read()
	if err != nil {
		return nil, csvProblem(name, err)
	}
	headerLine, _ := reader.FieldPos(0)
	columns := lo.Map(header, func(cell string, _ int) string { return strings.ToLower(strings.TrimSpace(cell)) })
	order, connection := slices.Index(columns, "order"), slices.Index(columns, "connection")
	if order < 0 {
		return nil, lineProblem(name, headerLine, "the header has no column %q", "order")
	}
	if slices.Contains(columns[order+1:], "order") {
		return nil, lineProblem(name, headerLine, "the header has two columns %q", "order")
	}
	var lines []line
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, csvProblem(name, err)
		}
		if lo.EveryBy(record, func(cell string) bool { return strings.TrimSpace(cell) == "" }) {
			continue
		}
		if len(lines) == maxOrdersRows {
			return nil, tooManyRows(name)
		}
		number, _ := reader.FieldPos(0)
		lines = append(lines, line{number, activities.OrderReference{Order: cell(record, order), Connection: cell(record, connection)}})
	}
}

// cell returns a column's text without the apostrophes with which a
// spreadsheet or a manifest marks it as text.
func cell(record []string, column int) string {
	if column < 0 || column >= len(record) {
		return ""
	}
	return strings.Clone(books.CellText(strings.TrimSpace(record[column])))
}

// separator is the one of comma, semicolon and tab that the header has most of.
func separator(data []byte) rune {
	data = bytes.TrimLeft(data, " \r\n")
	header, _, _ := bytes.Cut(data, []byte("\n"))
	return lo.MaxBy([]rune{',', ';', '\t'}, func(a, b rune) bool {
		return bytes.Count(header, []byte(string(a))) > bytes.Count(header, []byte(string(b)))
	})
}

func csvProblem(name string, err error) error {
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		return lineProblem(name, wrong.Line, "%v", wrong.Err)
	}
	return usageProblem(ordersFileHint, "the orders file %s cannot be read: %v", name, err)
}
