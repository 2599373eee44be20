package contract

import (
	"slices"
	"time"
)

// Manifest is the account of a run: a row for every order that it took up,
// printed ones first, in the order of the pile.
type Manifest struct {
	Run      string `json:"run"`
	Merchant string `json:"merchant"`
	// Sort is the order of the pile, as ParseSort reads it.
	Sort string `json:"sort"`
	// Group is by what the pile was split into files; empty when it was not.
	Group   GroupBy       `json:"group,omitempty"`
	Rows    []ManifestRow `json:"rows"`
	LeftOut []LeftOut     `json:"left_out,omitempty"`
	// Controls are the marketplaces' control files, which are handed to their drivers.
	Controls []ControlFile `json:"controls,omitempty"`
	// Notes are what people should know of the run besides.
	Notes []string `json:"notes,omitempty"`
	// Kept are files from the hub that could be given to no order.
	Kept []KeptFile `json:"kept,omitempty"`
}

// ManifestRow is one order of a manifest.
type ManifestRow struct {
	// Position is the place in the pile, from 1; nil when not printed.
	Position       *int    `json:"position"`
	ID             string  `json:"delivery_order_id"`
	Code           string  `json:"delivery_order_code"`
	OrderNumber    string  `json:"order_number"`
	ConnectionID   string  `json:"connection_id"`
	ConnectionName string  `json:"connection_name,omitempty"`
	Channel        string  `json:"channel"`
	TrackingNumber string  `json:"tracking_number"`
	Items          []Item  `json:"items"`
	Outcome        Outcome `json:"outcome"`
	Reason
	Status StatusOutcome  `json:"status"`
	Labels []PrintedLabel `json:"labels"`

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

// ToPrint are the labels of a row that stand in a joined file; they come first. The rest are spares, the
// same parcel's label in another format or once more: they are never printed.
func (r ManifestRow) ToPrint() []PrintedLabel {
	spares := slices.IndexFunc(r.Labels, func(l PrintedLabel) bool { return l.File == "" })
	if spares < 0 {
		return r.Labels
	}
	return r.Labels[:spares]
}

// PrintedLabel is a label of a row: the single file, and where it stands in a joined one.
type PrintedLabel struct {
	// Key is the object that holds the single file. Where it holds several, From is where this one begins, and Bytes how
	// long it is.
	Key    string `json:"key"`
	From   int64  `json:"from,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
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
	// Notes are what was changed on it: mended, left out, cut, turned, shrunk.
	Notes []string `json:"notes,omitempty"`
	// NarrowBars warns that it was shrunk until bars may be narrower than 0.25 mm: scan it before it is used.
	NarrowBars bool `json:"narrow_bars,omitempty"`
	LabelPrints
}

// LabelPrints is what printers have done with a label so far, for whichever run. Printing comes after
// publishing, so a stored manifest has none of it; who reads a manifest for people fills it in.
type LabelPrints struct {
	// PrintState is the state of the print that counts ([PrintRecord.Current]); empty when nobody printed it.
	PrintState PrintState `json:"print_state,omitempty"`
	// PrintedAt is when the newest print that came out was sent, PrintedOn its printer, PrintSite the printer's site.
	PrintedAt time.Time `json:"printed_at,omitzero"`
	PrintedOn string    `json:"printed_on,omitempty"`
	PrintSite string    `json:"print_site,omitempty"`
	// Prints is how often it came out.
	Prints int `json:"prints,omitempty"`
}

// Item is a product of an order and how many of it. The SKU is empty where the hub names none; Name
// is the product's, at most 200 characters.
type Item struct {
	SKU      string `json:"sku"`
	Name     string `json:"name,omitempty"`
	Quantity int    `json:"quantity"`
}

// KeptFile is a file that could be given to no order: it is kept in the result
// under Key, and never printed.
type KeptFile struct {
	Key          string `json:"key"`
	ConnectionID string `json:"connection_id"`
	Reason
}

// LeftOut names an order that the run does not take up, and why.
type LeftOut struct {
	ID        string        `json:"delivery_order_id"`
	Code      string        `json:"delivery_order_code,omitempty"`
	CreatedAt string        `json:"created_at,omitempty"`
	Reason    LeftOutReason `json:"reason,omitempty"`
	// Warehouses are the order's, where the run is for another.
	Warehouses []string `json:"warehouses,omitempty"`
}

// LeftOutReason says why an order is not taken up.
type LeftOutReason string

// The reasons; without one it is older than the run's window.
const (
	OtherWarehouse LeftOutReason = "other_warehouse"
	NoWarehouse    LeftOutReason = "no_warehouse"
)
