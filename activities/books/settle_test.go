package books_test

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
)

func order(id string) books.Order { return books.Order{ID: id, Code: "OD-" + id} }

func pending(ids ...string) books.Page {
	return books.Page{Pending: lo.Map(ids, func(id string, _ int) books.Order { return order(id) })}
}

func ready(ids ...string) books.Page { return books.Page{Ready: pending(ids...).Pending} }

func ended(outcome books.Outcome, ids ...string) books.Page {
	return books.Page{Ended: lo.Map(ids, func(id string, _ int) books.Entry {
		return books.Entry{Order: order(id), Outcome: outcome, Labels: []books.Label{{Key: id}}}
	})}
}

func status(status books.ChannelStatus, reason string, ids ...string) books.Page {
	return books.Page{Ended: lo.Map(ids, func(id string, _ int) books.Entry {
		return books.Entry{Order: order(id), Status: status, Reason: reason}
	})}
}

func page(generation int, name string, page books.Page) books.NamedPage {
	return books.NamedPage{Generation: generation, Name: name, Page: page}
}

var notReady = books.Rest{Outcome: books.NotReady, Reason: "the deadline came"}

func TestSettleGivesEveryOrderOneOutcome(t *testing.T) {
	t.Parallel()
	batch := func(n, part int) string { return books.PageName(books.BatchPage, n, part) }
	cases := map[string]struct {
		pages []books.NamedPage
		want  map[string]books.Outcome
	}{
		"an order that no page ends gets the rest's outcome": {
			[]books.NamedPage{page(1, books.FoundPage, pending("a", "b")), page(1, "read-00001", ready("a"))},
			map[string]books.Outcome{"a": books.NotReady, "b": books.NotReady},
		},
		"a page that ends an order settles it": {
			[]books.NamedPage{page(1, books.FoundPage, pending("a")), page(1, "read-00001", ended(books.HeldBack, "a"))},
			map[string]books.Outcome{"a": books.HeldBack},
		},
		"pages count in the order in which an order passes through them, however they come": {
			[]books.NamedPage{
				page(1, batch(1, books.AfterAnswer), ended(books.Labelled, "a")), page(1, "status-00001-00001", ready("a")),
				page(1, "read-00001", pending("a")), page(1, "list-00001", pending("a")), page(1, batch(1, books.BeforeAsking), ready("a")),
			},
			map[string]books.Outcome{"a": books.Labelled},
		},
		"the tenth batch comes after the second": {
			[]books.NamedPage{page(1, batch(10, 2), ended(books.Labelled, "a")), page(1, batch(2, 2), ready("a"))},
			map[string]books.Outcome{"a": books.Labelled},
		},
		"an order asked for again in a later generation is open again": {
			[]books.NamedPage{
				page(2, books.FoundPage, pending("a")), page(1, batch(1, 2), ended(books.GaveUp, "a", "b")),
			},
			map[string]books.Outcome{"a": books.NotReady, "b": books.GaveUp},
		},
		"the tenth generation comes after the second": {
			[]books.NamedPage{page(10, batch(1, 2), ended(books.Labelled, "a")), page(2, batch(9, 2), ended(books.GaveUp, "a"))},
			map[string]books.Outcome{"a": books.Labelled},
		},
		"an order that turned out not to wait is not taken up": {
			[]books.NamedPage{page(1, "list-00001", pending("a", "b")), page(1, "read-00001", books.Page{Gone: []string{"a"}, Ready: []books.Order{order("b")}})},
			map[string]books.Outcome{"b": books.NotReady},
		},
		"an order gone from one page and ready on another has one entry": {
			[]books.NamedPage{
				page(1, "list-00001", pending("a")), page(1, "read-00001", books.Page{Gone: []string{"a"}}),
				page(1, "read-00002", ready("a")), page(1, batch(1, 2), ended(books.Labelled, "a")),
			},
			map[string]books.Outcome{"a": books.Labelled},
		},
		"a sale whose delivery orders are not known yet is no order": {
			[]books.NamedPage{page(1, books.FoundPage, books.Page{Pending: []books.Order{{CheckoutID: "sale"}}})},
			map[string]books.Outcome{},
		},
		"what was cancelled meanwhile has the last word": {
			[]books.NamedPage{page(1000, books.CancelledPage, ended(books.Cancelled, "a")), page(1, batch(1, 2), ended(books.Labelled, "a", "b"))},
			map[string]books.Outcome{"a": books.Cancelled, "b": books.Labelled},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries := books.Settle(c.pages, notReady).Entries
			got := lo.SliceToMap(entries, func(e books.Entry) (string, books.Outcome) { return e.Order.ID, e.Outcome })
			assert.Equal(t, c.want, got)
			assert.Len(t, entries, len(c.want), "an order stands there once")
		})
	}
}

func TestSettleKeepsTheLabelWhateverItsStatusSays(t *testing.T) {
	t.Parallel()
	labelled := page(1, "batch-00001-00002", ended(books.Labelled, "a"))
	after := books.PageName(books.AfterPage, 1, 10_001)
	cases := map[string]struct {
		after  books.Page
		status books.ChannelStatus
		reason string
	}{
		"a status that still waits":     {pending("a"), "", ""},
		"a status that arrived":         {status(books.StatusSynced, "", "a"), books.StatusSynced, ""},
		"a status that was refused":     {status(books.StatusRefused, "no stock", "a"), books.StatusRefused, "no stock"},
		"an outcome said of the status": {ended(books.UnknownOrder, "a"), "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries := books.Settle([]books.NamedPage{labelled, page(1000, after, c.after)}, notReady).Entries
			assert.Equal(t, []books.Entry{{
				Order: order("a"), Outcome: books.Labelled, Labels: []books.Label{{Key: "a"}}, Status: c.status, Reason: c.reason,
			}}, entries)
		})
	}
	t.Run("pages of statuses by themselves tell how those stand", func(t *testing.T) {
		t.Parallel()
		pages := []books.NamedPage{
			page(1000, books.PageName(books.AfterPage, 0, 1), pending("a", "b")),
			page(1000, books.PageName(books.AfterPage, 1, 1), status(books.StatusSynced, "", "a")),
		}
		entries := books.Settle(pages, books.Rest{}).Entries
		assert.Equal(t, []books.ChannelStatus{books.StatusSynced, ""}, lo.Map(entries, func(e books.Entry, _ int) books.ChannelStatus { return e.Status }))
	})
}

func TestSettleSaysWhatTheLastTryMet(t *testing.T) {
	t.Parallel()
	troubled := order("a")
	troubled.Trouble = "the hub's task failed"
	pages := []books.NamedPage{page(1, "batch-00001-00002", books.Page{Ready: []books.Order{troubled}})}
	assert.Equal(t, "the deadline came (the hub's task failed)", books.Settle(pages, notReady).Entries[0].Reason)
	gaveUp := books.Rest{Outcome: books.GaveUp, Reason: "look at the workflow"}
	assert.Equal(t, "look at the workflow", books.Settle(pages, gaveUp).Entries[0].Reason)
}

func TestSettleNamesEachOrderThatWasLeftOutOnce(t *testing.T) {
	t.Parallel()
	old := func(ids ...string) books.Page {
		return books.Page{LeftOut: lo.Map(ids, func(id string, _ int) books.LeftOut { return books.LeftOut{ID: id} })}
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
			got := lo.Map(books.Settle(c.pages, notReady).LeftOut, func(l books.LeftOut, _ int) string { return l.ID })
			assert.Equal(t, c.want, got)
		})
	}
}

func TestSettleNamesTheFilesThatWereNobodys(t *testing.T) {
	t.Parallel()
	kept := func(reason string) books.Page {
		return books.Page{Kept: []books.KeptFile{{Key: "raw", Reason: reason}}}
	}
	pages := []books.NamedPage{page(1, "batch-00002-00002", kept("two")), page(1, "batch-00001-00002", kept("one")), page(2, "batch-00001-00002", kept("one"))}
	assert.Equal(t, append(kept("one").Kept, kept("two").Kept...), books.Settle(pages, notReady).Kept)
}

func TestSettleLeavesThePagesAsTheyWere(t *testing.T) {
	t.Parallel()
	pages := []books.NamedPage{page(2, books.FoundPage, pending("b")), page(1, books.FoundPage, pending("a"))}
	books.Settle(pages, notReady)
	assert.Equal(t, 2, pages[0].Generation)
}
