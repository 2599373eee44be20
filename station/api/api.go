// Package api is what the packers' page and the station say to each other: JSON over the routes of
// [Routes]. Begin with [Today].
//
// It promises that every answer is bounded, and that nothing of a buyer is in it or in an address.
package api

import (
	"time"

	"github.com/despacho/despacho/contract"
)

// Today is what the first view shows, and what each event of GET /api/events holds: a whole snapshot.
type Today struct {
	// Version grows with every change; it is the event's id.
	Version  int64     `json:"version"`
	At       time.Time `json:"at"`
	Site     string    `json:"site"`
	Person   string    `json:"person,omitempty"`
	Runs     []Run     `json:"runs"`
	Printers []Printer `json:"printers"`
	// TakeOut are orders cancelled after printing that nobody has found yet.
	TakeOut []TakeOut `json:"take_out"`
	Trouble string    `json:"trouble,omitempty"`
	// Channels are the names of the channels in view, by the slug that stands in everything else.
	Channels map[string]string `json:"channels"`
}

// Run is a run with its piles. A run in progress has no piles yet.
type Run struct {
	Merchant     string            `json:"merchant"`
	MerchantName string            `json:"merchant_name,omitempty"`
	Run          string            `json:"run"`
	State        contract.RunState `json:"state"`
	StartedAt    time.Time         `json:"started_at,omitzero"`
	Requested    int               `json:"requested"`
	// Labelled are the labels in its files.
	Labelled int     `json:"labelled"`
	Printed  int     `json:"printed"`
	Doubts   int     `json:"doubts"`
	Held     int     `json:"held"`
	Piles    []Pile  `json:"piles"`
	Missing  []Count `json:"missing"`
	TakeOut  int     `json:"take_out"`
}

// Pile is a part of a run's labels that goes together: a channel's with a courier.
type Pile struct {
	// ID names the pile within its run, for [Select].
	ID       string    `json:"id"`
	Channel  string    `json:"channel"`
	Shop     string    `json:"shop,omitempty"`
	Courier  string    `json:"courier,omitempty"`
	Deadline time.Time `json:"deadline,omitzero"`
	// First and Last are positions in the run's pile.
	First   int `json:"first"`
	Last    int `json:"last"`
	Labels  int `json:"labels"`
	Printed int `json:"printed"`
	Doubts  int `json:"doubts"`
}

// Count is how many orders have no label, and why, in the reader's language.
type Count struct {
	Outcome contract.Outcome `json:"outcome"`
	Words   string           `json:"words"`
	Orders  int              `json:"orders"`
}

// Printer is a printer of the site with its queue.
type Printer struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Stock string `json:"stock"`
	DPI   int    `json:"dpi,omitempty"`
	// Condition is a printing.Condition; Do says what to do at the printer. Warning lets it print on.
	Condition string `json:"condition,omitempty"`
	Do        string `json:"do,omitempty"`
	Warning   bool   `json:"warning,omitempty"`
	Said      string `json:"said,omitempty"`
	Paused    bool   `json:"paused,omitempty"`
	Jobs      []Job  `json:"jobs"`
	// Doubts are labels of which nobody knows whether they came out.
	Doubts []Label `json:"doubts"`
}

// Job is a job in a printer's queue.
type Job struct {
	Job      string    `json:"job"`
	Merchant string    `json:"merchant"`
	Run      string    `json:"run,omitempty"`
	Person   string    `json:"person"`
	At       time.Time `json:"at"`
	Total    int       `json:"total"`
	Sent     int       `json:"sent"`
	Out      int       `json:"out"`
	Held     int       `json:"held,omitempty"`
	Doubts   int       `json:"doubts,omitempty"`
	// Now is the label that comes out now.
	Now string `json:"now,omitempty"`
}

// Label is a label with its order, for lists and for a scan.
type Label struct {
	Merchant string `json:"merchant"`
	Run      string `json:"run"`
	Position int    `json:"position"`
	Order    string `json:"delivery_order_id"`
	Code     string `json:"delivery_order_code,omitempty"`
	Number   string `json:"order_number"`
	Tracking string `json:"tracking_number,omitempty"`
	// Label is its place among its order's labels, from 1, Labels how many there are.
	Label           int                 `json:"label"`
	Labels          int                 `json:"labels"`
	Channel         string              `json:"channel"`
	Shop            string              `json:"shop,omitempty"`
	Courier         string              `json:"courier,omitempty"`
	Warehouse       string              `json:"warehouse,omitempty"`
	Deadline        time.Time           `json:"deadline,omitzero"`
	Items           []contract.Item     `json:"items"`
	Format          string              `json:"format"`
	State           contract.PrintState `json:"state,omitempty"`
	Cancelled       bool                `json:"cancelled,omitempty"`
	PartlyCancelled bool                `json:"partly_cancelled,omitempty"`
	Reason          string              `json:"reason,omitempty"`
	// Prints is its history, oldest first.
	Prints []contract.Print `json:"prints,omitempty"`
	Notes  []string         `json:"notes,omitempty"`
}

// Labels is a page of a run's labels, in the order of the pile.
type Labels struct {
	Labels []Label `json:"labels"`
	Total  int     `json:"total"`
	// Next is the position to go on from; 0 at the end.
	Next int `json:"next,omitempty"`
}

// Select chooses labels of a run: all that is given must hold. From and To are positions.
type Select struct {
	Merchant  string              `json:"merchant"`
	Run       string              `json:"run"`
	From      int                 `json:"from,omitempty"`
	To        int                 `json:"to,omitempty"`
	Pile      string              `json:"pile,omitempty"`
	Channel   string              `json:"channel,omitempty"`
	Courier   string              `json:"courier,omitempty"`
	Warehouse string              `json:"warehouse,omitempty"`
	BinFrom   string              `json:"bin_from,omitempty"`
	BinTo     string              `json:"bin_to,omitempty"`
	Labels    []contract.LabelRef `json:"labels,omitempty"`
}

// PrintIn asks for labels that were never printed, or with Again for labels once more. ID is unique to the
// station: sent again, it does nothing twice.
type PrintIn struct {
	ID      string               `json:"id"`
	Printer string               `json:"printer"`
	Select  Select               `json:"select"`
	Again   contract.AgainReason `json:"again,omitempty"`
	Text    string               `json:"text,omitempty"`
}

// PrintOut is what became of it.
type PrintOut struct {
	Job    string `json:"job"`
	Labels int    `json:"labels"`
	Ahead  int    `json:"ahead"`
	// Printed were left out because they are on paper or in a queue; Cancelled because they were cancelled.
	Printed   int `json:"printed,omitempty"`
	Cancelled int `json:"cancelled,omitempty"`
}

// ScanMode is what a scan is for.
type ScanMode string

// The modes: look shows, print prints orders of a single item at once, verify wants every item first.
const (
	ScanLook   ScanMode = "look"
	ScanPrint  ScanMode = "print"
	ScanVerify ScanMode = "verify"
)

// ScanIn is a scan. ID is unique to the station; a scan that waited in the page says so with Queued and
// never prints.
type ScanIn struct {
	ID       string    `json:"id"`
	Text     string    `json:"text"`
	Mode     ScanMode  `json:"mode"`
	At       time.Time `json:"at"`
	Queued   bool      `json:"queued,omitempty"`
	Merchant string    `json:"merchant,omitempty"`
	Run      string    `json:"run,omitempty"`
	Printer  string    `json:"printer,omitempty"`
	// Open is the order that the table has before it, where there is one.
	Open *contract.LabelRef `json:"open,omitempty"`
}

// ScanKind says what a scan found.
type ScanKind string

// What a scan finds.
const (
	ScanOrder     ScanKind = "order"
	ScanItem      ScanKind = "item"
	ScanWrongItem ScanKind = "wrong_item"
	ScanComplete  ScanKind = "complete"
	ScanAlarm     ScanKind = "alarm"
	ScanSeveral   ScanKind = "several"
	ScanUnknown   ScanKind = "unknown"
)

// ScanOut answers a scan, once it is durable.
type ScanOut struct {
	ID    string   `json:"id"`
	Kind  ScanKind `json:"kind"`
	Label *Label   `json:"label,omitempty"`
	// Several are what the scan may mean, at most 20.
	Several []Label `json:"several,omitempty"`
	// Checked are the items scanned so far, as many as the order's items.
	Checked []int `json:"checked,omitempty"`
	// Job is set when the scan printed.
	Job   string `json:"job,omitempty"`
	Words string `json:"words"`
}

// TakeOut is an order cancelled after printing.
type TakeOut struct {
	Merchant string    `json:"merchant"`
	Order    string    `json:"delivery_order_id"`
	Number   string    `json:"order_number"`
	Run      string    `json:"run,omitempty"`
	Position int       `json:"position,omitempty"`
	Channel  string    `json:"channel,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	// FoundBy is who found the parcel, FoundAt when.
	FoundBy string    `json:"found_by,omitempty"`
	FoundAt time.Time `json:"found_at,omitzero"`
}

// FoundIn says that somebody has the parcel of a cancelled order in hand.
type FoundIn struct {
	ID       string `json:"id"`
	Merchant string `json:"merchant"`
	Order    string `json:"delivery_order_id"`
}

// RunFile is a file of a run: a joined file, a list, or a marketplace's control file. It is fetched at
// GET /api/files/{merchant}/{run}/{n}.
type RunFile struct {
	N      int    `json:"n"`
	Name   string `json:"name"`
	Format string `json:"format"`
	Bytes  int64  `json:"bytes"`
	// Labels are the orders whose labels it holds, Pages its pages; 0 where nobody counts them.
	Labels int `json:"labels,omitempty"`
	Pages  int `json:"pages,omitempty"`
}

// HandOver is a hand-over sheet (hoja de entrega) of a courier, open or closed.
type HandOver struct {
	ID       string    `json:"id"`
	Merchant string    `json:"merchant"`
	Courier  string    `json:"courier"`
	Channel  string    `json:"channel,omitempty"`
	Parcels  int       `json:"parcels"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
	ClosedBy string    `json:"closed_by,omitempty"`
	// Controls are the marketplace's control files that go with it.
	Controls []string `json:"controls,omitempty"`
}

// CloseIn closes a courier's hand-over sheet: what is printed later goes on the next.
type CloseIn struct {
	ID       string `json:"id"`
	Merchant string `json:"merchant"`
	Courier  string `json:"courier"`
}

// ControlIn pauses a printer, lets it go on, or stops a job.
type ControlIn struct {
	ID string `json:"id"`
	contract.PrinterControl
}

// Failure is every answer that is not 2xx: Words are for the packer.
type Failure struct {
	Code  string `json:"code"`
	Words string `json:"words"`
}

// PairIn brings a pairing code, as it was typed or stood in the link.
type PairIn struct {
	Code string `json:"code"`
}

// PairOut is the name of the device that is now paired; its cookie comes with it.
type PairOut struct {
	Device string `json:"device"`
}

// People are those who can be chosen at a device, and who works at it now.
type People struct {
	Device string         `json:"device"`
	Person string         `json:"person,omitempty"`
	People []PersonChoice `json:"people"`
}

// PersonChoice is somebody who can be chosen; with PIN they are asked for one.
type PersonChoice struct {
	Name string `json:"name"`
	PIN  bool   `json:"pin,omitempty"`
}

// PersonIn says who works at the device from now on: a name or what a badge says, and the PIN of who has one.
type PersonIn struct {
	Name  string `json:"name,omitempty"`
	Badge string `json:"badge,omitempty"`
	PIN   string `json:"pin,omitempty"`
}
