package books

// Page is what one step leaves behind about its orders (50 or so). Pages are
// objects in the store; workflows hold their names and counts only.
type Page struct {
	// Ready orders can be asked for a label now.
	Ready []Order `json:"ready,omitempty"`
	// Pending orders wait for a read or for a status to reach its channel.
	Pending []Order `json:"pending,omitempty"`
	// Ended orders have their outcome (or, after the label, their status).
	Ended []Entry `json:"ended,omitempty"`
	// LeftOut orders were seen and not taken up: older than the window, or of another warehouse.
	LeftOut []LeftOut `json:"left_out,omitempty"`
	// Gone are the ids of orders that were listed and turned out not to wait, so they are not taken up.
	Gone []string `json:"gone,omitempty"`
	// Strangers counts the orders that were listed here and are of other connections.
	Strangers int `json:"strangers,omitempty"`
	// Shared are the lists that the hub gives for several connections alike: their entries are not here.
	Shared []HubList `json:"shared,omitempty"`
	// Raw are the keys of the hub's results, as they came.
	Raw []string `json:"raw,omitempty"`
	// Kept are files in those results that could be given to no order.
	Kept []KeptFile `json:"kept,omitempty"`
	// Note is what the step that left the page had to do without.
	Note string `json:"note,omitempty"`
}

// HubList is one of the hub's lists that is asked for connection by connection.
type HubList string

// The lists of which we assume that they heed their connection filter.
const (
	LabelList HubList = "labels"
	SaleList  HubList = "sales"
)

// KeptFile is a file that could be given to no order: it is kept in the result
// under Key, and never printed.
type KeptFile struct {
	Key          string `json:"key"`
	ConnectionID string `json:"connection_id"`
	Reason       string `json:"reason"`
}

// Entry is an order that ended. An empty Outcome changes the status alone.
type Entry struct {
	Order   Order         `json:"order"`
	Outcome Outcome       `json:"outcome,omitempty"`
	Reason  string        `json:"reason,omitempty"`
	Status  ChannelStatus `json:"status,omitempty"`
	Labels  []Label       `json:"labels,omitempty"`
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

// Counts is a page in figures.
type Counts struct {
	Ready   int             `json:"ready,omitempty"`
	Pending int             `json:"pending,omitempty"`
	Ended   map[Outcome]int `json:"ended,omitempty"`
	LeftOut int             `json:"left_out,omitempty"`
	// Elsewhere are those left out because they are not of the run's warehouse.
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
			c.Ended = map[Outcome]int{}
		}
		c.Ended[e.Outcome]++
	}
	return c
}

// End adds an order that ended.
func (p *Page) End(order Order, outcome Outcome, reason string) {
	p.Ended = append(p.Ended, Entry{Order: order, Outcome: outcome, Reason: Reason(reason), Status: order.Status})
}

// All returns every order that the page speaks of.
func (p Page) All() []Order {
	all := append(append([]Order{}, p.Ready...), p.Pending...)
	for _, e := range p.Ended {
		all = append(all, e.Order)
	}
	return all
}

// CountLeftOut counts the orders that are older than the window, and those that are of another warehouse.
func CountLeftOut(all []LeftOut) (older, elsewhere int) {
	for _, l := range all {
		if l.Reason == "" {
			older++
		} else {
			elsewhere++
		}
	}
	return older, elsewhere
}
