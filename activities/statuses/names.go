package statuses

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// meaning is what a name of a request leads to: a delivery order, or the verdict on its row.
type meaning struct {
	Order   string                 `json:"order,omitempty"`
	Verdict contract.StatusOutcome `json:"verdict,omitempty"`
	contract.Reason
}

// nameRows are the rows of a request, each with its delivery order's id in place of the name that it was given,
// or with the verdict on it. Rows that bring the hub's id cost nothing. What names mean is found once.
func (a *StatusChanges) nameRows(ctx context.Context, in OpenStatusChangeInput, rows []contract.StatusRow) ([]statusbook.OpenRow, error) {
	open := lo.Map(rows, func(row contract.StatusRow, i int) statusbook.OpenRow {
		return statusbook.OpenRow{StatusRow: row, Place: i}
	})
	names := lo.FilterMap(rows, func(row contract.StatusRow, _ int) (string, bool) { return row.Order, uuid.Validate(row.Order) != nil })
	if len(names) == 0 {
		return open, nil
	}
	meanings, err := a.meanings(ctx, in, names)
	if err != nil {
		return nil, err
	}
	for i := range open {
		meant, found := meanings[open[i].Order]
		switch {
		case !found || meant.Order == open[i].Order:
		case meant.Verdict != "":
			open[i].Verdict, open[i].Note = meant.Verdict, contract.Cause(meant.Reason)
		default:
			open[i].Name, open[i].Order = open[i].Order, meant.Order
		}
	}
	foldNames(open)
	return open, nil
}

func (a *StatusChanges) meanings(ctx context.Context, in OpenStatusChangeInput, names []string) (map[string]meaning, error) {
	known := map[string]meaning{}
	key := storage.StatusNames(in.Merchant, in.Key)
	err := a.Store.Get(ctx, key, &known)
	if !errors.Is(err, storage.ErrNotFound) {
		return known, err
	}
	if in.Request.PickUp {
		return lo.SliceToMap(names, func(name string) (string, meaning) { return name, asID(name) }), nil
	}
	orders, err := a.ordersInStore(ctx, in.Merchant, names)
	if err != nil {
		return nil, err
	}
	readable, err := a.ordersInHub(ctx, in.Merchant, orders)
	if err != nil {
		return nil, err
	}
	known = lo.MapValues(orders, func(ids []string, name string) meaning {
		if len(ids) == 0 && !readable {
			return unknownName(name)
		}
		return meaningOf(name, ids)
	})
	// Once: a later try must not find another order.
	_, err = a.Store.PutOnce(ctx, key, &known)
	return known, err
}

// candidatesShown bounds how many delivery orders the reason of an ambiguous name lists.
const candidatesShown = 10

func meaningOf(name string, orders []string) meaning {
	switch len(orders) {
	case 0:
		return asID(name)
	case 1:
		return meaning{Order: orders[0]}
	}
	shown := strings.Join(orders[:min(len(orders), candidatesShown)], ", ")
	return meaning{Verdict: contract.StatusNotAllowed, Reason: wording.Reason(contract.WhyNameFitsOrders, "name", name, "count", strconv.Itoa(len(orders)), "orders", shown)}
}

// asID takes a name that nobody knows for an id of the hub's, which will say whether it is one.
func asID(name string) meaning {
	if statusbook.IsID(name) {
		return meaning{Order: name}
	}
	return unknownName(name)
}

func unknownName(name string) meaning {
	return meaning{Verdict: contract.StatusUnknownOrder, Reason: wording.Reason(contract.WhyNameUnknown, "days", strconv.Itoa(int(walkBack.Hours()/24)), "name", name)}
}

// foldNames ends rows whose names mean the same delivery order as another's: with the same texts it is done
// once, with others nobody can tell which are right.
func foldNames(open []statusbook.OpenRow) {
	places := map[string][]int{}
	for i, row := range open {
		if row.Verdict == "" {
			places[row.Order] = append(places[row.Order], i)
		}
	}
	for _, same := range places {
		first := open[same[0]]
		alike := lo.EveryBy(same, func(i int) bool { return open[i].StatusRow == first.StatusRow })
		for n, i := range same {
			other := open[same[lo.Ternary(n == 0, len(same)-1, 0)]]
			called := cmp.Or(other.Name, other.Order)
			switch {
			case len(same) == 1:
			case !alike:
				open[i].Verdict, open[i].Note = contract.StatusNotAllowed, contract.Cause(wording.Reason(contract.WhySameOrderDiffers, "name", called))
			case n > 0:
				open[i].Verdict, open[i].Note = contract.StatusNotNeeded, contract.Cause(wording.Reason(contract.WhySameOrder, "name", called))
			}
		}
	}
}

// ordersInStore are the delivery orders that each name means, as far as the intake and our runs know them.
func (a *StatusChanges) ordersInStore(ctx context.Context, merchant string, names []string) (map[string][]string, error) {
	found := map[string][]string{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, name := range lo.Uniq(names) {
		group.Go(func() error {
			orders, err := a.ordersOfName(ctx, merchant, name)
			mu.Lock()
			defer mu.Unlock()
			found[name] = orders
			return err
		})
	}
	return found, group.Wait()
}

func (a *StatusChanges) ordersOfName(ctx context.Context, merchant, name string) ([]string, error) {
	if statusbook.IsID(name) {
		connection, channel, err := a.placeOf(ctx, merchant, name)
		if err != nil || connection != "" || channel != "" {
			return []string{name}, err
		}
	}
	orders, err := intakebook.OrdersOfParcel(ctx, a.Store, merchant, name)
	if err != nil {
		return nil, err
	}
	sales, err := intakebook.SalesOfNumber(ctx, a.Store, merchant, name)
	if err != nil {
		return nil, err
	}
	for _, sale := range sales {
		known, err := intakebook.SaleRecord(ctx, a.Store, merchant, sale.Checkout)
		if err != nil {
			return nil, err
		}
		orders = append(orders, lo.FromPtr(known).Orders...)
	}
	slices.Sort(orders)
	return slices.Compact(orders), nil
}
