package publishing

import (
	"context"
	"errors"
	"fmt"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// Pile is what a run decided to print: put once, before anything is marked.
type Pile struct {
	Manifest contract.Manifest    `json:"manifest"`
	Files    []contract.PrintFile `json:"files"`
	Lists    []contract.ListFile  `json:"lists,omitempty"`
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
	pile = Pile{Manifest: contract.Manifest{Run: in.Run, Merchant: in.Merchant}, Aside: map[string]books.Counts{}}
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
		return pile, activities.FinalError(contract.ErrorRequest, err.Error())
	}
	books.NameCouriers(entries, words.CourierName)
	books.NameConnections(entries, lo.SliceToMap(in.Connections, func(c RunConnection) (string, string) { return c.Connection.ID, c.Connection.Name }))
	books.NameItems(entries)
	pile.Manifest.Notes = runNotes(pile.Aside)
	if in.MakeOnly {
		pile.Files = []contract.PrintFile{}
		pile.Manifest.Rows = lo.Map(entries, func(e books.Entry, _ int) contract.ManifestRow { return books.RowOf(e) })
	} else if err := a.join(ctx, in, entries, &pile); err != nil {
		return pile, err
	}
	err = a.decide(ctx, in, entries, &pile)
	return pile, err
}

// decide puts the pile, once. Its books must balance.
func (a *Publishing) decide(ctx context.Context, in PublishInput, entries []books.Entry, pile *Pile) error {
	if err := balanced(entries, pile.Manifest.Rows); err != nil {
		return err
	}
	existed, err := a.Store.PutOnce(ctx, pileKey(in.Merchant, in.Run), pile)
	if err == nil && !existed && !in.MakeOnly {
		a.tellEnds(pile.Manifest.Rows)
	}
	return err
}

// tellEnds tells how each order ended. Labels that were only made are told of by the run that publishes them.
func (a *Publishing) tellEnds(rows []contract.ManifestRow) {
	if a.Ended == nil {
		return
	}
	for _, row := range rows {
		a.Ended(row.Channel, row.Outcome)
	}
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
		case e.Outcome == contract.Labelled && once[at].Outcome != contract.Labelled:
			once[at] = e
		}
	}
	return once
}

func runNotes(aside map[string]books.Counts) []string {
	var all contract.RunResult
	for _, counts := range aside {
		all.Elsewhere += counts.Elsewhere
		all.Strangers = max(all.Strangers, counts.Strangers)
	}
	return all.Notes()
}

// balanced checks by sets of ids that each order has exactly one row.
func balanced(entries []books.Entry, rows []contract.ManifestRow) error {
	ids := lo.Map(rows, func(r contract.ManifestRow, _ int) string { return r.ID })
	missing, added := lo.Difference(lo.Map(entries, func(e books.Entry, _ int) string { return e.Order.ID }), ids)
	if twice := lo.FindDuplicates(ids); len(missing)+len(added)+len(twice) > 0 {
		return activities.FinalError(contract.ErrorBooks, fmt.Sprintf("the books do not balance: %d orders have no row, %d rows have no order, %d orders appear twice", len(missing), len(added), len(twice)))
	}
	return nil
}
