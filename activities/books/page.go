package books

import (
	"time"

	"github.com/despacho/despacho/contract"
)

// Page is what one step leaves about its orders, 50 or so. Pages are objects in the store; workflows
// hold only their names and figures.
type Page struct {
	// Ready orders can have their labels asked for now.
	Ready []Order `json:"ready,omitempty"`
	// Pending orders wait for a read or for a status to reach its channel.
	Pending []Order `json:"pending,omitempty"`
	// ReadAt is the hub's time before the page's orders were read; zero where none were.
	ReadAt time.Time `json:"read_at,omitzero"`
	// Ended orders have their outcome (or, after the label, their status).
	Ended []Entry `json:"ended,omitempty"`
	// LeftOut orders were seen but not taken up: they are older than the window, or of another warehouse.
	LeftOut []contract.LeftOut `json:"left_out,omitempty"`
	// Gone holds the ids of orders that were listed but turned out not to be waiting; they are not taken
	// up.
	Gone []string `json:"gone,omitempty"`
	// Strangers counts the orders listed here that belong to other connections.
	Strangers int `json:"strangers,omitempty"`
	// Shared names the lists that the hub shows for several connections alike; their entries are not on
	// this page.
	Shared []HubList `json:"shared,omitempty"`
	// Raw holds the keys of the hub's results, stored as they came.
	Raw []string `json:"raw,omitempty"`
	// Kept names files of those results that belong to no order.
	Kept []contract.KeptFile `json:"kept,omitempty"`
	// Note is what the step that left the page had to manage without.
	Note contract.Cause `json:"note,omitzero"`
}

// HubList is one of the hub's lists that are read connection by connection.
type HubList string

// The lists that we assume to heed their connection filter.
const (
	LabelList HubList = "labels"
	SaleList  HubList = "sales"
)

// Entry is an order with its outcome. An empty Outcome changes only the status.
type Entry struct {
	Order   Order            `json:"order"`
	Outcome contract.Outcome `json:"outcome,omitempty"`
	contract.Reason
	Status contract.StatusOutcome `json:"status,omitempty"`
	Labels []Label                `json:"labels,omitempty"`
}

// Counts is a page in figures.
type Counts struct {
	Ready   int                      `json:"ready,omitempty"`
	Pending int                      `json:"pending,omitempty"`
	Ended   map[contract.Outcome]int `json:"ended,omitempty"`
	LeftOut int                      `json:"left_out,omitempty"`
	// Elsewhere counts those left out because they are not in the run's warehouse.
	Elsewhere int       `json:"elsewhere,omitempty"`
	Strangers int       `json:"strangers,omitempty"`
	Shared    []HubList `json:"shared,omitempty"`
}

// Counts returns the figures of the page.
func (p Page) Counts() Counts {
	c := Counts{Ready: len(p.Ready), Pending: len(p.Pending), Strangers: p.Strangers, Shared: p.Shared}
	c.LeftOut, c.Elsewhere = CountLeftOut(p.LeftOut)
	for _, e := range p.Ended {
		if e.Outcome == "" {
			continue
		}
		if c.Ended == nil {
			c.Ended = map[contract.Outcome]int{}
		}
		c.Ended[e.Outcome]++
	}
	return c
}

// End adds an order that ended.
func (p *Page) End(order Order, outcome contract.Outcome, reason contract.Reason) {
	p.Ended = append(p.Ended, Entry{Order: order, Outcome: outcome, Reason: reason, Status: order.Status})
}

// All returns every order on the page.
func (p Page) All() []Order {
	all := append(append([]Order{}, p.Ready...), p.Pending...)
	for _, e := range p.Ended {
		all = append(all, e.Order)
	}
	return all
}

// CountLeftOut counts the orders older than the window, and those of another warehouse.
func CountLeftOut(all []contract.LeftOut) (older, elsewhere int) {
	for _, l := range all {
		if l.Reason == "" {
			older++
		} else {
			elsewhere++
		}
	}
	return older, elsewhere
}
