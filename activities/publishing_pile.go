package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/storage"
)

// Pile is what a run decided to print: put once, before anything is marked.
type Pile struct {
	Manifest books.Manifest    `json:"manifest"`
	Files    []books.PrintFile `json:"files"`
	Lists    []books.ListFile  `json:"lists,omitempty"`
	// Entries are the printed orders, in the order of the pile.
	Entries []books.Entry `json:"entries"`
	// Aside counts what each connection leaves aside.
	Aside map[string]books.Counts `json:"aside,omitempty"`
}

func pileKey(merchant, run string) string { return storage.RunOutcome(merchant, run, "pile") }

// pile returns what the run decided to print, and decides it when it has not.
func (a *Publishing) pile(ctx context.Context, in PublishInput) (Pile, error) {
	var pile Pile
	err := a.Store.Get(ctx, pileKey(in.Merchant, in.Run), &pile)
	if err == nil || !errors.Is(err, storage.ErrNotFound) {
		return pile, err
	}
	var entries []books.Entry
	pile = Pile{Manifest: books.Manifest{Run: in.Run, Merchant: in.Merchant}, Aside: map[string]books.Counts{}}
	for _, c := range in.Connections {
		account, err := a.account(ctx, in, c)
		if err != nil {
			return pile, err
		}
		entries = append(entries, account.Entries...)
		pile.Manifest.LeftOut = append(pile.Manifest.LeftOut, account.LeftOut...)
		pile.Manifest.Kept = append(pile.Manifest.Kept, account.Kept...)
		older, elsewhere := books.CountLeftOut(account.LeftOut)
		if older+elsewhere+account.Strangers > 0 {
			pile.Aside[c.Connection.ID] = books.Counts{LeftOut: older, Elsewhere: elsewhere, Strangers: account.Strangers}
		}
	}
	entries = onceEach(entries)
	words, err := channels.New(in.Settings.Channels)
	if err != nil {
		return pile, final(ErrorRequest, err.Error())
	}
	books.NameCouriers(entries, words.CourierName)
	pile.Manifest.Notes = runNotes(pile.Aside)
	if in.MakeOnly {
		pile.Files = []books.PrintFile{}
		pile.Manifest.Rows = lo.Map(entries, func(e books.Entry, _ int) books.Row { return books.RowOf(e) })
	} else if err := a.join(ctx, in, entries, &pile); err != nil {
		return pile, err
	}
	if err := balanced(entries, pile.Manifest.Rows); err != nil {
		return pile, err
	}
	_, err = a.Store.PutOnce(ctx, pileKey(in.Merchant, in.Run), &pile)
	return pile, err
}

// onceEach keeps one entry of an order that several connections took up, because the hub lists it under
// each: the labelled one, else the first.
func onceEach(entries []books.Entry) []books.Entry {
	best := map[string]int{}
	var once []books.Entry
	for _, e := range entries {
		at, known := best[e.Order.ID]
		switch {
		case !known:
			best[e.Order.ID] = len(once)
			once = append(once, e)
		case e.Outcome == books.Labelled && once[at].Outcome != books.Labelled:
			once[at] = e
		}
	}
	return once
}

func runNotes(aside map[string]books.Counts) []string {
	var all books.Result
	for _, counts := range aside {
		all.Elsewhere += counts.Elsewhere
		all.Strangers = max(all.Strangers, counts.Strangers)
	}
	return all.Notes()
}

// balanced checks by sets of ids that each order has exactly one row.
func balanced(entries []books.Entry, rows []books.Row) error {
	ids := lo.Map(rows, func(r books.Row, _ int) string { return r.ID })
	missing, added := lo.Difference(lo.Map(entries, func(e books.Entry, _ int) string { return e.Order.ID }), ids)
	if twice := lo.FindDuplicates(ids); len(missing)+len(added)+len(twice) > 0 {
		return final(ErrorBooks, fmt.Sprintf("the books do not balance: %d orders without a row, %d rows without an order, %d orders twice", len(missing), len(added), len(twice)))
	}
	return nil
}
