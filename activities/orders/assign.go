package orders

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// AssignOrdersInput names the connections of a run whose orders were looked for.
type AssignOrdersInput struct {
	Merchant       string                  `json:"merchant"`
	Run            string                  `json:"run"`
	Connections    []activities.Connection `json:"connections"`
	Since          contract.Duration       `json:"since"`
	IncludePrinted bool                    `json:"include_printed,omitempty"`
	// Sample: no list was seen twice, but one connection's may still hold others' orders; a few sales tell.
	Sample bool `json:"sample,omitempty"`
}

// AssignedOrders is what each connection has after all, in figures; empty when the hub heeds its filter.
type AssignedOrders struct {
	Counts map[string]books.Counts `json:"counts,omitempty"`
}

// AssignOrders gives each order of the lists that the hub shows for several connections alike to the
// connection that its sale names. It walks such a list once for all, reads the sales that neither the
// list nor the intake can place, and leaves the page "shared" of each connection.
func (a *Orders) AssignOrders(ctx context.Context, in AssignOrdersInput) (AssignedOrders, error) {
	var pages map[string]books.Page
	key := storage.RunOutcome(in.Merchant, in.Run, "assigned")
	err := a.Store.Get(ctx, key, &pages)
	if errors.Is(err, storage.ErrNotFound) {
		if pages, err = a.sharedPages(ctx, in); err == nil {
			// Once for all connections: a later try must not give an order to another.
			_, err = a.Store.PutOnce(ctx, key, &pages)
		}
	}
	if err != nil {
		return AssignedOrders{}, err
	}
	assigned := AssignedOrders{Counts: map[string]books.Counts{}}
	for id, page := range pages {
		step, err := in.scope(activities.Connection{ID: id}).LeavePage(ctx, a.Store, books.SharedPage, page)
		if err != nil {
			return assigned, err
		}
		assigned.Counts[id] = step.Counts
	}
	return assigned, nil
}

func (in AssignOrdersInput) scope(c activities.Connection) activities.Scope {
	return activities.Scope{Merchant: in.Merchant, Run: in.Run, Connection: c, Generation: 1}
}

func (in AssignOrdersInput) find(c activities.Connection) FindOrdersInput {
	return FindOrdersInput{Scope: in.scope(c), Since: in.Since, IncludePrinted: in.IncludePrinted}
}

// assigner parts the orders of shared lists among the connections that were looked through.
type assigner struct {
	*owners
	in AssignOrdersInput
	// open are the connections that found orders, with their pages.
	open  []activities.Connection
	found map[string]books.Page
	// shared are the lists that the hub gives for several connections alike, as walked for all of them.
	shared map[books.HubList]*listing
}

func (a *Orders) sharedPages(ctx context.Context, in AssignOrdersInput) (map[string]books.Page, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return nil, err
	}
	s := &assigner{in: in, owners: newOwners(ctx, hub, a.Store, in.Merchant, in.Run), found: map[string]books.Page{}, shared: map[books.HubList]*listing{}}
	for _, c := range in.Connections {
		if c.NoLabels.Words != "" {
			continue
		}
		page, err := in.scope(c).ReadPage(ctx, a.Store, books.FoundPage)
		if errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.open, s.found[c.ID] = append(s.open, c), page
		for _, list := range page.Shared {
			s.shared[list] = newListing()
		}
	}
	if in.Sample {
		if err := s.sample(ctx); err != nil {
			return nil, err
		}
	}
	if len(s.shared) == 0 {
		return map[string]books.Page{}, nil
	}
	if err := s.walkShared(ctx); err != nil {
		return nil, err
	}
	return s.pages(ctx)
}

// sampled is how many sales of a connection are read to see whether they are its own.
const sampled = 3

// sample takes a connection's lists for shared when one of a few of its sales is of another.
func (s *assigner) sample(ctx context.Context) error {
	for _, c := range s.open {
		for list, orders := range map[books.HubList][]books.Order{
			books.LabelList: lo.Filter(s.found[c.ID].Pending, func(o books.Order, _ int) bool { return o.ID != "" }),
			books.SaleList:  lo.Filter(s.found[c.ID].Pending, func(o books.Order, _ int) bool { return o.ID == "" }),
		} {
			few := lo.Filter(orders, func(_ books.Order, i int) bool { return i%max(1, len(orders)/sampled) == 0 })
			if err := s.learn(ctx, few, nil); err != nil {
				return err
			}
			if lo.SomeBy(few, func(o books.Order) bool { return s.stranger(o, c) }) {
				s.shared[list] = newListing()
			}
		}
	}
	return nil
}

// walkShared walks each shared list for all: that of labels until nothing new comes.
func (s *assigner) walkShared(ctx context.Context) error {
	if labels := s.shared[books.LabelList]; labels != nil {
		for range walks {
			again, err := walk(ctx, s.hub, s.in.find(s.open[0]), unwatched)
			if err != nil {
				return err
			}
			fresh := lo.CountBy(again.orders, func(o books.Order) bool { return labels.add(o, again.named[o.ID]) })
			if fresh == 0 {
				break
			}
		}
	}
	first, wanted := lo.Find(s.open, func(c activities.Connection) bool { return c.Row().StatusFirst != "" })
	if s.shared[books.SaleList] == nil || !wanted {
		return nil
	}
	sales, err := recentSales(ctx, s.hub, s.in.find(first), unwatched)
	s.shared[books.SaleList] = sales
	return err
}

// pages are what each connection has: its own of the shared lists, and what it found in a list that is its own.
func (s *assigner) pages(ctx context.Context) (map[string]books.Page, error) {
	labels, sales := lo.FromPtr(s.shared[books.LabelList]), lo.FromPtr(s.shared[books.SaleList])
	split := labels.page(s.hub.Clock().Now().Add(-time.Duration(s.in.Since)))
	trusted := map[string]string{}
	for _, c := range s.open {
		for _, o := range s.found[c.ID].Pending {
			if s.shared[books.LabelList] == nil && o.ID != "" && o.CheckoutID != "" {
				trusted[o.CheckoutID] = c.ID
			}
		}
	}
	named := lo.Assign(labels.named, sales.named, trusted)
	if err := s.learn(ctx, slices.Concat(split.Pending, sales.orders), named); err != nil {
		return nil, err
	}
	if err := s.allForbidden(); err != nil {
		return nil, err
	}
	pages := map[string]books.Page{}
	for i, c := range s.open {
		page := s.pageOf(c, split, sales.orders)
		if s.shared[books.LabelList] != nil && i == 0 {
			page.LeftOut = split.LeftOut // nobody has read whose they are
		}
		pages[c.ID] = page
	}
	return pages, nil
}

// pageOf is one connection's page.
func (s *assigner) pageOf(c activities.Connection, labels books.Page, sales []books.Order) books.Page {
	found := s.found[c.ID]
	page := books.Page{Shared: lo.Keys(s.shared)}
	slices.Sort(page.Shared)
	taken := map[string]bool{}
	take := func(list books.HubList, orders []books.Order) {
		if s.shared[list] == nil {
			own := lo.Filter(found.Pending, func(o books.Order, _ int) bool { return (o.ID != "") == (list == books.LabelList) })
			page.Pending = append(page.Pending, own...)
			return
		}
		for _, o := range orders {
			keeper := s.keeper(o)
			switch {
			case keeper == c.ID:
				o.ConnectionID, o.Channel = c.ID, c.Channel
				o.Nameless, o.SaleKept = s.of(o).connection == "", s.of(o).kept
				page.Pending = append(page.Pending, o)
			case o.ID != "" || !taken[saleKey(o)]:
				page.Strangers++
			}
			taken[saleKey(o)] = true
		}
	}
	take(books.LabelList, labels.Pending)
	if c.Row().StatusFirst != "" {
		take(books.SaleList, sales)
	}
	page.Strangers = max(page.Strangers-found.Strangers, 0)
	if s.shared[books.LabelList] == nil {
		page.LeftOut = found.LeftOut
	}
	ours := lo.SliceToMap(page.Pending, func(o books.Order) (string, bool) { return o.ID, true })
	page.Gone = lo.FilterMap(found.Pending, func(o books.Order, _ int) (string, bool) { return o.ID, o.ID != "" && !ours[o.ID] })
	return page
}

// keeper is the connection on which an order ends: its owner or, of one that nobody knows of, the first
// of its marketplace, else the first of all, to be held back.
func (s *assigner) keeper(o books.Order) string {
	owner := s.of(o)
	if owner.connection != "" {
		return owner.connection
	}
	same, known := lo.Find(s.open, func(c activities.Connection) bool { return c.Channel == owner.channel })
	if known || o.ID == "" {
		return same.ID
	}
	return s.open[0].ID
}

// stranger says whether an order is known to be of another connection.
func (s *assigner) stranger(o books.Order, c activities.Connection) bool {
	owner := s.of(o).connection
	return owner != "" && owner != c.ID
}
