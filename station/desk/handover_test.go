package desk_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board/boardtest"
	"github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/wording"
)

// print prints the first label of an order of run 1, so long before now, and says how it ended.
func (s *table) print(t *testing.T, order string, state contract.PrintState, again contract.AgainReason, before time.Duration) {
	t.Helper()
	at := boardtest.At.Add(time.Hour - before)
	job := contract.PrintJob{
		ID: fmt.Sprintf("job-%s-%d", order, before), Merchant: boardtest.Merchant, Site: boardtest.Site, Printer: "zebra-1", Person: "Ana", Again: again, At: at,
	}
	label := contract.JobLabel{Run: "1", Order: order, Label: 1, Position: 1, SHA256: "aa"}
	answer, err := book.Claim(t.Context(), s.Store, job, label, book.NewPrint(job, label, at))
	require.NoError(t, err)
	require.Equal(t, book.Claimed, answer.Verdict)
	entry, err := book.WriteEnd(t.Context(), s.Store, answer.Entry, state, contract.Reason{}, at.Add(time.Second))
	require.NoError(t, err)
	_, err = book.PutPage(t.Context(), s.Store, job, contract.PrintPage{Merchant: boardtest.Merchant, Job: job.ID, Page: 1, Labels: []contract.PrintEvent{entry.Event(label)}})
	require.NoError(t, err)
}

func TestAHandOverSheetIsClosedAndPrinted(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	rows := boardtest.Rows("1", 3)
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	assert.Empty(t, got[[]api.HandOver](t, s.ask(t, "GET", "/api/handover", nil)))
	s.print(t, rows[0].ID, contract.PrintOut, "", time.Hour)
	s.print(t, rows[1].ID, contract.PrintOut, "", time.Hour)
	s.print(t, rows[2].ID, contract.PrintOut, "", time.Hour)
	s.Cancel(t, rows[2].ID, "1")

	open := got[[]api.HandOver](t, s.ask(t, "GET", "/api/handover", nil))
	require.Len(t, open, 1)
	assert.True(t, strings.HasPrefix(open[0].ID, "open-"))
	open[0].ID = ""
	assert.Equal(t, api.HandOver{Merchant: boardtest.Merchant, Courier: "Chilexpress", Channel: "mercadolibre", Parcels: 2}, open[0])

	in := api.CloseIn{ID: "window-1-0001", Merchant: boardtest.Merchant, Courier: "Chilexpress"}
	closed := got[api.HandOver](t, s.ask(t, "POST", "/api/handover/close", in))
	assert.Equal(t, []any{2, "Ana", boardtest.At.Add(time.Hour)}, []any{closed.Parcels, closed.ClosedBy, closed.ClosedAt})
	assert.Equal(t, closed, got[api.HandOver](t, s.ask(t, "POST", "/api/handover/close", in)), "sent again")
	in.ID = "window-2-0001"
	assert.Equal(t, http.StatusConflict, s.ask(t, "POST", "/api/handover/close", in).Code, "nothing is left")
	assert.Equal(t, []api.HandOver{closed}, got[[]api.HandOver](t, s.ask(t, "GET", "/api/handover", nil)))

	s.who.Language = wording.Portuguese
	answer := s.ask(t, "GET", "/api/handover/"+boardtest.Merchant+"/"+closed.ID+".pdf", nil)
	require.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, "application/pdf", answer.Header().Get("Content-Type"))
	pages, err := pdf.Texts(answer.Body.Bytes())
	require.NoError(t, err)
	require.Len(t, pages, 1)
	for _, words := range []string{"Hoja de entrega", "Folha de entrega", "N.º 1", "Chilexpress · Mercado Libre", "Bodega / Depósito santiago", "Tienda Ñandú", "2 paquetes", rows[0].OrderNumber, rows[1].TrackingNumber, "Recibe / Recebe", "Patente / Placa"} {
		assert.Contains(t, pages[0], words)
	}
	assert.NotContains(t, pages[0], rows[2].OrderNumber)
}

func TestHandOverSheetsThatThereAreNot(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, path := range []string{"m1/1-0000000000.pdf", "m1/open-0000000000.pdf", "m2/1-0000000000.pdf", "m1/1-0000000000", "m1/..pdf", "m1/%2e%2e%2fx.pdf"} {
		assert.Equal(t, http.StatusNotFound, s.ask(t, "GET", "/api/handover/"+path, nil).Code, path)
	}
	for name, in := range map[string]api.CloseIn{
		"another's merchant": {ID: "window-1-0001", Merchant: "m2", Courier: "Chilexpress"},
		"an id too short":    {ID: "1", Merchant: boardtest.Merchant, Courier: "Chilexpress"},
	} {
		assert.Contains(t, []int{http.StatusNotFound, http.StatusBadRequest}, s.ask(t, "POST", "/api/handover/close", in).Code, name)
	}
	for _, route := range s.desk.Routes() {
		if route.Pattern == "POST /api/handover/close" {
			assert.True(t, route.Person)
		}
	}
	assert.NotNil(t, desk.New(desk.Settings{}))
}
