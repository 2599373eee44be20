package books

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// Kinds of pages, in the order in which an order passes through them. A page's name is its kind and
// numbers, joined by hyphens: "batch-00012".
const (
	FoundPage     = "found"
	SharedPage    = "shared"
	ListPage      = "list"
	ReadPage      = "read"
	StatusPage    = "status"
	BatchPage     = "batch"
	CancelledPage = "cancelled"
	AfterPage     = "after"
)

var pageKinds = []string{FoundPage, SharedPage, ListPage, ReadPage, StatusPage, BatchPage, CancelledPage, AfterPage}

// A batch leaves two pages: its orders before the hub was asked, and after its answer.
const (
	BeforeAsking = 1
	AfterAnswer  = 2
)

// PageName returns the name of a page of a kind; later pages of a kind sort behind earlier ones.
func PageName(kind string, numbers ...int) string {
	name := kind
	for _, n := range numbers {
		name += fmt.Sprintf("-%05d", n)
	}
	return name
}

// NamedPage is a page with its name and its generation, the connection's turn: 1, and one more for
// each retry.
type NamedPage struct {
	Generation int
	Name       string
	Page       Page
}

func (p NamedPage) kind() string { kind, _, _ := strings.Cut(p.Name, "-"); return kind }

// RestOutcome is the outcome of the orders that no page ends.
type RestOutcome struct {
	Outcome contract.Outcome
	contract.Reason
}

// Account is the sum of one connection's pages.
type Account struct {
	Entries []Entry
	LeftOut []contract.LeftOut
	Kept    []contract.KeptFile
	// Strangers counts the orders listed here that belong to other connections.
	Strangers int
}

// SettlePages goes through the pages of one connection and returns one entry for every order that the run
// took up. Orders that no page ended get the outcome of the rest. Orders are told apart by id, never
// counted.
func SettlePages(pages []NamedPage, rest RestOutcome) Account {
	pages = slices.Clone(pages)
	slices.SortStableFunc(pages, func(a, b NamedPage) int {
		return cmp.Or(
			cmp.Compare(a.Generation, b.Generation),
			cmp.Compare(slices.Index(pageKinds, a.kind()), slices.Index(pageKinds, b.kind())),
			cmp.Compare(a.Name, b.Name),
		)
	})
	s := settlement{entries: map[string]*Entry{}}
	for _, p := range pages {
		s.take(p, rest)
	}
	account := Account{Strangers: strangers(pages), Kept: keptFiles(pages)}
	for _, id := range lo.Uniq(s.order) {
		if e := s.entries[id]; e != nil {
			account.Entries = append(account.Entries, *e)
		}
	}
	account.LeftOut = lo.UniqBy(lo.Reject(s.leftOut, func(l contract.LeftOut, _ int) bool { return s.entries[l.ID] != nil }), func(l contract.LeftOut) string { return l.ID })
	return account
}

// keptFiles are the files of all pages that belong to no order, each once.
func keptFiles(pages []NamedPage) []contract.KeptFile {
	kept := lo.FlatMap(pages, func(p NamedPage, _ int) []contract.KeptFile { return p.Page.Kept })
	return lo.UniqBy(kept, func(f contract.KeptFile) [3]string { return [...]string{f.Key, f.ConnectionID, f.Reason.Words} })
}

// strangers adds up the pages' numbers, without the page "list", which repeats the page it was made
// from.
func strangers(pages []NamedPage) int {
	return lo.SumBy(pages, func(p NamedPage) int { return lo.Ternary(p.kind() == ListPage, 0, p.Page.Strangers) })
}

type settlement struct {
	entries map[string]*Entry
	order   []string
	leftOut []contract.LeftOut
}

func (s *settlement) take(p NamedPage, rest RestOutcome) {
	s.leftOut = append(s.leftOut, p.Page.LeftOut...)
	for _, id := range p.Page.Gone {
		delete(s.entries, id)
	}
	for _, o := range slices.Concat(p.Page.Pending, p.Page.Ready) {
		if p.kind() == AfterPage {
			s.note(Entry{Order: o})
		} else {
			s.open(o, rest)
		}
	}
	for _, e := range p.Page.Ended {
		if p.kind() == AfterPage || e.Outcome == "" {
			s.note(e)
		} else {
			*s.entry(e.Order) = e
		}
	}
}

// open takes up an order, which a later page may end.
func (s *settlement) open(o Order, rest RestOutcome) {
	if o.ID == "" {
		return
	}
	e := Entry{Order: o, Outcome: rest.Outcome, Reason: rest.Reason, Status: o.Status}
	if rest.Outcome == contract.NotReady && o.Trouble.Words != "" {
		e.Reason = wording.Join(rest.Reason, contract.Reason(o.Trouble))
	}
	*s.entry(o) = e
}

// note records an order's status and leaves the outcome of its label alone.
func (s *settlement) note(e Entry) {
	known := s.entry(e.Order)
	known.Order = lo.Ternary(known.Order.ID == "", e.Order, known.Order)
	known.Status = cmp.Or(e.Status, known.Status)
	known.Reason = contract.FirstReason(known.Reason, e.Reason)
}

func (s *settlement) entry(o Order) *Entry {
	e := s.entries[o.ID]
	if e == nil {
		e = &Entry{}
		s.entries[o.ID] = e
		s.order = append(s.order, o.ID)
	}
	return e
}
