package books

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Kinds of pages, in the order in which an order passes through them. A
// page's name is its kind, a hyphen and numbers: "batch-00012".
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

// A batch leaves two pages: its orders as they stood before the hub was asked,
// and as they stood after its answer.
const (
	BeforeAsking = 1
	AfterAnswer  = 2
)

// PageName names a page of a kind; later ones of a kind sort behind earlier ones.
func PageName(kind string, numbers ...int) string {
	name := kind
	for _, n := range numbers {
		name += fmt.Sprintf("-%05d", n)
	}
	return name
}

// NamedPage is a page with the place where it stood: the generation of its
// connection (1, and one more for each retry) and its name.
type NamedPage struct {
	Generation int
	Name       string
	Page       Page
}

func (p NamedPage) kind() string { kind, _, _ := strings.Cut(p.Name, "-"); return kind }

// Rest is how the orders end that no page settles.
type Rest struct {
	Outcome Outcome
	Reason  string
}

// Account is what the pages of one connection come to.
type Account struct {
	Entries []Entry
	LeftOut []LeftOut
	Kept    []KeptFile
	// Strangers counts the orders that were listed here and are of other connections.
	Strangers int
}

// Settle goes through the pages of one connection and returns one entry for
// every order that the run took up: those that no page ended get the rest's
// outcome. Orders are told apart by id, never counted.
func Settle(pages []NamedPage, rest Rest) Account {
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
	account := Account{Strangers: strangers(pages), Kept: lo.Uniq(lo.FlatMap(pages, func(p NamedPage, _ int) []KeptFile { return p.Page.Kept }))}
	for _, id := range lo.Uniq(s.order) {
		if e := s.entries[id]; e != nil {
			account.Entries = append(account.Entries, *e)
		}
	}
	account.LeftOut = lo.UniqBy(lo.Reject(s.leftOut, func(l LeftOut, _ int) bool { return s.entries[l.ID] != nil }), func(l LeftOut) string { return l.ID })
	return account
}

// strangers adds up what the pages count; the list repeats the page that it was made from.
func strangers(pages []NamedPage) int {
	return lo.SumBy(pages, func(p NamedPage) int { return lo.Ternary(p.kind() == ListPage, 0, p.Page.Strangers) })
}

type settlement struct {
	entries map[string]*Entry
	order   []string
	leftOut []LeftOut
}

func (s *settlement) take(p NamedPage, rest Rest) {
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

// open takes up an order that a later page may end.
func (s *settlement) open(o Order, rest Rest) {
	if o.ID == "" {
		return
	}
	e := Entry{Order: o, Outcome: rest.Outcome, Reason: Reason(rest.Reason), Status: o.Status}
	if rest.Outcome == NotReady && o.Trouble != "" {
		e.Reason = Reason(rest.Reason + " (" + o.Trouble + ")")
	}
	*s.entry(o) = e
}

// note takes what became of an order's status; how its label ended stays.
func (s *settlement) note(e Entry) {
	known := s.entry(e.Order)
	known.Order = lo.Ternary(known.Order.ID == "", e.Order, known.Order)
	known.Status = cmp.Or(e.Status, known.Status)
	known.Reason = cmp.Or(known.Reason, e.Reason)
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
