// Package manifestcsv writes manifests as CSV, and lines of CSV that no spreadsheet takes for formulas. Begin with
// [Write]; [WriteRecord] writes any other table in the same way, and [CellText] reads its cells.
package manifestcsv

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

var manifestHeader = []string{
	"position", "delivery_order_id", "delivery_order_code", "order_number", "connection_id", "connection_name", "channel",
	"tracking_number", "items", "outcome", "reason", "status", "labels",
	"courier", "shipping_mode", "warehouse_id", "warehouse_name", "deadline", "sold_at", "partly_cancelled", "sort", "reason_code",
	"print_state", "printed_at", "printed_on", "print_site", "prints",
}

// Write writes the rows of a manifest as CSV with a header, every cell in quotes. Items read
// "2×SKU "name"; 1×SKU"; labels read "file#first+count; …", with "/slot" on sheets, and what was changed on
// them in parentheses. The sort column is filled in rows of the pile. What was printed is told label by
// label, "out; unknown", and empty in an order of which no label was. Text that a spreadsheet could
// take for a formula gets an apostrophe in front, which [CellText] removes.
func Write(w io.Writer, m contract.Manifest) error {
	if err := WriteRecord(w, manifestHeader); err != nil {
		return err
	}
	for _, r := range m.Rows {
		record := append(cellsOf(r), lo.Ternary(r.Position == nil, "", m.Sort), string(r.Reason.Code))
		if err := WriteRecord(w, append(record, printCells(r.Labels)...)); err != nil {
			return err
		}
	}
	return nil
}

// WriteRecord writes a line of CSV, every cell in quotes and marked as text where a spreadsheet could take
// it for a formula.
func WriteRecord(w io.Writer, cells []string) error {
	_, err := io.WriteString(w, strings.Join(lo.Map(cells, func(cell string, _ int) string { return quoted(guardCell(cell)) }), ",")+"\n")
	return err
}

func cellsOf(r contract.ManifestRow) []string {
	position := ""
	if r.Position != nil {
		position = strconv.Itoa(*r.Position)
	}
	items := lo.Map(r.Items, func(i contract.Item, _ int) string { return itemText(i) })
	labels := lo.Map(r.Labels, func(l contract.PrintedLabel, _ int) string { return labelText(l) })
	return []string{
		position, r.ID, r.Code, r.OrderNumber, r.ConnectionID, r.ConnectionName, r.Channel, r.TrackingNumber,
		strings.Join(items, "; "), string(r.Outcome), r.Reason.Words, string(r.Status), strings.Join(labels, "; "),
		r.Courier, r.ShippingMode, strings.Join(lo.CoalesceSliceOrEmpty(r.Warehouses, lo.Compact([]string{r.WarehouseID})), "; "), r.WarehouseName, moment(r.Deadline), moment(r.SoldAt), lo.Ternary(r.PartlyCancelled, "yes", ""),
	}
}

// printCells tell what was printed of an order's labels.
func printCells(labels []contract.PrintedLabel) []string {
	if lo.EveryBy(labels, func(l contract.PrintedLabel) bool { return l.PrintState == "" }) {
		return make([]string, 5)
	}
	each := func(text func(contract.PrintedLabel) string) string {
		return strings.Join(lo.Map(labels, func(l contract.PrintedLabel, _ int) string { return text(l) }), "; ")
	}
	return []string{
		each(func(l contract.PrintedLabel) string { return string(l.PrintState) }),
		each(func(l contract.PrintedLabel) string { return moment(lo.EmptyableToPtr(l.PrintedAt)) }),
		each(func(l contract.PrintedLabel) string { return l.PrintedOn }),
		each(func(l contract.PrintedLabel) string { return l.PrintSite }),
		each(func(l contract.PrintedLabel) string { return strconv.Itoa(l.Prints) }),
	}
}

func labelText(p contract.PrintedLabel) string {
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

// itemText is "2×SKU", with the name behind it in quotes; an SKU with a semicolon or a quote is in
// quotes, too.
func itemText(i contract.Item) string {
	sku := i.SKU
	if strings.ContainsAny(sku, `;"`) {
		sku = quoted(sku)
	}
	text := fmt.Sprintf("%d×%s", i.Quantity, sku)
	if i.Name != "" {
		text += " " + quoted(i.Name)
	}
	return text
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

var itemPattern = regexp.MustCompile(`^(-?[0-9]+)×("(?:[^"]|"")*"|[^;"]*?)(?: ("(?:[^"]|"")*"))?(?:; |$)`)

// ParseItems reads the items of a row as [Write] writes them, up to the first text that is not an
// item.
func ParseItems(text string) []contract.Item {
	var items []contract.Item
	for text != "" {
		found := itemPattern.FindStringSubmatch(text)
		if found == nil {
			break
		}
		quantity, _ := strconv.Atoi(found[1]) // too long for a number: 0
		items = append(items, contract.Item{SKU: unquoted(found[2]), Name: unquoted(found[3]), Quantity: quantity})
		text = text[len(found[0]):]
	}
	return items
}

func unquoted(text string) string {
	if len(text) > 1 && text[0] == '"' {
		return strings.ReplaceAll(text[1:len(text)-1], `""`, `"`)
	}
	return text
}

const (
	// formulas lists the characters that start a formula; spreadsheets treat the wide forms alike.
	formulas = "=+-@＝＋－＠"
	// separators lists where a spreadsheet may split a line, even within quotes.
	separators = ",;|\t\r\n"
)

// guardCell puts an apostrophe in front of everything in a cell that a spreadsheet could take for a
// formula: at its beginning and behind each separator.
func guardCell(cell string) string {
	return eachPart(cell, func(part, rest string, first bool) string {
		if first && strings.HasPrefix(part, "'") || beginsFormula(part, rest) {
			return "'" + part
		}
		return part
	})
}

// CellText returns what was in a cell before [Write], or a spreadsheet, marked it as text.
func CellText(cell string) string {
	return eachPart(cell, func(part, rest string, first bool) string {
		if text, marked := strings.CutPrefix(part, "'"); marked && (first || beginsFormula(text, rest)) {
			return text
		}
		return part
	})
}

// eachPart changes what is between separators; change is told what follows and whether it is the first
// part.
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

// beginsFormula looks past spaces and quotes, which a spreadsheet may drop, as it drops a part of
// nothing else before a tab or the end of a line.
func beginsFormula(part, rest string) bool {
	part = strings.TrimLeftFunc(part, func(r rune) bool {
		return r == '"' || r == '\'' || r == '\ufeff' || r == '\u200b' || unicode.IsSpace(r)
	})
	if part == "" {
		return strings.HasPrefix(rest, "\t") || strings.HasPrefix(rest, "\r")
	}
	return strings.IndexAny(part, formulas) == 0
}
