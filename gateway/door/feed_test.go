package door

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// reader is a partner who reads the feed.
type reader struct {
	s      *scene
	query  string
	cursor string
}

// readAll reads to the end of what there is now.
func (r *reader) readAll(t *testing.T) (ids []string) {
	t.Helper()
	for range 1000 {
		list := decoded[OrderList](t, r.s.get("/v1/orders?limit=2&cursor="+r.cursor+r.query))
		require.NotEmpty(t, list.NextCursor)
		r.cursor = list.NextCursor
		for _, order := range list.Orders {
			ids = append(ids, order.ID)
		}
		if !list.More {
			return ids
		}
	}
	t.Fatal("the feed has no end")
	return nil
}

func TestTheFeedHandsOutEveryOrder(t *testing.T) {
	t.Parallel()
	s := play(t)
	var want []string
	for i := range 7 {
		id := fmt.Sprint("d", i)
		s.addOrder(t, merchant, id, contract.IntakeWaiting)
		want = append(want, id)
	}
	s.addOrder(t, merchant, "held", contract.IntakeHeldBack)
	r := &reader{s: s, query: "&state=waiting"}
	assert.Equal(t, want, r.readAll(t))

	s.addOrder(t, merchant, "d3", contract.IntakeTakeOut)
	out := &reader{s: s, query: "&state=take_out"}
	assert.Equal(t, []string{"d3"}, out.readAll(t))
	assert.NotContains(t, r.readAll(t), "d3", "it is no longer in the state")
	all := &reader{s: s}
	assert.ElementsMatch(t, append(want, "held"), all.readAll(t))
}

// TestTheFeedEndsWhenNothingHappens: orders that did not change come once.
func TestTheFeedEndsWhenNothingHappens(t *testing.T) {
	t.Parallel()
	at := walk{}
	s := play(t)
	s.addOrder(t, merchant, "d1", contract.IntakeWaiting)
	found, at, more, err := s.door.feed(t.Context(), merchant, "", at, 10)
	require.NoError(t, err)
	assert.Len(t, found, 1)
	assert.False(t, more)
	at.Since = at.Since.Add(2 * feedSlack) // as if the walk had begun some time later
	found, _, _, err = s.door.feed(t.Context(), merchant, "", at, 10)
	require.NoError(t, err)
	assert.Empty(t, found)
}

// TestNothingIsLostBehindTheWalk: an order that is written while a page is read, with a key that the walk has passed,
// comes with the next walk.
func TestNothingIsLostBehindTheWalk(t *testing.T) {
	t.Parallel()
	s := play(t)
	for _, id := range []string{"b1", "b2", "b3"} {
		s.addOrder(t, merchant, id, contract.IntakeWaiting)
	}
	first := decoded[OrderList](t, s.get("/v1/orders?limit=2"))
	require.True(t, first.More)
	s.addOrder(t, merchant, "a-behind", contract.IntakeWaiting)
	r := &reader{s: s, cursor: first.NextCursor}
	assert.Equal(t, []string{"b3"}, r.readAll(t))
	assert.Contains(t, r.readAll(t), "a-behind")
}

// TestAMarkBeforeItsRecordIsHeld: the next walk looks at it again.
func TestAMarkBeforeItsRecordIsHeld(t *testing.T) {
	t.Parallel()
	s := play(t)
	require.NoError(t, s.store.Put(t.Context(), storage.IntakeInState(merchant, "waiting", "late"), struct{}{}))
	s.addOrder(t, merchant, "z1", contract.IntakeWaiting)
	found, at, more, err := s.door.feed(t.Context(), merchant, "waiting", walk{}, 1)
	require.NoError(t, err)
	assert.True(t, more)
	assert.Empty(t, found)
	assert.False(t, at.Held.IsZero())
	s.addOrder(t, merchant, "late", contract.IntakeWaiting)
	assert.Equal(t, []string{"late", "z1"}, (&reader{s: s}).readAll(t))
}

// TestAMarkWithoutARecordHoldsTheNextWalk, but not for ever.
func TestAMarkWithoutARecordHoldsTheNextWalk(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	w := walk{Began: began}
	w.hold(began.Add(-10 * time.Minute))
	w.hold(began.Add(-5 * time.Minute))
	w.hold(began.Add(-2 * time.Hour))
	assert.Equal(t, walk{Since: began.Add(-10 * time.Minute)}, w.ended())
	assert.Equal(t, walk{Since: began.Add(-feedSlack)}, walk{Began: began}.ended())
	assert.Equal(t, walk{Since: began}, walk{Began: began, Since: began}.ended(), "it does not go back")
}

// TestTheFeedReadsLittle: an order costs a read, and a poll in which nothing happened one list.
func TestTheFeedReadsLittle(t *testing.T) {
	t.Parallel()
	s := play(t)
	for i := range 30 {
		s.addOrder(t, merchant, fmt.Sprint("d", i), contract.IntakeWaiting)
	}
	before := s.server.Calls()
	found, at, _, err := s.door.feed(t.Context(), merchant, "waiting", walk{}, 100)
	require.NoError(t, err)
	assert.Len(t, found, 30)
	at.Since = at.Since.Add(2 * feedSlack)
	_, _, _, err = s.door.feed(t.Context(), merchant, "waiting", at, 100)
	require.NoError(t, err)
	after := s.server.Calls()
	assert.Equal(t, 30, after[storagetest.GetObject]-before[storagetest.GetObject])
	assert.Equal(t, 2, after[storagetest.ListObjects]-before[storagetest.ListObjects])
}

// TestAFirstWalkListsWhatItHandsOut: of a thousand marks it does not list all for each page.
func TestAFirstWalkListsWhatItHandsOut(t *testing.T) {
	t.Parallel()
	s := play(t)
	for i := range 12 {
		s.addOrder(t, merchant, fmt.Sprint("d", i), contract.IntakeWaiting)
	}
	var asked []string
	s.server.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.ListObjects {
			asked = append(asked, r.URL.Query().Get("max-keys"))
		}
		return storagetest.Fault{}
	})
	found, at, more, err := s.door.feed(t.Context(), merchant, "waiting", walk{}, 5)
	require.NoError(t, err)
	assert.Len(t, found, 5)
	require.True(t, more)
	found, at, more, err = s.door.feed(t.Context(), merchant, "waiting", at, 7)
	require.NoError(t, err)
	assert.Len(t, found, 7)
	require.False(t, more)
	_, _, _, err = s.door.feed(t.Context(), merchant, "waiting", at, 5)
	require.NoError(t, err)
	assert.Equal(t, []string{"6", "8", "1000"}, asked, "later walks look for the few that are new")
}

func TestACursorIsOfItsOwnList(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.addOrder(t, merchant, "d1", contract.IntakeWaiting)
	cursor := decoded[OrderList](t, s.get("/v1/orders?state=waiting")).NextCursor
	s.key = s.addKey(t, partners.Scopes(), merchant, "m-2")
	for _, path := range []string{"/v1/orders?merchant=m-2&state=waiting&cursor=" + cursor, "/v1/orders?merchant=m-1&cursor=" + cursor, "/v1/orders?merchant=m-1&cursor=%2500", "/v1/orders?merchant=m-1&cursor=e30"} {
		came := s.get(path)
		assert.Equal(t, http.StatusBadRequest, came.Status, path)
		assert.Equal(t, CodeCursor, came.problem(t).Code, path)
	}
	forged, err := writeCursor("feed m-1 waiting", walk{After: storage.IntakeInState("m-2", "waiting", "x")})
	require.NoError(t, err)
	assert.Equal(t, CodeCursor, s.get("/v1/orders?merchant=m-1&state=waiting&cursor="+forged).problem(t).Code)
}

func TestOrdersWithLongIDsAreInTheFeed(t *testing.T) {
	t.Parallel()
	s := play(t)
	long := "order/" + string(slices.Repeat([]byte("x"), 200))
	s.addOrder(t, merchant, long, contract.IntakeQueued)
	assert.Equal(t, []string{long}, (&reader{s: s}).readAll(t))
}
