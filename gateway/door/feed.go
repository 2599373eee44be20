package door

import (
	"context"
	"strings"
	"time"

	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// The feed walks over the marks that the intake puts for each order in each state, in the order of their keys. A walk
// hands out the marks that were put since the walk before began, by the store's own clock. A mark that is put behind
// the walk is younger than the beginning of this walk, so the next one finds it: nothing is lost, whoever writes how
// late. A mark is put before its record; where the record does not say so yet, the next walk looks at it again.

const (
	// feedSlack is how much further back a walk looks than when the one before began: clocks show whole seconds, and
	// a write may become visible a little later than it is dated.
	feedSlack = time.Minute
	// heldFor is how long a mark without its record is looked at again; afterwards the intake's look has mended it.
	heldFor = time.Hour
	// feedPages is how many pages of marks an answer looks through at most.
	feedPages    = 10
	marksInAPage = 1000
)

// walk is where the feed stands.
type walk struct {
	// Since is from when on marks are handed out; zero for all.
	Since time.Time `json:"s,omitzero"`
	// Began is when this walk began, After the mark that it saw last; empty between walks.
	Began time.Time `json:"b,omitzero"`
	After string    `json:"a,omitempty"`
	// Held is the time of the oldest mark whose record was not there yet.
	Held time.Time `json:"h,omitzero"`
}

func feedPrefix(merchant, state string) string {
	if state == "" {
		return storage.IntakeStatesPrefix(merchant)
	}
	return storage.IntakeStatePrefix(merchant, state)
}

// valid says whether a walk can have come to where it says.
func (w walk) valid(prefix string) bool {
	return w.After == "" || strings.HasPrefix(w.After, prefix) && len(w.After) <= 1024
}

// feed hands out the orders of the next marks, at most so many; more says that the walk is not at its end.
func (d *Door) feed(ctx context.Context, merchant, state string, at walk, most int) (found []contract.IntakeRecord, next walk, more bool, err error) {
	prefix := feedPrefix(merchant, state)
	for range feedPages {
		page, err := d.Store.ListAfter(ctx, prefix, at.After, at.marks(most-len(found)))
		if err != nil {
			return nil, at, false, err
		}
		if at.After == "" && at.Began.IsZero() {
			at.Began = page.At
			if at.Began.IsZero() {
				at.Began = at.Since // the server does not say its time: everything since the last walk comes again
			}
		}
		marks, whole := youngMarks(page.Objects, at.Since, most-len(found))
		records, err := d.recordsOfMarks(ctx, merchant, &at, marks)
		if err != nil {
			return nil, at, false, err
		}
		found = append(found, records...)
		switch {
		case !whole:
			at.After = marks[len(marks)-1].Key
			return found, at, true, nil
		case !page.More:
			return found, at.ended(), false, nil
		}
		at.After = page.Objects[len(page.Objects)-1].Key
		if len(found) >= most {
			return found, at, true, nil
		}
	}
	return found, at, true, nil
}

// marks is how many marks are listed for so many orders: a first walk hands out each, a later one a few of many.
func (w walk) marks(wanted int) int {
	if w.Since.IsZero() {
		return min(wanted+1, marksInAPage) // one more tells whether there are more
	}
	return marksInAPage
}

// youngMarks are the marks since a time, at most so many; whole says that there are no more of them.
func youngMarks(all []storage.Object, since time.Time, most int) (young []storage.Object, whole bool) {
	for _, mark := range all {
		if mark.Modified.Before(since) {
			continue
		}
		if len(young) == most {
			return young, false
		}
		young = append(young, mark)
	}
	return young, true
}

// ended is where the next walk begins.
func (w walk) ended() walk {
	since := w.Began.Add(-feedSlack)
	if !w.Held.IsZero() && w.Held.Before(since) {
		since = w.Held
	}
	if since.Before(w.Since) {
		since = w.Since
	}
	return walk{Since: since}
}

// recordsOfMarks reads the records of marks, those that are in the state of their mark.
func (d *Door) recordsOfMarks(ctx context.Context, merchant string, at *walk, marks []storage.Object) ([]contract.IntakeRecord, error) {
	type marked struct {
		state, order string
		modified     time.Time
	}
	var wanted []marked
	var ids []string
	for _, mark := range marks {
		state, file, _ := strings.Cut(strings.TrimPrefix(mark.Key, storage.IntakeStatesPrefix(merchant)), "/")
		order, err := d.orderOfMark(ctx, merchant, file)
		if err != nil {
			return nil, err
		}
		if order == "" {
			at.hold(mark.Modified)
			continue
		}
		wanted = append(wanted, marked{state, order, mark.Modified})
		ids = append(ids, order)
	}
	records, err := intakebook.ReadIntakeRecords(ctx, d.Store, merchant, ids)
	if err != nil {
		return nil, err
	}
	byOrder := map[string]contract.IntakeRecord{}
	for _, record := range records {
		byOrder[record.Order] = record
	}
	var found []contract.IntakeRecord
	for _, one := range wanted {
		record, there := byOrder[one.order]
		if !there || string(record.State) != one.state {
			at.hold(one.modified)
			continue
		}
		found = append(found, record)
	}
	return found, nil
}

// hold has the next walk look at a mark again, unless it is old.
func (w *walk) hold(modified time.Time) {
	if w.Began.Sub(modified) < heldFor && (w.Held.IsZero() || modified.Before(w.Held)) {
		w.Held = modified
	}
}

// orderOfMark is the order after which a mark is called; the record of one with a long id tells it.
func (d *Door) orderOfMark(ctx context.Context, merchant, file string) (string, error) {
	if order, whole := storage.IDInKey(file, "", ".json"); whole {
		return order, nil
	}
	var record contract.IntakeRecord
	err := d.Store.Get(ctx, storage.IntakeOrdersPrefix(merchant)+file, &record)
	if isMissing(err) {
		return "", nil
	}
	return record.Order, err
}
