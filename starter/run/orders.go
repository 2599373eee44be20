package run

import (
	"fmt"
	"io"
	"regexp"
	"unicode/utf8"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/starter/tables"
)

// Bounds of an orders file.
const (
	maxOrdersRows = 100_000
	maxReference  = 128
)

const ordersFileHint = `an orders file is CSV or XLSX with a column "order" (optionally "connection"), or a JSON array of texts or of {"order": "…", "connection": "…"}`

// roundedNumber is what a spreadsheet makes of a long number: its last digits are gone.
var roundedNumber = regexp.MustCompile(`^\d([.,]\d+)?[Ee]\+\d+$`)

var ordersLayout = tables.Layout{
	MaxRows: maxOrdersRows,
	Columns: []tables.Column{
		{Names: []string{"order", "delivery_order_id"}, Words: orderWords, Kind: tables.Number, Needed: true},
		connectionColumn,
	},
}

// OrdersFile is what an orders file names, each order once.
type OrdersFile struct {
	Orders []activities.OrderReference
	// Repeated counts the rows of orders that stand there already; LeftAlone are the columns that were not read.
	Repeated  int
	LeftAlone []string
}

// ReadOrdersFile reads the order references of a CSV, XLSX or JSON file, at most
// 100,000 of them and 16 MiB. All mistakes are told at once, each with its place.
func ReadOrdersFile(path string) (OrdersFile, error) {
	table, err := readTable("--orders-file", path, ordersFileHint, ordersLayout)
	if err != nil {
		return OrdersFile{}, err
	}
	return ordersOf(table)
}

// ParseOrders reads what [ReadOrdersFile] reads from anywhere; name stands in its errors.
func ParseOrders(name string, source io.Reader) (OrdersFile, error) {
	table, err := tables.Read(name, source, ordersLayout)
	if err != nil {
		return OrdersFile{}, usageProblem(ordersFileHint, "%v", err)
	}
	return ordersOf(table)
}

func ordersOf(table *tables.Table) (OrdersFile, error) {
	all := make([]activities.OrderReference, len(table.Rows))
	for i, row := range table.Rows {
		all[i] = activities.OrderReference{Order: row.Cells[0], Connection: row.Cells[1]}
		if complaint := checkReference(all[i]); complaint != "" && !row.Ruined {
			table.Refuse(row, "%s", complaint)
		}
	}
	if err := table.Err(); err != nil {
		return OrdersFile{}, usageProblem(ordersFileHint, "%v", err)
	}
	if len(all) == 0 {
		return OrdersFile{}, usageProblem(ordersFileHint, "%s names no order", table.Name)
	}
	orders := lo.Uniq(all)
	return OrdersFile{Orders: orders, Repeated: len(all) - len(orders), LeftAlone: table.LeftAlone}, nil
}

// checkReference says what is wrong with a reference; "" when nothing is.
func checkReference(r activities.OrderReference) string {
	switch {
	case r.Order == "":
		return "there is no order"
	case !utf8.ValidString(r.Order) || !utf8.ValidString(r.Connection):
		return "the text is not UTF-8"
	case utf8.RuneCountInString(r.Order) > maxReference || utf8.RuneCountInString(r.Connection) > maxReference:
		return fmt.Sprintf("an order or connection has more than %d characters", maxReference)
	case plain(r.Order) != r.Order || plain(r.Connection) != r.Connection:
		return "an order or connection holds characters that cannot be seen"
	case roundedNumber.MatchString(r.Order):
		return fmt.Sprintf("%q is a long number that a spreadsheet has rounded: format the column as text and fill it in again", r.Order)
	}
	return ""
}

// checkID says what is wrong with a connection's id; "" when nothing is.
func checkID(id string) string {
	if id == "" {
		return "there is no id"
	}
	return checkReference(activities.OrderReference{Order: "1", Connection: id})
}
