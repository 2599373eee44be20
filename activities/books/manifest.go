package books

import (
	"cmp"
	"slices"
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
	// Controls are the marketplaces' control files, which are handed to their drivers.
	Controls []ControlFile `json:"controls,omitempty"`
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
		Outcome: e.Outcome, Reason: cmp.Or(e.Reason, e.Order.Remark), Status: lo.CoalesceOrEmpty(e.Status, StatusNone), Labels: []Printed{},
		Courier: e.Order.Courier, ShippingMode: e.Order.ShippingMode, WarehouseID: e.Order.WarehouseID, WarehouseName: e.Order.WarehouseName,
		Warehouses: lo.Ternary(e.Order.InSeveralWarehouses(), e.Order.Warehouses, nil),
		Deadline:   lo.EmptyableToPtr(e.Order.HandlingDeadline), SoldAt: lo.EmptyableToPtr(e.Order.SoldAt),
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

// Reasons counts why orders have no label in this run, and what somebody should know of those
// that have one, the most frequent first, at most so many.
func (m Manifest) Reasons(most int) []ReasonCount {
	type why struct {
		outcome Outcome
		reason  string
	}
	var counts []ReasonCount
	places := map[why]int{}
	for _, r := range m.Rows {
		if r.Outcome == Labelled && r.Reason == "" || r.Outcome == AlreadyPrinted {
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
