package multivende

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/samber/lo"
)

// CheckoutsChanged walks once through the light list of the sales that changed between two times
// of the hub, whole seconds, both included, and returns those that it saw, each once. If still is
// true, no page shifted during the walk and these are all. Otherwise a sale may have moved to
// another page unseen, and the caller must walk again.
func (c *Client) CheckoutsChanged(ctx context.Context, from, to time.Time) (sales []CheckoutLight, still bool, err error) {
	filters := url.Values{}
	addWindow(filters, "_updated_at", from, to, dateOfCheckouts)
	r := request{route: routeCheckoutsLight, query: filters}
	id := func(entry checkoutLightEntry) string { return string(entry.ID) }
	seen := map[string]bool{}
	shifts := shifting{}
	for at := 1; at != 0; {
		if at > maxPages {
			return nil, false, &Error{Class: Broken, Route: c.label(r.route), Excerpt: fmt.Sprintf("the list has more than %d pages", maxPages)}
		}
		read, err := c.readPage(ctx, r, at)
		if err != nil {
			return nil, false, err
		}
		fresh := decodeNew(read, id, seen)
		sales = append(sales, lo.Map(fresh, func(entry checkoutLightEntry, _ int) CheckoutLight { return entry.light() })...)
		shifts.look(read, len(fresh))
		if shifts.barren == 2 {
			break
		}
		at = read.next(at)
	}
	return sales, shifts.none(len(sales)), nil
}

// shifting detects that the pages of a list shift during a walk.
type shifting struct {
	known  bool // every page told how many entries the list has
	total  number
	moved  bool
	barren int // pages in a row with nothing new
	pages  int
}

func (s *shifting) look(p page, fresh int) {
	total := p.Pagination.value.TotalItems
	entries := 0
	if p.Entries != nil {
		entries = len(*p.Entries)
	}
	s.pages++
	if s.pages == 1 && total != nil {
		s.known, s.total = true, *total
	}
	s.known = s.known && total != nil
	s.moved = s.moved || total != nil && *total != s.total || fresh != entries
	if s.barren++; fresh > 0 {
		s.barren = 0
	}
}

// none: the list was as long all the time as what was seen of it, or a single page.
func (s *shifting) none(seen int) bool {
	return !s.moved && (s.known && int(s.total) == seen || !s.known && s.pages == 1)
}
