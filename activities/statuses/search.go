package statuses

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// probes is how many names are tried as ids of the hub's before anything is searched.
const probes = 3

// nameSearch looks in the hub for the orders of names that the store does not know.
type nameSearch struct {
	hub      *multivende.Client
	store    *storage.Store
	merchant string

	mu    sync.Mutex
	calls int // that may still be made
	found map[string][]string
	// read are the sales that were looked at: a list that heeds no filter shows all for each connection.
	read map[string]bool
	// refuses: the hub answers otherwise than "not found" to what is no id of its own.
	refuses bool
}

// ordersInHub adds the delivery orders of the names that have none yet. A hub whose ids have another form than
// the usual one is known by a few of them; else its lists of labels tell codes, numbers and tracking numbers
// of many orders a call, and the sales of the last days that the intake does not know are read one by one.
// Readable says that the hub may be asked for the names that are left as if they were its ids.
func (a *StatusChanges) ordersInHub(ctx context.Context, merchant string, orders map[string][]string) (readable bool, err error) {
	unknown := lo.PickBy(orders, func(_ string, ids []string) bool { return len(ids) == 0 })
	if len(unknown) == 0 {
		return true, nil
	}
	hub, err := a.Hubs.Hub(merchant)
	if err != nil {
		return false, err
	}
	s := &nameSearch{hub: hub, store: a.Store, merchant: merchant, calls: walkLimit, found: unknown, read: map[string]bool{}}
	if err := s.findOrders(ctx); err != nil {
		return false, err
	}
	if lo.SomeBy(lo.Values(s.found), func(ids []string) bool { return len(ids) > 0 }) {
		// Somebody uses these names: from now on the intake keeps them, and finds them without a call.
		if err := intakebook.WantNames(ctx, a.Store, merchant); err != nil {
			return false, err
		}
	}
	for name, ids := range s.found {
		slices.Sort(ids)
		orders[name] = slices.Compact(ids)
	}
	return !s.refuses, nil
}

func (s *nameSearch) findOrders(ctx context.Context) error {
	if ids, err := s.areIDs(ctx); ids || err != nil {
		return err
	}
	connections, err := s.hub.Connections(ctx)
	if err != nil {
		return err
	}
	for _, look := range []func(context.Context, string) error{s.inLists, s.inSales} {
		for _, connection := range connections {
			if s.calls <= 0 {
				return nil
			}
			if err := look(ctx, connection.ID); err != nil && !errors.Is(err, activities.ErrEnough) && !sparedNow(ctx, err) {
				return err
			}
		}
		if lo.EveryBy(lo.Values(s.found), func(ids []string) bool { return len(ids) > 0 }) {
			return nil
		}
	}
	return nil
}

// areIDs says whether the names are ids of the hub's in a form of their own.
func (s *nameSearch) areIDs(ctx context.Context) (bool, error) {
	names := lo.Filter(slices.Sorted(maps.Keys(s.found)), func(name string, _ int) bool { return statusbook.IsID(name) })
	for _, name := range names[:min(len(names), probes)] {
		order, err := s.hub.DeliveryOrder(ctx, name)
		if err == nil && order.ID == name {
			return true, nil
		}
		if err != nil && !sparedNow(ctx, err) {
			return false, err
		}
		s.refuses = s.refuses || err != nil && multivende.ClassOf(err) != multivende.NotFound
	}
	return false, nil
}

// searchTries is how often a search is tried that the hub does not answer; then it is done without what is missing.
const searchTries = 3

func sparedNow(ctx context.Context, err error) bool {
	return isSpared(err) && (!activities.MayPass(err) || activities.Attempt(ctx) >= searchTries)
}

// spendCall takes a call out of those that may still be made.
func (s *nameSearch) spendCall() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls--; s.calls < 0 {
		return activities.ErrEnough
	}
	return nil
}

// note gives an order to the names that are among its own.
func (s *nameSearch) noteOrder(order string, names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range lo.Uniq(names) {
		if ids, wanted := s.found[name]; wanted && order != "" && name != "" {
			s.found[name] = append(ids, order)
		}
	}
}

// inLists looks through the orders of a connection whose label can be made or was printed in the last days.
func (s *nameSearch) inLists(ctx context.Context, connection string) error {
	for _, printed := range []bool{false, true} {
		if err := s.spendCall(); err != nil { // a list has a page even when it is empty
			return err
		}
		query := multivende.AvailableLabelsQuery{ConnectionID: connection, Printed: printed, UpdatedFrom: s.hub.Clock().Now().Add(-walkBack)}
		err := s.hub.AvailableLabels(ctx, query, func(page []multivende.DeliveryOrder) error {
			for _, d := range page {
				names := append([]string{d.Code, d.TrackingNumber}, d.LinkExternalIDs...)
				for _, c := range d.Checkouts {
					names = append(append(names, c.ID, c.Code, c.OrderNumber), c.ExternalIDs...)
				}
				s.noteOrder(d.ID, names...)
			}
			return s.spendCall()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// inSales goes through the sales of a connection that changed in the last days: the names of those that the
// intake knows are in the store, the others are read.
func (s *nameSearch) inSales(ctx context.Context, connection string) error {
	if err := s.spendCall(); err != nil {
		return err
	}
	query := multivende.CheckoutsLightQuery{ConnectionID: connection, UpdatedFrom: s.hub.Clock().Now().Add(-walkBack)}
	return s.hub.CheckoutsLight(ctx, query, func(page []multivende.CheckoutLight) error {
		if err := s.spendCall(); err != nil {
			return err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(activities.HubParallel)
		for _, entry := range page {
			if s.read[entry.ID] {
				continue
			}
			s.read[entry.ID] = true
			group.Go(func() error { return s.readSale(ctx, entry.ID) })
		}
		return group.Wait()
	})
}

func (s *nameSearch) readSale(ctx context.Context, id string) error {
	known, err := intakebook.SaleRecord(ctx, s.store, s.merchant, id)
	if err != nil {
		return err
	}
	if known != nil && !known.Early {
		for _, parcel := range known.Parcels {
			s.noteOrder(parcel.Order, parcel.Name)
		}
		for _, order := range known.Orders {
			s.noteOrder(order, known.Code)
		}
		return nil
	}
	if err := s.spendCall(); err != nil {
		return err
	}
	sale, err := s.hub.Checkout(ctx, id)
	if err != nil {
		return lo.Ternary(multivende.ClassOf(err) == multivende.Broken || sparedNow(ctx, err), nil, err)
	}
	names := append([]string{sale.ID, sale.Code, sale.OrderNumber, sale.CustomerOrderNumber, sale.ExternalID, sale.ShippingID}, sale.PackageIDs...)
	for _, d := range sale.DeliveryOrders {
		s.noteOrder(d.ID, append(names, d.Code, d.TrackingNumber)...)
	}
	return nil
}
