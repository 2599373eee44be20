package run

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
)

const statusFileHint = "an orders file is CSV with a header (delivery_order_id,tracking_number,tracking_url,courier,comment; all but the first may be left out) or a JSON array of objects of the same names"

// statusColumns are the columns of an orders file, in the order of statusbook.Row.
var statusColumns = []string{"delivery_order_id", "tracking_number", "tracking_url", "courier", "comment"}

// numberedRow is a row and the line of the file on which it stands.
type numberedRow struct {
	line int
	row  statusbook.Row
}

// ReadStatusFile reads the rows of a CSV or JSON file, at most 50,000 and 16 MiB. All wrong rows are
// named in one error.
func ReadStatusFile(path string) ([]statusbook.Row, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usageProblem("check the path of --orders-file", "the orders file cannot be read: %v", err)
	}
	defer file.Close()
	return ParseStatusRows(path, file)
}

// ParseStatusRows reads what [ReadStatusFile] reads from anywhere; name stands in its errors.
func ParseStatusRows(name string, source io.Reader) ([]statusbook.Row, error) {
	data, err := io.ReadAll(io.LimitReader(source, maxOrdersBytes+1))
	if err != nil {
		return nil, usageProblem("check the path of --orders-file", "the orders file %s cannot be read: %v", name, err)
	}
	if len(data) > maxOrdersBytes {
		return nil, usageProblem("split it", "the orders file %s is larger than 16 MiB", name)
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, usageProblem("save it as CSV UTF-8", "the orders file %s is UTF-16", name)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	read := readStatusCSV
	if content := bytes.TrimLeft(data, " \t\r\n"); len(content) == 0 {
		return nil, usageProblem(statusFileHint, "the orders file %s is empty", name)
	} else if content[0] == '[' || content[0] == '{' {
		read = readStatusJSON
	}
	rows, err := read(name, data)
	if err != nil {
		return nil, err
	}
	if len(rows) > activities.StatusRowsLimit {
		return nil, usageProblem("split it", "the orders file %s has %d rows, more than %d", name, len(rows), activities.StatusRowsLimit)
	}
	return checkStatusRows(name, rows)
}

// wrongRowsShown bounds how many wrong rows are named.
const wrongRowsShown = 50

// checkStatusRows names every wrong row at once.
func checkStatusRows(name string, rows []numberedRow) ([]statusbook.Row, error) {
	var wrong []string
	known := map[string]numberedRow{}
	for _, r := range rows {
		complaint := r.row.Check()
		first, there := known[r.row.Order]
		if complaint == "" && there && first.row != r.row {
			complaint = fmt.Sprintf("order %s stands on line %d already, with other texts", r.row.Order, first.line)
		}
		switch {
		case complaint != "":
			wrong = append(wrong, fmt.Sprintf("%s, line %d: %s", name, r.line, complaint))
		case !there:
			known[r.row.Order] = r
		}
	}
	if len(wrong) > 0 {
		shown := wrong[:min(len(wrong), wrongRowsShown)]
		if more := len(wrong) - len(shown); more > 0 {
			shown = append(shown, fmt.Sprintf("and %d more", more))
		}
		return nil, usageProblem(statusFileHint, "%s", strings.Join(shown, "\n"))
	}
	return lo.Map(rows, func(r numberedRow, _ int) statusbook.Row { return r.row }), nil
}

// statusRow is the row of the cells of statusColumns. A comment of several lines is put into one.
func statusRow(cells []string) statusbook.Row {
	return statusbook.Row{
		Order: cells[0], TrackingNumber: cells[1], TrackingURL: cells[2], Courier: cells[3],
		Comment: strings.Join(strings.Fields(cells[4]), " "),
	}
}

// readStatusCSV reads comma-, semicolon- or tab-separated values with a header; other columns are left alone.
func readStatusCSV(name string, data []byte) ([]numberedRow, error) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma = separator(data)
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = true
	header, err := reader.Read()
	if err != nil {
		return nil, statusCSVProblem(name, err)
	}
	columns := lo.Map(header, func(cell string, _ int) string { return strings.ToLower(strings.TrimSpace(cell)) })
	places := lo.Map(statusColumns, func(column string, _ int) int { return slices.Index(columns, column) })
	if places[0] < 0 {
		return nil, usageProblem(statusFileHint, "%s, line 1: the header has no column %q", name, statusColumns[0])
	}
	if twice := lo.Intersect(lo.FindDuplicates(columns), statusColumns); len(twice) > 0 {
		return nil, usageProblem(statusFileHint, "%s, line 1: the header has two columns %q", name, twice[0])
	}
	var rows []numberedRow
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, statusCSVProblem(name, err)
		}
		if lo.EveryBy(record, func(cell string) bool { return strings.TrimSpace(cell) == "" }) {
			continue
		}
		line, _ := reader.FieldPos(0)
		cells := lo.Map(places, func(place int, _ int) string { return cell(record, place) })
		rows = append(rows, numberedRow{line, statusRow(cells)})
	}
}

func statusCSVProblem(name string, err error) error {
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		return usageProblem(statusFileHint, "%s, line %d: %v", name, wrong.Line, wrong.Err)
	}
	return usageProblem(statusFileHint, "the orders file %s cannot be read: %v", name, err)
}

// readStatusJSON reads an array of objects with the names of the columns; ids and numbers may be
// written as whole numbers.
func readStatusJSON(name string, data []byte) ([]numberedRow, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
		return nil, usageProblem(statusFileHint, "the orders file %s holds no JSON array", name)
	}
	var rows []numberedRow
	for decoder.More() {
		var entry map[string]json.RawMessage
		before := decoder.InputOffset()
		if err := decoder.Decode(&entry); err != nil {
			return nil, usageProblem(statusFileHint, "%s, line %d: %v", name, lineAt(data, before+1), err)
		}
		var texts [5]string
		for i, column := range statusColumns {
			raw := entry[column]
			text, ok := jsonText(raw)
			if !ok && len(raw) > 0 && string(raw) != "null" {
				return nil, usageProblem(statusFileHint, "%s, line %d: %s is not a text", name, lineAt(data, before+1), column)
			}
			texts[i] = text
		}
		rows = append(rows, numberedRow{lineAt(data, decoder.InputOffset()), statusRow(texts[:])})
	}
	if _, err := decoder.Token(); err != nil {
		return nil, usageProblem(statusFileHint, "%s, line %d: the JSON ends too early", name, lineAt(data, int64(len(data))))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, usageProblem(statusFileHint, "%s, line %d: there is more after the array", name, lineAt(data, decoder.InputOffset()))
	}
	return rows, nil
}
