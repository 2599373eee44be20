package orders

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// ResolveOrdersInput names orders as a caller knows them, and the connections
// in which to look for them.
type ResolveOrdersInput struct {
	Merchant       string                    `json:"merchant"`
	Run            string                    `json:"run"`
	Orders         []contract.OrderReference `json:"orders,omitempty"`
	OrdersKey      string                    `json:"orders_key,omitempty"`
	Connections    []activities.Connection   `json:"connections"`
	Since          contract.Duration         `json:"since"`
	IncludePrinted bool                      `json:"include_printed,omitempty"`
	Max            int                       `json:"max"`
}

// ResolvedOrders counts the orders found in each connection. Those that could
// not be found stand on the page "found" of the connection Unresolved.
type ResolvedOrders struct {
	Found      map[string]int `json:"found"`
	Unresolved int            `json:"unresolved"`
	// Brought are the connections without labels of the hub's where a run has published the brought label of an order that
	// was named: they are not skipped.
	Brought []string `json:"brought,omitempty"`
}

// Unresolved stands for the connection of orders that were not found.
const Unresolved = "unresolved"

// ordersLimit bounds the orders that a caller names.
const ordersLimit = 100_000

// referenceLimit bounds the name of an order, in bytes.
const referenceLimit = 128

// ResolveOrders finds the orders that a caller named: by delivery order or
// checkout id at once, by any other number in the lists of available labels
// and then in the sales of the window. It leaves the page "found" of each
// connection. A name that fits several sales is refused, one that fits none is unknown.
func (a *Orders) ResolveOrders(ctx context.Context, in ResolveOrdersInput) (ResolvedOrders, error) {
	pages := map[string]books.Page{}
	key := storage.RunOutcome(in.Merchant, in.Run, "resolved")
	err := a.Store.Get(ctx, key, &pages)
	if errors.Is(err, storage.ErrNotFound) {
		if pages, err = a.search(ctx, in); err == nil {
			// Once for all connections: a later try must not find an order elsewhere.
			_, err = a.Store.PutOnce(ctx, key, &pages)
		}
	}
	if err != nil {
		return ResolvedOrders{}, err
	}
	return a.leaveResolved(ctx, in, pages)
}

// search returns the page "found" of each connection, and that of the names without one.
func (a *Orders) search(ctx context.Context, in ResolveOrdersInput) (map[string]books.Page, error) {
	references, err := a.references(ctx, in)
	if err != nil {
		return nil, err
	}
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return nil, err
	}
	s := &orderSearch{hub: hub, store: a.Store, in: in, read: map[string]bool{}, connections: lo.KeyBy(in.Connections, func(c activities.Connection) string { return c.ID })}
	for _, r := range lo.Uniq(references) {
		s.wanted = append(s.wanted, &wantedOrder{OrderReference: r, found: map[string]books.Order{}})
	}
	if err = s.run(ctx); err == nil {
		err = s.noteBrought(ctx)
	}
	return s.pages(), err
}

func (a *Orders) references(ctx context.Context, in ResolveOrdersInput) ([]contract.OrderReference, error) {
	references := in.Orders
	if in.OrdersKey != "" {
		var err error
		if references, err = a.referencesInStore(ctx, in); err != nil {
			return nil, err
		}
	}
	for i, r := range references {
		if r.Order == "" || len(r.Order) > referenceLimit {
			return nil, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("order %d of the request is empty or longer than %d characters", i+1, referenceLimit))
		}
	}
	return references, nil
}

func (a *Orders) referencesInStore(ctx context.Context, in ResolveOrdersInput) ([]contract.OrderReference, error) {
	if !strings.HasPrefix(in.OrdersKey, storage.RunsPrefix(in.Merchant)) {
		return nil, activities.FinalError(contract.ErrorRequest, "orders_key is not the key of an object of this merchant's runs")
	}
	var raw []json.RawMessage
	if err := a.Store.Get(ctx, in.OrdersKey, &raw); err != nil {
		if errors.Is(err, storage.ErrNotFound) {
			return nil, activities.FinalError(contract.ErrorRequest, "the object of orders_key does not exist: "+in.OrdersKey)
		}
		return nil, err
	}
	if len(raw) > ordersLimit {
		return nil, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("the request names %d orders; at most %d are allowed", len(raw), ordersLimit))
	}
	references := make([]contract.OrderReference, len(raw))
	for i, one := range raw {
		if json.Unmarshal(one, &references[i].Order) == nil {
			continue
		}
		if err := json.Unmarshal(one, &references[i]); err != nil {
			return nil, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("%s, entry %d: must be a text or an object with \"order\"", in.OrdersKey, i+1))
		}
	}
	return references, nil
}

func (a *Orders) leaveResolved(ctx context.Context, in ResolveOrdersInput, pages map[string]books.Page) (ResolvedOrders, error) {
	resolved := ResolvedOrders{Found: map[string]int{}, Unresolved: len(pages[Unresolved].Ended)}
	for id, page := range pages {
		scope := activities.Scope{Merchant: in.Merchant, Run: in.Run, Connection: activities.Connection{ID: id}, Generation: 1}
		if _, err := scope.LeavePage(ctx, a.Store, books.FoundPage, page); err != nil {
			return resolved, err
		}
		if id != Unresolved {
			resolved.Found[id] = len(page.Pending)
			if lo.SomeBy(page.Pending, func(o books.Order) bool { return o.Brought }) {
				resolved.Brought = append(resolved.Brought, id)
			}
		}
	}
	slices.Sort(resolved.Brought)
	return resolved, nil
}
