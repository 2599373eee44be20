package books

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"
)

// Manifest is the account of a run: a row for every order that it took up,
// printed ones first, in the order of the pile.
type Manifest struct {
	Run      string `json:"run"`
	Merchant string `json:"merchant"`
	// Sort is the order of the pile, as ParseSort reads it.
	Sort string `json:"sort"`
	// Group is by what the pile was split into files; empty when it was not.
	Group   GroupBy   `json:"group,omitempty"`
	Rows    []Row     `json:"rows"`
	LeftOut []LeftOut `json:"left_out,omitempty"`
	// Notes are what people should know of the run besides.
	Notes []string `json:"notes,omitempty"`
	// Kept are files from the hub that could be given to no order.
	Kept []KeptFile `json:"kept,omitempty"`
}

// Row is one order of a manifest.
type Row struct {
	// Position is the place in the pile, from 1; nil when not printed.
	Position       *int          `json:"position"`
	ID             string        `json:"delivery_order_id"`
	Code           string        `json:"delivery_order_code"`
	OrderNumber    string        `json:"order_number"`
	ConnectionID   string        `json:"connection_id"`
	Channel        string        `json:"channel"`
	TrackingNumber string        `json:"tracking_number"`
	Items          []Item        `json:"items"`
	Outcome        Outcome       `json:"outcome"`
	Reason         string        `json:"reason"`
	Status         ChannelStatus `json:"status"`
	Labels         []Printed     `json:"labels"`

	// What the pile may be sorted and grouped by, besides.
	Courier       string     `json:"courier,omitempty"`
	ShippingMode  string     `json:"shipping_mode,omitempty"`
	WarehouseID   string     `json:"warehouse_id,omitempty"`
	WarehouseName string     `json:"warehouse_name,omitempty"`
	Warehouses    []string   `json:"warehouses,omitempty"`
	Deadline      *time.Time `json:"deadline,omitempty"`
	SoldAt        *time.Time `json:"sold_at,omitempty"`

	// PartlyCancelled: the channel has cancelled some of its items, so look before it is packed.
	PartlyCancelled bool `json:"partly_cancelled,omitempty"`
}

// RowOf is the row of an entry that is not printed.
func RowOf(e Entry) Row {
	return Row{
		ID: e.Order.ID, Code: e.Order.Code, OrderNumber: e.Order.OrderNumber, ConnectionID: e.Order.ConnectionID,
		Channel: e.Order.Channel, TrackingNumber: e.Order.TrackingNumber, Items: lo.CoalesceSliceOrEmpty(e.Order.Items),
		Outcome: e.Outcome, Reason: e.Reason, Status: lo.CoalesceOrEmpty(e.Status, StatusNone), Labels: []Printed{},
		Courier: e.Order.Courier, ShippingMode: e.Order.ShippingMode, WarehouseID: e.Order.WarehouseID, WarehouseName: e.Order.WarehouseName, Warehouses: lo.Ternary(e.Order.InSeveralWarehouses(), e.Order.Warehouses, nil),
		Deadline: lo.EmptyableToPtr(e.Order.HandlingDeadline), SoldAt: lo.EmptyableToPtr(e.Order.SoldAt),
		PartlyCancelled: e.Order.PartlyCancelled,
	}
}

// Order is the order of the row, as far as the manifest tells it.
func (r Row) Order() Order {
	return Order{
		ID: r.ID, Code: r.Code, OrderNumber: r.OrderNumber, ConnectionID: r.ConnectionID, Channel: r.Channel,
		TrackingNumber: r.TrackingNumber, Items: r.Items, Courier: r.Courier, ShippingMode: r.ShippingMode,
		WarehouseID: r.WarehouseID, WarehouseName: r.WarehouseName, Warehouses: r.Warehouses, HandlingDeadline: lo.FromPtr(r.Deadline), SoldAt: lo.FromPtr(r.SoldAt),
		PartlyCancelled: r.PartlyCancelled,
	}
}

// Printed is a label of a row: the single file, and where it stands in a joined one.
type Printed struct {
	Key    string `json:"key"`
	Format string `json:"format"`
	SHA256 string `json:"sha256"`
	// File is the joined file's key; empty for a label that is not printed.
	File string `json:"file"`
	// First is its first page or ZPL unit in File, from 1, separators counted;
	// Count how many.
	First int `json:"first"`
	Count int `json:"count"`
	// Slot is its place on a sheet with several labels, from 1; else 0.
	Slot int `json:"slot,omitempty"`
	// Notes are what was changed on it: mended, left out, turned, shrunk.
	Notes []string `json:"notes,omitempty"`
}

// ReasonCount is why some orders have no label, and one of them.
type ReasonCount struct {
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason"`
	Count   int     `json:"count"`
	Example string  `json:"example"`
}

// Reasons counts why orders have no label in this run, the most frequent
// first, at most so many.
func (m Manifest) Reasons(most int) []ReasonCount {
	type why struct {
		outcome Outcome
		reason  string
	}
	var counts []ReasonCount
	places := map[why]int{}
	for _, r := range m.Rows {
		if r.Outcome == Labelled || r.Outcome == AlreadyPrinted {
			continue
		}
		key := why{r.Outcome, r.Reason}
		place, known := places[key]
		if !known {
			place = len(counts)
			places[key] = place
			counts = append(counts, ReasonCount{Outcome: r.Outcome, Reason: r.Reason, Example: cmp.Or(r.OrderNumber, r.Code, r.ID)})
		}
		counts[place].Count++
	}
	slices.SortStableFunc(counts, func(a, b ReasonCount) int { return cmp.Compare(b.Count, a.Count) })
	return counts[:min(len(counts), most)]
}

var manifestHeader = []string{
	"position", "delivery_order_id", "delivery_order_code", "order_number", "connection_id", "channel",
	"tracking_number", "items", "outcome", "reason", "status", "labels",
	"courier", "shipping_mode", "warehouse_id", "warehouse_name", "deadline", "sold_at", "partly_cancelled", "sort",
}

// WriteCSV writes the rows as comma-separated values with a header. Items
// read "2×SKU; 1×SKU", labels "file#first+count; …", on sheets with "/slot", and
// what was changed on them in parentheses. The order of the pile stands in the
// rows that are in it. Cells that a spreadsheet would take
// for a formula start with an apostrophe.
func (m Manifest) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(manifestHeader); err != nil {
		return err
	}
	for _, r := range m.Rows {
		record := append(r.cells(), lo.Ternary(r.Position == nil, "", m.Sort))
		for i, cell := range record {
			record[i] = plainCell(cell)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (r Row) cells() []string {
	position := ""
	if r.Position != nil {
		position = strconv.Itoa(*r.Position)
	}
	items := lo.Map(r.Items, func(i Item, _ int) string { return fmt.Sprintf("%d×%s", i.Quantity, i.SKU) })
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
	return t.UTC().Format(time.RFC3339)
}

func plainCell(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
