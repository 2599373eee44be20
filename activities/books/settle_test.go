package books_test

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
)

func order(id string) books.Order { return books.Order{ID: id, Code: "OD-" + id} }

func pending(ids ...string) books.Page {
	return books.Page{Pending: lo.Map(ids, func(id string, _ int) books.Order { return order(id) })}
}

func ready(ids ...string) books.Page { return books.Page{Ready: pending(ids...).Pending} }

func ended(outcome contract.Outcome, ids ...string) books.Page {
	return books.Page{Ended: lo.Map(ids, func(id string, _ int) books.Entry {
		return books.Entry{Order: order(id), Outcome: outcome, Labels: []books.Label{{Key: id}}}
	})}
}

func status(status contract.StatusOutcome, reason string, ids ...string) books.Page {
	return books.Page{Ended: lo.Map(ids, func(id string, _ int) books.Entry {
		return books.Entry{Order: order(id), Status: status, Reason: contract.Reason{Words: reason}}
	})}
}

func page(generation int, name string, page books.Page) books.NamedPage {
	return books.NamedPage{Generation: generation, Name: name, Page: page}
}

var notReady = books.RestOutcome{Outcome: contract.NotReady, Reason: contract.Reason{Words: "the deadline came"}}

func TestSettleGivesEveryOrderOneOutcome(t *testing.T) {
	t.Parallel()
	batch := func(n, part int) string { return books.PageName(books.BatchPage, n, part) }
	cases := map[string]struct {
		pages []books.NamedPage
		want  map[string]contract.Outcome
	}{
		"an order that no page ends gets the rest's outcome": {
			[]books.NamedPage{page(1, books.FoundPage, pending("a", "b")), page(1, "read-00001", ready("a"))},
			map[string]contract.Outcome{"a": contract.NotReady, "b": contract.NotReady},
		},
		"a page that ends an order settles it": {
			[]books.NamedPage{page(1, books.FoundPage, pending("a")), page(1, "read-00001", ended(contract.HeldBack, "a"))},
			map[string]contract.Outcome{"a": contract.HeldBack},
		},
		"pages count in the order in which an order passes through them, however they come": {
			[]books.NamedPage{
				page(1, batch(1, books.AfterAnswer), ended(contract.Labelled, "a")), page(1, "status-00001-00001", ready("a")),
				page(1, "read-00001", pending("a")), page(1, "list-00001", pending("a")), page(1, batch(1, books.BeforeAsking), ready("a")),
			},
			map[string]contract.Outcome{"a": contract.Labelled},
		},
		"the tenth batch comes after the second": {
			[]books.NamedPage{page(1, batch(10, 2), ended(contract.Labelled, "a")), page(1, batch(2, 2), ready("a"))},
			map[string]contract.Outcome{"a": contract.Labelled},
		},
		"an order asked for again in a later generation is open again": {
			[]books.NamedPage{
				page(2, books.FoundPage, pending("a")), page(1, batch(1, 2), ended(contract.GaveUp, "a", "b")),
			},
			map[string]contract.Outcome{"a": contract.NotReady, "b": contract.GaveUp},
		},
		"the tenth generation comes after the second": {
			[]books.NamedPage{page(10, batch(1, 2), ended(contract.Labelled, "a")), page(2, batch(9, 2), ended(contract.GaveUp, "a"))},
			map[string]contract.Outcome{"a": contract.Labelled},
		},
		"an order that turned out not to wait is not taken up": {
			[]books.NamedPage{page(1, "list-00001", pending("a", "b")), page(1, "read-00001", books.Page{Gone: []string{"a"}, Ready: []books.Order{order("b")}})},
			map[string]contract.Outcome{"b": contract.NotReady},
		},
		"an order gone from one page and ready on another has one entry": {
			[]books.NamedPage{
				page(1, "list-00001", pending("a")), page(1, "read-00001", books.Page{Gone: []string{"a"}}),
				page(1, "read-00002", ready("a")), page(1, batch(1, 2), ended(contract.Labelled, "a")),
			},
			map[string]contract.Outcome{"a": contract.Labelled},
		},
		"a sale whose delivery orders are not known yet is no order": {
			[]books.NamedPage{page(1, books.FoundPage, books.Page{Pending: []books.Order{{CheckoutID: "sale"}}})},
			map[string]contract.Outcome{},
		},
		"what was cancelled meanwhile has the last word": {
			[]books.NamedPage{page(1000, books.CancelledPage, ended(contract.Cancelled, "a")), page(1, batch(1, 2), ended(contract.Labelled, "a", "b"))},
			map[string]contract.Outcome{"a": contract.Cancelled, "b": contract.Labelled},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries := books.SettlePages(c.pages, notReady).Entries
			got := lo.SliceToMap(entries, func(e books.Entry) (string, contract.Outcome) { return e.Order.ID, e.Outcome })
			assert.Equal(t, c.want, got)
			assert.Len(t, entries, len(c.want), "an order stands there once")
		})
	}
}

func TestSettleKeepsTheLabelWhateverItsStatusSays(t *testing.T) {
	t.Parallel()
	labelled := page(1, "batch-00001-00002", ended(contract.Labelled, "a"))
	after := books.PageName(books.AfterPage, 1, 10_001)
	cases := map[string]struct {
		after  books.Page
		status contract.StatusOutcome
		reason string
	}{
		"a status that still waits":     {pending("a"), "", ""},
		"a status that arrived":         {status(contract.StatusSynced, "", "a"), contract.StatusSynced, ""},
		"a status that was refused":     {status(contract.StatusRefused, "no stock", "a"), contract.StatusRefused, "no stock"},
		"an outcome said of the status": {ended(contract.UnknownOrder, "a"), "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries := books.SettlePages([]books.NamedPage{labelled, page(1000, after, c.after)}, notReady).Entries
			assert.Equal(t, []books.Entry{{
				Order: order("a"), Outcome: contract.Labelled, Labels: []books.Label{{Key: "a"}}, Status: c.status, Reason: contract.Reason{Words: c.reason},
			}}, entries)
		})
	}
	t.Run("pages of statuses by themselves tell how those stand", func(t *testing.T) {
		t.Parallel()
		pages := []books.NamedPage{
			page(1000, books.PageName(books.AfterPage, 0, 1), pending("a", "b")),
			page(1000, books.PageName(books.AfterPage, 1, 1), status(contract.StatusSynced, "", "a")),
		}
		entries := books.SettlePages(pages, books.RestOutcome{}).Entries
		assert.Equal(t, []contract.StatusOutcome{contract.StatusSynced, ""}, lo.Map(entries, func(e books.Entry, _ int) contract.StatusOutcome { return e.Status }))
	})
}

func TestSettleSaysWhatTheLastTryMet(t *testing.T) {
	t.Parallel()
	troubled := order("a")
	troubled.Trouble = contract.Cause{Words: "the hub's task failed"}
	pages := []books.NamedPage{page(1, "batch-00001-00002", books.Page{Ready: []books.Order{troubled}})}
	assert.Equal(t, "the deadline came; the hub's task failed", books.SettlePages(pages, notReady).Entries[0].Reason.Words)
	gaveUp := books.RestOutcome{Outcome: contract.GaveUp, Reason: contract.Reason{Words: "look at the workflow"}}
	assert.Equal(t, "look at the workflow", books.SettlePages(pages, gaveUp).Entries[0].Reason.Words)
}

func TestSettleNamesEachOrderThatWasLeftOutOnce(t *testing.T) {
	t.Parallel()
	old := func(ids ...string) books.Page {
		return books.Page{LeftOut: lo.Map(ids, func(id string, _ int) contract.LeftOut { return contract.LeftOut{ID: id} })}
	}
	cases := map[string]struct {
		pages []books.NamedPage
		want  []string
	}{
		"found and listed again":               {[]books.NamedPage{page(1, books.FoundPage, old("x")), page(1, "list-00001", old("x", "y"))}, []string{"x", "y"}},
		"only found":                           {[]books.NamedPage{page(1, books.FoundPage, old("x"))}, []string{"x"}},
		"but taken up, as its label is stored": {[]books.NamedPage{page(1, books.FoundPage, old("x", "y")), page(1, "list-00001", pending("x"))}, []string{"y"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := lo.Map(books.SettlePages(c.pages, notReady).LeftOut, func(l contract.LeftOut, _ int) string { return l.ID })
			assert.Equal(t, c.want, got)
		})
	}
}

func TestSettleNamesTheFilesThatWereNobodys(t *testing.T) {
	t.Parallel()
	kept := func(reason string) books.Page {
		return books.Page{Kept: []contract.KeptFile{{Key: "raw", Reason: contract.Reason{Words: reason}}}}
	}
	pages := []books.NamedPage{page(1, "batch-00002-00002", kept("two")), page(1, "batch-00001-00002", kept("one")), page(2, "batch-00001-00002", kept("one"))}
	assert.Equal(t, append(kept("one").Kept, kept("two").Kept...), books.SettlePages(pages, notReady).Kept)
}

func TestSettleLeavesThePagesAsTheyWere(t *testing.T) {
	t.Parallel()
	pages := []books.NamedPage{page(2, books.FoundPage, pending("b")), page(1, books.FoundPage, pending("a"))}
	books.SettlePages(pages, notReady)
	assert.Equal(t, 2, pages[0].Generation)
}
