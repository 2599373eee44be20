package tables

import (
	"fmt"
	"io"
	"strings"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/usage"
)

// StatusesHint says which columns a table of statuses has.
const StatusesHint = "an orders file is CSV or XLSX with a header (order,tracking_number,tracking_url,courier,comment; all but the first may be left out) or a JSON array of objects of the same names"

// statusLayout has the columns of a row, in the order of contract.StatusRow.
var statusLayout = Layout{
	MaxRows: contract.StatusRowsLimit,
	Columns: []Column{
		{Names: []string{"delivery_order_id", "order"}, Words: orderWords, Kind: Number, Needed: true},
		trackingColumn, trackingURLColumn, courierColumn, commentColumn,
	},
}

// Statuses is the rows of an orders file for a status change.
type Statuses struct {
	Rows []contract.StatusRow
	// LeftAlone are the columns that were not read.
	LeftAlone []string
}

// ReadStatuses reads the rows of a CSV, XLSX or JSON file, at most 50,000 and 16 MiB. All wrong rows
// are named in one error.
func ReadStatuses(path string) (Statuses, error) {
	table, err := readTable("--orders-file", path, StatusesHint, statusLayout)
	if err != nil {
		return Statuses{}, err
	}
	return statusRowsOf(table)
}

// ParseStatuses reads what [ReadStatuses] reads from anywhere; name stands in its errors.
func ParseStatuses(name string, source io.Reader) (Statuses, error) {
	table, err := Read(name, source, statusLayout)
	if err != nil {
		return Statuses{}, usage.Errorf(StatusesHint, "%v", err)
	}
	return statusRowsOf(table)
}

func statusRowsOf(table *Table) (Statuses, error) {
	first := map[string]int{}
	rows := make([]contract.StatusRow, len(table.Rows))
	for i, row := range table.Rows {
		rows[i] = statusRow(row.Cells)
		complaint := rows[i].Check()
		at, there := first[rows[i].Order]
		if complaint == "" && there && rows[at] != rows[i] {
			complaint = fmt.Sprintf("order %s is on line %d already, with other values", rows[i].Order, table.Rows[at].Line)
		}
		if complaint != "" && !row.Ruined {
			table.Refuse(row, "%s", complaint)
		}
		if !there {
			first[rows[i].Order] = i
		}
	}
	if err := table.Err(); err != nil {
		return Statuses{}, usage.Errorf(StatusesHint, "%v", err)
	}
	return Statuses{Rows: rows, LeftAlone: table.LeftAlone}, nil
}

// statusRow is the row of the cells of statusLayout. A comment of several lines is put into one.
func statusRow(cells []string) contract.StatusRow {
	return contract.StatusRow{
		Order: cells[0], TrackingNumber: cells[1], TrackingURL: cells[2], Courier: cells[3],
		Comment: strings.Join(strings.Fields(cells[4]), " "),
	}
}
