package desk_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board/boardtest"
	"github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/wording"
)

// table is a desk with a warehouse behind it.
type table struct {
	*boardtest.Scene
	desk *desk.Desk
	mux  *http.ServeMux
	who  desk.Identity
}

func newTable(t testing.TB) *table { return newTableOver(t, boardtest.New(t)) }

func newTableOver(_ testing.TB, s *boardtest.Scene) *table {
	d := desk.New(desk.Settings{
		Site: boardtest.Site, Board: s.Board, Store: s.Station, Printers: s.Printers,
		Now: func() time.Time { return boardtest.At.Add(time.Hour) },
	})
	return &table{Scene: s, desk: d, mux: serve(d), who: desk.Identity{Device: "mesa-1", Person: "Ana", Language: wording.Spanish}}
}

func serve(d *desk.Desk) *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range d.Routes() {
		mux.HandleFunc(route.Pattern, route.Handle)
	}
	return mux
}

// ask sends a request; body is written as JSON, but for text.
func (s *table) ask(t testing.TB, method, path string, body any) *httptest.ResponseRecorder {
	t.Helper()
	data, isText := body.(string)
	raw := []byte(data)
	if !isText && body != nil {
		var err error
		raw, err = json.Marshal(body)
		require.NoError(t, err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(desk.WithIdentity(t.Context(), s.who), method, path, bytes.NewReader(raw))
	s.mux.ServeHTTP(w, r)
	return w
}

// got is the answer to a request that went well.
func got[T any](t testing.TB, w *httptest.ResponseRecorder) (value T) {
	t.Helper()
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &value))
	return value
}

func TestAPileIsPrintedOnceByTwoWindows(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	s.Finish(t, "1", boardtest.Rows("1", 10), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())

	today := got[api.Today](t, s.ask(t, "GET", "/api/today", nil))
	require.Len(t, today.Runs, 1)
	require.Len(t, today.Runs[0].Piles, 1)
	pile := today.Runs[0].Piles[0]
	assert.Equal(t, 10, pile.Labels)
	assert.Equal(t, "Ana", today.Person)

	in := api.PrintIn{ID: "window-1-0001", Printer: "zebra-1", Select: api.Select{Merchant: boardtest.Merchant, Run: "1", Pile: pile.ID}}
	out := got[api.PrintOut](t, s.ask(t, "POST", "/api/print", in))
	assert.Equal(t, api.PrintOut{Job: "window-1-0001", Labels: 10}, out)
	assert.Equal(t, out, got[api.PrintOut](t, s.ask(t, "POST", "/api/print", in)), "sent again")

	in.ID = "window-2-0001"
	assert.Equal(t, api.PrintOut{Job: "window-2-0001", Printed: 10}, got[api.PrintOut](t, s.ask(t, "POST", "/api/print", in)))
	assert.Len(t, s.Printers.Asked, 1)
}
