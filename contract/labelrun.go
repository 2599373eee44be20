package contract

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// OrderReference names an order as a caller knows it: delivery order id or
// code, checkout id or code, the marketplace's order number, or PackageId.
type OrderReference struct {
	Order string `json:"order"`
	// Connection limits the search to one marketplace connection; may be empty.
	Connection string `json:"connection,omitempty"`
}

// LabelRunInput is a request for labels. The run's key is not in it: it is
// the last part of the workflow id (RunID), because a Schedule appends its time there.
type LabelRunInput struct {
	// Merchant is the hub's id of the merchant.
	Merchant string `json:"merchant"`
	// Connections limits the run to these marketplace connections; empty means all.
	Connections []string `json:"connections,omitempty"`
	// Orders limits the run to these orders, at most 100; more go into an object, OrdersKey.
	Orders []OrderReference `json:"orders,omitempty"`
	// OrdersKey is the key of an object with a JSON array of order references.
	OrdersKey string `json:"orders_key,omitempty"`
	// Warehouse limits the run to the delivery orders of this warehouse id.
	Warehouse string `json:"warehouse,omitempty"`
	// Since is how far back an order may have been made ("168h"); default 7 days.
	Since Duration `json:"since,omitempty"`
	// Within is how long the run waits before it publishes what is there; default 2 hours.
	Within Duration `json:"within,omitempty"`
	// Max refuses a run that finds more orders; default 2,000; negative means no limit.
	Max int `json:"max,omitempty"`
	// IncludePrinted also takes the orders that the hub lists as printed.
	IncludePrinted bool `json:"include_printed,omitempty"`
	// NotVerified asks for the labels of named orders also where their sale is not verified: a person knows better.
	NotVerified bool `json:"not_verified,omitempty"`
	// Reprint takes in again what an earlier run published.
	Reprint bool `json:"reprint,omitempty"`
	// Format is the preferred format of the printed label: "zpl" (default) or "pdf".
	Format string `json:"format,omitempty"`
	// Printing is how the labels are sorted, laid out and accompanied.
	Printing
	// MakeOnly has the labels made and stored, and prints nothing: the next run joins them.
	MakeOnly bool `json:"make_only,omitempty"`
	// Plan says what would be sent and asked, and does nothing.
	Plan bool `json:"plan,omitempty"`
	// Settings override the worker's; zero means the worker's value.
	Settings Settings `json:"settings,omitzero"`
}

// RetryRequest asks an open run to try its failed orders again.
type RetryRequest struct {
	// Connection limits the retry to one connection; empty means all that are done with failures.
	Connection string `json:"connection,omitempty"`
}

// RetryAnswer says which connections will be tried again.
type RetryAnswer struct {
	Connections []string `json:"connections"`
}

// What a request that leaves a field open means.
const (
	// DefaultSince is how far back an order may have been made.
	DefaultSince = 7 * 24 * time.Hour
	// DefaultWithin is how long a run waits before it publishes what is there.
	DefaultWithin = 2 * time.Hour
	// DefaultMax is how many orders a run takes up without being told otherwise.
	DefaultMax = 2000
	// DefaultFormat is the preferred format of a printed label.
	DefaultFormat = "zpl"
)

// OrdersInInput is how many orders a run's input may name itself.
const OrdersInInput = 100

// Check names everything that is wrong with the request.
func (in LabelRunInput) Check(merchant string) error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if in.Merchant != "" && in.Merchant != merchant {
		add("merchant is %q in the input and %q in the workflow id", in.Merchant, merchant)
	}
	if in.Format != "" && in.Format != "zpl" && in.Format != "pdf" {
		add("format is %q; it is zpl or pdf", in.Format)
	}
	if len(in.Orders) > OrdersInInput {
		add("%d orders are named; more than %d go into an object (orders_key)", len(in.Orders), OrdersInInput)
	}
	if len(in.Orders) > 0 && in.OrdersKey != "" {
		add("orders and orders_key are both given; give one")
	}
	if in.NotVerified && !in.NamesOrders() {
		add("not_verified is for orders that are named: give orders or orders_key")
	}
	for i, o := range in.Orders {
		if o.Order == "" || len(o.Order) > 128 {
			add("orders[%d].order is empty or longer than 128 characters", i)
		}
	}
	if err := in.Printing.Check(); err != nil {
		wrong = append(wrong, err)
	}
	if in.Since < 0 || in.Within < 0 {
		add("since and within are not negative")
	}
	return errors.Join(wrong...)
}

// WithDefaults is the request with what it leaves open filled in.
func (in LabelRunInput) WithDefaults() LabelRunInput {
	in.Since = cmp.Or(in.Since, Duration(DefaultSince))
	in.Within = cmp.Or(in.Within, Duration(DefaultWithin))
	in.Max = cmp.Or(in.Max, DefaultMax)
	in.Format = cmp.Or(in.Format, DefaultFormat)
	in.Printing = in.Printing.Canonical()
	return in
}

// NamesOrders says whether the request is for certain orders.
func (in LabelRunInput) NamesOrders() bool { return len(in.Orders) > 0 || in.OrdersKey != "" }
