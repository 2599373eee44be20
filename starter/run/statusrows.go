package run

import (
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/starter/tables"
)

const statusFileHint = "an orders file is CSV or XLSX with a header (order,tracking_number,tracking_url,courier,comment; all but the first may be left out) or a JSON array of objects of the same names"

// statusLayout has the columns of a row, in the order of statusbook.Row.
var statusLayout = tables.Layout{
	MaxRows: activities.StatusRowsLimit,
	Columns: []tables.Column{
		{Names: []string{"delivery_order_id", "order"}, Words: orderWords, Kind: tables.Number, Needed: true},
		trackingColumn, trackingURLColumn, courierColumn, commentColumn,
	},
}

// StatusFile is the rows of an orders file for a status change.
type StatusFile struct {
	Rows []statusbook.Row
	// LeftAlone are the columns that were not read.
	LeftAlone []string
}

// ReadStatusFile reads the rows of a CSV, XLSX or JSON file, at most 50,000 and 16 MiB. All wrong rows
// are named in one error.
func ReadStatusFile(path string) (StatusFile, error) {
	table, err := readTable("--orders-file", path, statusFileHint, statusLayout)
	if err != nil {
		return StatusFile{}, err
	}
	return statusRowsOf(table)
}

// ParseStatusRows reads what [ReadStatusFile] reads from anywhere; name stands in its errors.
func ParseStatusRows(name string, source io.Reader) (StatusFile, error) {
	table, err := tables.Read(name, source, statusLayout)
	if err != nil {
		return StatusFile{}, usageProblem(statusFileHint, "%v", err)
	}
	return statusRowsOf(table)
}

func statusRowsOf(table *tables.Table) (StatusFile, error) {
	first := map[string]int{}
	rows := make([]statusbook.Row, len(table.Rows))
	for i, row := range table.Rows {
		rows[i] = statusRow(row.Cells)
		complaint := rows[i].Check()
		at, there := first[rows[i].Order]
		if complaint == "" && there && rows[at] != rows[i] {
			complaint = fmt.Sprintf("order %s stands on line %d already, with other texts", rows[i].Order, table.Rows[at].Line)
		}
		if complaint != "" && !row.Ruined {
			table.Refuse(row, "%s", complaint)
		}
		if !there {
			first[rows[i].Order] = i
		}
	}
	if err := table.Err(); err != nil {
		return StatusFile{}, usageProblem(statusFileHint, "%v", err)
	}
	return StatusFile{Rows: rows, LeftAlone: table.LeftAlone}, nil
}

// statusRow is the row of the cells of statusLayout. A comment of several lines is put into one.
func statusRow(cells []string) statusbook.Row {
	return statusbook.Row{
		Order: cells[0], TrackingNumber: cells[1], TrackingURL: cells[2], Courier: cells[3],
		Comment: strings.Join(strings.Fields(cells[4]), " "),
	}
}

// namedRows are the rows of orders that flags name.
func namedRows(orders []string) ([]statusbook.Row, error) {
	rows := lo.Map(orders, func(order string, _ int) statusbook.Row { return statusbook.Row{Order: strings.TrimSpace(order)} })
	wrong := lo.FilterMap(rows, func(row statusbook.Row, _ int) (string, bool) {
		complaint := row.Check()
		return fmt.Sprintf("--order %q: %s", row.Order, complaint), complaint != ""
	})
	if len(wrong) > 0 {
		return nil, usageProblem(statusFileHint, "%s", strings.Join(wrong[:min(len(wrong), tables.MistakesShown)], "\n"))
	}
	return rows, nil
}
