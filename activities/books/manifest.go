package books

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Manifest is the account of a run: a row for every order that it took up,
// printed ones first, in the order of the pile.
type Manifest struct {
	Run      string    `json:"run"`
	Merchant string    `json:"merchant"`
	Sort     string    `json:"sort"`
	Rows     []Row     `json:"rows"`
	LeftOut  []LeftOut `json:"left_out,omitempty"`
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
}

// Printed is a label of a row: the single file, and where it stands in a joined one.
type Printed struct {
	Key    string `json:"key"`
	Format string `json:"format"`
	SHA256 string `json:"sha256"`
	// File is the joined file's key; empty for a label that is not printed.
	File string `json:"file"`
	// First is its first page or ZPL unit in File, from 1; Count how many.
	First int `json:"first"`
	Count int `json:"count"`
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
}

// WriteCSV writes the rows as comma-separated values with a header. Items
// read "2×SKU; 1×SKU", labels "file#first+count; …". Cells that a spreadsheet
// would take for a formula start with an apostrophe.
func (m Manifest) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(manifestHeader); err != nil {
		return err
	}
	for _, r := range m.Rows {
		position := ""
		if r.Position != nil {
			position = strconv.Itoa(*r.Position)
		}
		items := make([]string, len(r.Items))
		for i, item := range r.Items {
			items[i] = fmt.Sprintf("%d×%s", item.Quantity, item.SKU)
		}
		labels := make([]string, len(r.Labels))
		for i, l := range r.Labels {
			labels[i] = fmt.Sprintf("%s#%d+%d", l.File, l.First, l.Count)
		}
		record := []string{
			position, r.ID, r.Code, r.OrderNumber, r.ConnectionID, r.Channel, r.TrackingNumber,
			strings.Join(items, "; "), string(r.Outcome), r.Reason, string(r.Status), strings.Join(labels, "; "),
		}
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

func plainCell(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
