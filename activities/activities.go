// Package activities holds what the steps of despacho's workflows share: a connection's [Scope] and
// the pages of its run, the types of errors, heartbeats, shares, limits and routes. The steps
// themselves are in the packages below; begin with orders.Orders.FindOrders.
//
// A step handles up to 50 orders. It may run twice, so it must leave its orders in an object that is
// put once (books.Page), and answer with figures only.
package activities

import (
	"github.com/despacho/despacho/multivende"
)

// Hubs returns the hub's client for a merchant's account.
type Hubs interface {
	// Hub returns the client, or an error that says why nothing can be done for this merchant.
	Hub(merchant string) (*multivende.Client, error)
}
