package client

import (
	"fmt"
	"strings"
	"time"

	"github.com/despacho/despacho/contract"
)

// summary says in a line what a run is asked for, as Temporal's UI shows it.
func summary(in contract.LabelRunInput) string {
	in = in.Canonical()
	what := "labels of all orders that wait"
	switch {
	case in.OrdersKey != "":
		what = "labels of the orders in a file"
	case len(in.Orders) > 0:
		what = fmt.Sprintf("labels of %d named orders", len(in.Orders))
	}
	parts := []string{what, in.Format, "published within " + time.Duration(in.Within).String()}
	add := func(when bool, words string) {
		if when {
			parts = append(parts, words)
		}
	}
	add(len(in.Connections) > 0, fmt.Sprintf("%d connections", len(in.Connections)))
	add(in.Warehouse != "", "warehouse "+in.Warehouse)
	add(in.IncludePrinted, "printed ones too")
	add(in.Reprint, "reprint")
	add(in.NotVerified, "not-verified")
	add(in.Plan, "a plan: nothing is sent or asked")
	return strings.Join(parts, " · ")
}
