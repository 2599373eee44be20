package run

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"unicode/utf8"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
)

// Bounds of an orders file.
const (
	maxOrdersBytes = 16 << 20
	maxOrdersRows  = 100_000
	maxReference   = 128
)

const ordersFileHint = `an orders file is CSV with a header and a column "order" (optionally "connection"), or a JSON array of texts or of {"order": "…", "connection": "…"}`

// roundedNumber is what a spreadsheet makes of a long number: its last digits are gone.
var roundedNumber = regexp.MustCompile(`^\d([.,]\d+)?[Ee]\+\d+$`)

// line is an order reference and the line of the file on which it stands.
type line struct {
	number    int
	reference activities.OrderReference
}

// ReadOrdersFile reads the order references of a CSV or JSON file, at most
// 100,000 of them and 16 MiB. Repeated ones are folded into one and counted.
// Errors name the file and the line.
func ReadOrdersFile(path string) (orders []activities.OrderReference, repeated int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, usageProblem("check the path of --orders-file", "the orders file cannot be read: %v", err)
	}
	defer file.Close()
	return ParseOrders(path, file)
}

// ParseOrders reads what [ReadOrdersFile] reads from anywhere; name stands in its errors.
func ParseOrders(name string, source io.Reader) (orders []activities.OrderReference, repeated int, err error) {
	data, err := io.ReadAll(io.LimitReader(source, maxOrdersBytes+1))
	if err != nil {
		return nil, 0, usageProblem("check the path of --orders-file", "the orders file %s cannot be read: %v", name, err)
	}
	if len(data) > maxOrdersBytes {
		return nil, 0, usageProblem("split it into several runs", "the orders file %s is larger than 16 MiB", name)
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, 0, usageProblem("save it as CSV UTF-8", "the orders file %s is UTF-16", name)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	lines, err := parseLines(name, data)
	if err != nil {
		return nil, 0, err
	}
	all := make([]activities.OrderReference, len(lines))
	for i, l := range lines {
		if complaint := checkReference(l.reference); complaint != "" {
			return nil, 0, lineProblem(name, l.number, "%s", complaint)
		}
		all[i] = l.reference
	}
	if len(all) == 0 {
		return nil, 0, usageProblem(ordersFileHint, "the orders file %s names no order", name)
	}
	orders = lo.Uniq(all)
	return orders, len(all) - len(orders), nil
}

func parseLines(name string, data []byte) ([]line, error) {
	content := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(content) == 0:
		return nil, usageProblem(ordersFileHint, "the orders file %s is empty", name)
	case content[0] == '[':
		return parseJSONLines(name, data)
	case content[0] == '{':
		return nil, usageProblem(ordersFileHint, "the orders file %s holds a JSON object, not an array", name)
	}
	return parseCSVLines(name, data)
}

func lineProblem(name string, number int, format string, arguments ...any) error {
	return usageProblem(ordersFileHint, "%s, line %d: %s", name, number, fmt.Sprintf(format, arguments...))
}

func tooManyRows(name string) error {
	return usageProblem("split it into several runs", "the orders file %s has more than %d rows", name, maxOrdersRows)
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

// lineAt returns the number of the line in which the byte at offset stands.
func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n"))
}
