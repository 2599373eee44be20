package door

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// mark has the intake know an order with its record and its mark alone, which is what the feed reads.
func (s *scene) mark(t testing.TB, order string) {
	t.Helper()
	require.NoError(t, s.store.Put(t.Context(), storage.IntakeInState(merchant, "waiting", order), struct{}{}))
	require.NoError(t, s.store.Put(t.Context(), storage.IntakeOrder(merchant, order), contract.IntakeRecord{Order: order, State: contract.IntakeWaiting}))
}

// readBy reads to the end of what there is now, so many orders at a time.
func (r *reader) readBy(t *testing.T, limit int) (ids []string, pages int) {
	t.Helper()
	for pages = 1; pages < 2000; pages++ {
		list := decoded[OrderList](t, r.s.get(fmt.Sprintf("/v1/orders?limit=%d&cursor=%s%s", limit, r.cursor, r.query)))
		require.LessOrEqual(t, len(list.Orders), limit)
		r.cursor = list.NextCursor
		for _, order := range list.Orders {
			ids = append(ids, order.ID)
		}
		if !list.More {
			return ids, pages
		}
	}
	t.Fatal("the feed has no end")
	return nil, 0
}

// TestMoreOrdersThanAListHas come in small pages, none lost and in their order, by a first walk and by a later one, whose
// lists end in the middle of a page.
func TestMoreOrdersThanAListHas(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.open(func(o *Options) { o.Rate, o.Burst = 100_000, 100_000 })
	var want []string
	for i := range marksInAPage + 53 {
		want = append(want, fmt.Sprintf("d%04d", i))
		s.mark(t, want[i])
	}
	r := &reader{s: s, query: "&state=waiting"}
	first, pages := r.readBy(t, 13)
	assert.Equal(t, want, first)
	assert.Equal(t, len(want)/13, pages, "the last page is full, and nothing follows it")

	s.mark(t, "a-new") // before all others
	later, _ := r.readBy(t, 39)
	assert.Equal(t, append([]string{"a-new"}, want...), later, "of the last minute all come again")
}

// TestAServersShortPagesEndNothing: a server may give fewer keys than it was asked for, and say that there are more.
func TestAServersShortPagesEndNothing(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.server.ListAtMost(3)
	var want []string
	for i := range 47 {
		want = append(want, fmt.Sprintf("d%04d", i))
		s.mark(t, want[i])
	}
	for _, limit := range []int{1, 2, 3, 4, 10, 100} {
		r := &reader{s: s, query: "&state=waiting"}
		for range 2 {
			got, _ := r.readBy(t, limit)
			assert.Equal(t, want, got, "%d at a time", limit)
		}
	}
}

// TestTheFewThatAreNewAreFoundBehindManyOld: an answer looks through so many pages of marks and no more, and says that it goes on.
func TestTheFewThatAreNewAreFoundBehindManyOld(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.server.ListAtMost(2)
	for i := range 2*feedPages + 5 {
		s.mark(t, fmt.Sprintf("d%04d", i))
	}
	later := walk{Since: time.Now().Add(time.Hour), Began: time.Now().Add(time.Hour)}
	found, at, more, err := s.door.feed(t.Context(), merchant, "waiting", later, 100)
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.True(t, more)
	assert.Equal(t, storage.IntakeInState(merchant, "waiting", fmt.Sprintf("d%04d", 2*feedPages-1)), at.After)
	assert.Equal(t, later.Began, at.Began, "it is the same walk")
	_, at, more, err = s.door.feed(t.Context(), merchant, "waiting", at, 100)
	require.NoError(t, err)
	assert.False(t, more)
	assert.Equal(t, walk{Since: later.Since}, at)
}

// TestAFullAnswerIsNotTheEnd: where an answer is full with the last mark of a list, and the list goes on, there is more.
func TestAFullAnswerIsNotTheEnd(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.server.ListAtMost(3)
	for i := range 7 {
		s.mark(t, fmt.Sprint("d", i))
	}
	at := walk{}
	for _, want := range [][]string{{"d0", "d1", "d2"}, {"d3", "d4", "d5"}, {"d6"}} {
		found, next, more, err := s.door.feed(t.Context(), merchant, "waiting", at, 3)
		require.NoError(t, err)
		assert.Equal(t, want, lo.Map(found, func(r contract.IntakeRecord, _ int) string { return r.Order }))
		assert.Equal(t, len(want) == 3, more)
		at = next
	}
}

// TestAMarkOfTheVeryTimeIsHandedOut: a walk goes back to the time of a mark that it held, and sees that mark again.
func TestAMarkOfTheVeryTimeIsHandedOut(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	held, old := storage.Object{Key: "held", Modified: at}, storage.Object{Key: "old", Modified: at.Add(-time.Second)}
	young, whole := youngMarks([]storage.Object{old, held, old}, at, 1)
	assert.Equal(t, []storage.Object{held}, young)
	assert.True(t, whole, "what is too old is none of those that are left")
	young, whole = youngMarks([]storage.Object{held, held}, at, 1)
	assert.Equal(t, []storage.Object{held}, young)
	assert.False(t, whole)
}

// TestAMarkHeldLatelyShortensNothing: the next walk goes back by a minute all the same.
func TestAMarkHeldLatelyShortensNothing(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	w := walk{Began: began}
	w.hold(began.Add(-feedSlack / 2))
	assert.Equal(t, walk{Since: began.Add(-feedSlack)}, w.ended())
}

// TestAMarkOfALongIDBeforeItsRecordIsHeld: only the record says which order it is.
func TestAMarkOfALongIDBeforeItsRecordIsHeld(t *testing.T) {
	t.Parallel()
	s := play(t)
	long := "order/" + strings.Repeat("x", 200)
	require.NoError(t, s.store.Put(t.Context(), storage.IntakeInState(merchant, "waiting", long), struct{}{}))
	s.mark(t, "a1")
	w := walk{Began: time.Now()}
	marks, err := s.store.ListAfter(t.Context(), feedPrefix(merchant, "waiting"), "", 10)
	require.NoError(t, err)
	records, err := s.door.recordsOfMarks(t.Context(), merchant, &w, marks.Objects)
	require.NoError(t, err)
	assert.Len(t, records, 1)
	assert.False(t, w.Held.IsZero())
}

// TestAMarkOfAnotherStateHandsOutNothing: the record of its order is in another state, or not yet in this one.
func TestAMarkOfAnotherStateHandsOutNothing(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.mark(t, "d1")
	require.NoError(t, s.store.Put(t.Context(), storage.IntakeInState(merchant, string(contract.IntakeTakeOut), "d1"), struct{}{}))
	took, _ := (&reader{s: s, query: "&state=take_out"}).readBy(t, 2)
	assert.Empty(t, took)
	waits, _ := (&reader{s: s, query: "&state=waiting"}).readBy(t, 2)
	assert.Equal(t, []string{"d1"}, waits)
}
