package tables

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/usage"
)

// Bounds of an orders file.
const (
	maxOrdersRows = 100_000
	maxReference  = 128
)

const ordersFileHint = `an orders file is CSV or XLSX with a column "order" (optionally "connection"), or a JSON array of texts or of {"order": "…", "connection": "…"}`

// roundedNumber is what a spreadsheet makes of a long number: its last digits are gone.
var roundedNumber = regexp.MustCompile(`^\d([.,]\d+)?[Ee]\+\d+$`)

var ordersLayout = Layout{
	MaxRows: maxOrdersRows,
	Columns: []Column{
		{Names: []string{"order", "delivery_order_id"}, Words: orderWords, Kind: Number, Needed: true},
		connectionColumn,
	},
}

// Orders is what an orders file names, each order once.
type Orders struct {
	Orders []contract.OrderReference
	// Repeated counts the rows of orders that stand there already; LeftAlone are the columns that were not read.
	Repeated  int
	LeftAlone []string
}

// ReadOrders reads the order references of a CSV, XLSX or JSON file, at most
// 100,000 of them and 16 MiB. All mistakes are told at once, each with its place.
func ReadOrders(path string) (Orders, error) {
	table, err := readTable("--orders-file", path, ordersFileHint, ordersLayout)
	if err != nil {
		return Orders{}, err
	}
	return ordersOf(table)
}

// ParseOrders reads what [ReadOrders] reads from anywhere; name stands in its errors.
func ParseOrders(name string, source io.Reader) (Orders, error) {
	table, err := Read(name, source, ordersLayout)
	if err != nil {
		return Orders{}, usage.Errorf(ordersFileHint, "%v", err)
	}
	return ordersOf(table)
}

func ordersOf(table *Table) (Orders, error) {
	all := make([]contract.OrderReference, len(table.Rows))
	for i, row := range table.Rows {
		all[i] = contract.OrderReference{Order: row.Cells[0], Connection: row.Cells[1]}
		if complaint := CheckReference(all[i]); complaint != "" && !row.Ruined {
			table.Refuse(row, "%s", complaint)
		}
	}
	if err := table.Err(); err != nil {
		return Orders{}, usage.Errorf(ordersFileHint, "%v", err)
	}
	if len(all) == 0 {
		return Orders{}, usage.Errorf(ordersFileHint, "%s names no order", table.Name)
	}
	orders := lo.Uniq(all)
	return Orders{Orders: orders, Repeated: len(all) - len(orders), LeftAlone: table.LeftAlone}, nil
}

// CheckReference says what is wrong with a reference; "" when nothing is.
func CheckReference(r contract.OrderReference) string {
	switch {
	case r.Order == "":
		return "there is no order"
	case !utf8.ValidString(r.Order) || !utf8.ValidString(r.Connection):
		return "the text is not UTF-8"
	case utf8.RuneCountInString(r.Order) > maxReference || utf8.RuneCountInString(r.Connection) > maxReference:
		return fmt.Sprintf("an order or connection has more than %d characters", maxReference)
	case strings.ContainsFunc(r.Order+r.Connection, func(c rune) bool { return !unicode.IsPrint(c) }):
		return "an order or connection holds characters that cannot be seen"
	case roundedNumber.MatchString(r.Order):
		return fmt.Sprintf("%q is a long number that a spreadsheet has rounded: format the column as text and enter it again", r.Order)
	}
	return ""
}

// CheckID says what is wrong with a connection's id; "" when nothing is.
func CheckID(id string) string {
	if id == "" {
		return "the id is empty"
	}
	return CheckReference(contract.OrderReference{Order: "1", Connection: id})
}
