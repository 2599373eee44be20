package books

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/samber/lo"
)

var manifestHeader = []string{
	"position", "delivery_order_id", "delivery_order_code", "order_number", "connection_id", "channel",
	"tracking_number", "items", "outcome", "reason", "status", "labels",
	"courier", "shipping_mode", "warehouse_id", "warehouse_name", "deadline", "sold_at", "partly_cancelled", "sort",
}

// WriteCSV writes the rows as comma-separated values with a header, every cell in quotes. Items
// read "2×SKU; 1×SKU", labels "file#first+count; …", on sheets with "/slot", and what was changed
// on them in parentheses. The order of the pile stands in the rows that are in it. What a
// spreadsheet could take for a formula has an apostrophe before it ([CellText] takes it away).
func (m Manifest) WriteCSV(w io.Writer) error {
	if err := writeRecord(w, manifestHeader); err != nil {
		return err
	}
	for _, r := range m.Rows {
		record := append(r.cells(), lo.Ternary(r.Position == nil, "", m.Sort))
		if err := writeRecord(w, record); err != nil {
			return err
		}
	}
	return nil
}

// writeRecord quotes every cell; csv.Writer leaves one with a semicolon as it is.
func writeRecord(w io.Writer, cells []string) error {
	quoted := lo.Map(cells, func(cell string, _ int) string {
		return `"` + strings.ReplaceAll(guardCell(cell), `"`, `""`) + `"`
	})
	_, err := io.WriteString(w, strings.Join(quoted, ",")+"\n")
	return err
}

func (r Row) cells() []string {
	position := ""
	if r.Position != nil {
		position = strconv.Itoa(*r.Position)
	}
	items := lo.Map(r.Items, func(i Item, _ int) string { return i.text() })
	labels := lo.Map(r.Labels, func(l Printed, _ int) string { return l.String() })
	return []string{
		position, r.ID, r.Code, r.OrderNumber, r.ConnectionID, r.Channel, r.TrackingNumber,
		strings.Join(items, "; "), string(r.Outcome), r.Reason, string(r.Status), strings.Join(labels, "; "),
		r.Courier, r.ShippingMode, strings.Join(r.Order().InWarehouses(), "; "), r.WarehouseName, moment(r.Deadline), moment(r.SoldAt), lo.Ternary(r.PartlyCancelled, "yes", ""),
	}
}

func (p Printed) String() string {
	text := fmt.Sprintf("%s#%d+%d", p.File, p.First, p.Count)
	if p.Slot > 0 {
		text += fmt.Sprintf("/%d", p.Slot)
	}
	if len(p.Notes) > 0 {
		text += fmt.Sprintf(" (%s)", strings.Join(p.Notes, ", "))
	}
	return text
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// text is "2×SKU"; an SKU that could be taken for the end of it is in quotes.
func (i Item) text() string {
	sku := i.SKU
	if strings.ContainsAny(sku, `;"`) {
		sku = `"` + strings.ReplaceAll(sku, `"`, `""`) + `"`
	}
	return fmt.Sprintf("%d×%s", i.Quantity, sku)
}

var itemText = regexp.MustCompile(`^(-?[0-9]+)×("(?:[^"]|"")*"|[^;]*)(?:; |$)`)

// ParseItems reads the items of a manifest's row as [Manifest.WriteCSV] writes them, up to the
// first that is none.
func ParseItems(text string) []Item {
	var items []Item
	for text != "" {
		found := itemText.FindStringSubmatch(text)
		if found == nil {
			break
		}
		quantity, _ := strconv.Atoi(found[1]) // too long for a number: 0
		sku := found[2]
		if len(sku) > 1 && sku[0] == '"' {
			sku = strings.ReplaceAll(sku[1:len(sku)-1], `""`, `"`)
		}
		items = append(items, Item{SKU: sku, Quantity: quantity})
		text = text[len(found[0]):]
	}
	return items
}

const (
	// formulas are what a formula begins with; spreadsheets take the wide forms for the plain ones.
	formulas = "=+-@＝＋－＠"
	// separators are what a spreadsheet may split a line at, whatever stands in quotes.
	separators = ",;|\t\r\n"
)

// guardCell puts an apostrophe before everything in a cell that a spreadsheet could take for a
// formula: at its beginning and behind each separator.
func guardCell(cell string) string {
	return eachPart(cell, func(part, rest string, first bool) string {
		if first && strings.HasPrefix(part, "'") || beginsFormula(part, rest) {
			return "'" + part
		}
		return part
	})
}

// CellText is what stood in a cell before [Manifest.WriteCSV], or a spreadsheet, marked it as text.
func CellText(cell string) string {
	return eachPart(cell, func(part, rest string, first bool) string {
		if text, marked := strings.CutPrefix(part, "'"); marked && (first || beginsFormula(text, rest)) {
			return text
		}
		return part
	})
}

// eachPart changes what stands between separators, told what follows it and whether it is the first.
func eachPart(cell string, change func(part, rest string, first bool) string) string {
	var changed strings.Builder
	for first := true; ; first = false {
		end := strings.IndexAny(cell, separators)
		if end < 0 {
			changed.WriteString(change(cell, "", first))
			return changed.String()
		}
		changed.WriteString(change(cell[:end], cell[end:], first))
		changed.WriteByte(cell[end])
		cell = cell[end+1:]
	}
}

// beginsFormula looks past spaces and quotes, which a spreadsheet may drop, as it drops a part
// of them alone before a tab or the end of a line.
func beginsFormula(part, rest string) bool {
	part = strings.TrimLeftFunc(part, func(r rune) bool {
		return r == '"' || r == '\'' || r == '\ufeff' || r == '\u200b' || unicode.IsSpace(r)
	})
	if part == "" {
		return strings.HasPrefix(rest, "\t") || strings.HasPrefix(rest, "\r")
	}
	return strings.IndexAny(part, formulas) == 0
}
