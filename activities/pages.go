package activities

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// Scope says which run and connection a step works for.
type Scope struct {
	Merchant   string     `json:"merchant"`
	Run        string     `json:"run"`
	Connection Connection `json:"connection"`
	// Generation counts the connection's turns in the run: 1, and one more for each retry.
	Generation int               `json:"generation"`
	Settings   contract.Settings `json:"settings"`
}

// Segment is a part of a page's ready orders, by index: From (included) to To (excluded).
type Segment struct {
	Page string `json:"page"`
	From int    `json:"from"`
	To   int    `json:"to"`
}

// Step is the result of a step: the name of the page it left, and its figures.
type Step struct {
	Page   string       `json:"page"`
	Counts books.Counts `json:"counts"`
	// Note is what the step had to manage without.
	Note contract.Cause `json:"note,omitzero"`
}

// LastGeneration is behind every turn of a connection: its pages have the last word.
const LastGeneration = 1000

// LastWord returns the scope whose pages have the last word on the connection's orders.
func (s Scope) LastWord() Scope {
	s.Generation = LastGeneration
	return s
}

// StatusAtLabel says whether the channel is told that a parcel is ready as soon as the label is
// stored.
func (s Scope) StatusAtLabel() bool {
	return s.Settings.FalabellaReady == contract.ReadyAtLabel && s.Connection.Row().StatusAfter != ""
}

// AfterNumber is the number of the page "after" that a batch leaves for a status sent at the label.
// Pages of publishing count from 1.
func AfterNumber(s Scope, batch int) int { return s.Generation*10_000 + batch }

// PageKey returns the key of a page of the connection's turn.
func (s Scope) PageKey(name string) string {
	return storage.RunOutcome(s.Merchant, s.Run, s.Connection.ID, strconv.Itoa(s.Generation), name)
}

// FinishedPage returns the step's result when an earlier try has already left the page.
func (s Scope) FinishedPage(ctx context.Context, store *storage.Store, name string) (Step, bool, error) {
	var page books.Page
	err := store.Get(ctx, s.PageKey(name), &page)
	if errors.Is(err, storage.ErrNotFound) {
		return Step{}, false, nil
	}
	return stepOf(name, page), err == nil, err
}

// LeavePage puts the page once; the page of an earlier try stands.
func (s Scope) LeavePage(ctx context.Context, store *storage.Store, name string, page books.Page) (Step, error) {
	if _, err := store.PutOnce(ctx, s.PageKey(name), &page); err != nil {
		return Step{}, fmt.Errorf("store page %s of connection %s: %w", name, s.Connection.ID, err)
	}
	return stepOf(name, page), nil
}

func stepOf(name string, page books.Page) Step {
	return Step{Page: name, Counts: page.Counts(), Note: page.Note}
}

// ReadPage reads a page of the connection's turn.
func (s Scope) ReadPage(ctx context.Context, store *storage.Store, name string) (books.Page, error) {
	var page books.Page
	if err := store.Get(ctx, s.PageKey(name), &page); err != nil {
		return page, fmt.Errorf("read page %s of connection %s: %w", name, s.Connection.ID, err)
	}
	return page, nil
}

// ReadyOrders returns the orders of the segments, in their order.
func (s Scope) ReadyOrders(ctx context.Context, store *storage.Store, segments []Segment) ([]books.Order, error) {
	var orders []books.Order
	for _, segment := range segments {
		page, err := s.ReadPage(ctx, store, segment.Page)
		if err != nil {
			return nil, err
		}
		if segment.From < 0 || segment.To > len(page.Ready) || segment.From > segment.To {
			return nil, fmt.Errorf("page %s holds %d ready orders; %d to %d were asked for", segment.Page, len(page.Ready), segment.From, segment.To)
		}
		orders = append(orders, page.Ready[segment.From:segment.To]...)
	}
	return orders, nil
}

// ConnectionPages reads every page that a run left about one connection.
func ConnectionPages(ctx context.Context, store *storage.Store, merchant, run, connection string) ([]books.NamedPage, error) {
	prefix := strings.TrimSuffix(storage.RunOutcome(merchant, run, connection), ".json") + "/"
	var pages []books.NamedPage
	err := store.List(ctx, prefix, func(o storage.Object) error {
		generation, name, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(o.Key, prefix), ".json"), "/")
		number, err := strconv.Atoi(generation)
		if !ok || err != nil {
			return nil
		}
		pages = append(pages, books.NamedPage{Generation: number, Name: name})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the pages of connection %s: %w", connection, err)
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(StoreParallel)
	for i := range pages {
		group.Go(func() error {
			scope := Scope{Merchant: merchant, Run: run, Connection: Connection{ID: connection}, Generation: pages[i].Generation}
			page, err := scope.ReadPage(groupCtx, store, pages[i].Name)
			pages[i].Page = page
			return err
		})
	}
	err = group.Wait()
	return pages, err
}
