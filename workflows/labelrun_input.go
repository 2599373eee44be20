package workflows

import (
	"errors"
	"fmt"

	"github.com/despacho/despacho/activities"
)

// ordersInInput is how many orders a run's input may name itself.
const ordersInInput = 100

// check names everything that is wrong with the request.
func (in LabelRunInput) check(merchant string) error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if in.Merchant != "" && in.Merchant != merchant {
		add("merchant is %q in the input and %q in the workflow id", in.Merchant, merchant)
	}
	if in.Format != "" && in.Format != "zpl" && in.Format != "pdf" {
		add("format is %q; it is zpl or pdf", in.Format)
	}
	if len(in.Orders) > ordersInInput {
		add("%d orders are named; more than %d go into an object (orders_key)", len(in.Orders), ordersInInput)
	}
	if len(in.Orders) > 0 && in.OrdersKey != "" {
		add("orders and orders_key are both given; give one")
	}
	if in.NotVerified && !in.named() {
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

func (in LabelRunInput) withDefaults() LabelRunInput {
	if in.Since == 0 {
		in.Since = activities.Duration(defaultSince)
	}
	if in.Within == 0 {
		in.Within = activities.Duration(defaultWithin)
	}
	if in.Max == 0 {
		in.Max = DefaultMax
	}
	if in.Format == "" {
		in.Format = "zpl"
	}
	in.Printing = in.Printing.Canonical()
	return in
}

func (in LabelRunInput) named() bool { return len(in.Orders) > 0 || in.OrdersKey != "" }
