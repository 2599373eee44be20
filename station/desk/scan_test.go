package desk_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board/boardtest"
	"github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// mixed are four orders: two of a single piece of POLERA, one of two pieces of it and a cup, one without a label.
func mixed() []contract.ManifestRow {
	rows := boardtest.Rows("1", 4)
	rows[0].Items = []contract.Item{{SKU: "POLERA", Quantity: 1}}
	rows[1].Items = []contract.Item{{SKU: "POLERA", Quantity: 1}}
	rows[2].Items = []contract.Item{{SKU: "POLERA", Quantity: 2}, {SKU: "07801234567895", Name: "Taza", Quantity: 1}}
	rows[3].Position, rows[3].Labels, rows[3].Outcome = nil, nil, contract.Rejected
	return rows
}

func newMixedTable(t testing.TB) *table {
	s := newTable(t)
	s.Finish(t, "1", mixed(), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	return s
}

func scanOf(mode api.ScanMode, text string) api.ScanIn {
	return api.ScanIn{ID: fmt.Sprintf("scan-%s-%x", mode, text), Text: text, Mode: mode, At: boardtest.At.Add(time.Hour), Printer: "zebra-1"}
}

func (s *table) scanned(t testing.TB, in api.ScanIn) api.ScanOut {
	t.Helper()
	in.ID = lo.Substring(strings.ReplaceAll(in.ID, " ", "_"), 0, 64)
	return got[api.ScanOut](t, s.ask(t, "POST", "/api/scan", in))
}

func TestAScanIsAnsweredByMode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		in    api.ScanIn
		kind  api.ScanKind
		order string
		job   bool
		words string
	}{
		{"looking finds an order by its number", scanOf(api.ScanLook, "20000100002"), api.ScanOrder, "o-1-2", false, "Pedido encontrado"},
		{"looking prints nothing", scanOf(api.ScanLook, "POLERA"), api.ScanOrder, "o-1-1", false, "Pedido encontrado"},
		{"print prints an order of a single piece", scanOf(api.ScanPrint, "20000100002"), api.ScanOrder, "o-1-2", true, "va a la impresora"},
		{"print prints the next order that wants a product", scanOf(api.ScanPrint, "polera"), api.ScanOrder, "o-1-1", true, "va a la impresora"},
		{"print shows an order of several pieces", scanOf(api.ScanPrint, "20000100003"), api.ScanOrder, "o-1-3", false, "más de una unidad"},
		{"verify waits for the products", scanOf(api.ScanVerify, "20000100003"), api.ScanOrder, "o-1-3", false, "Leer cada producto"},
		{"an order without a label says why", scanOf(api.ScanPrint, "20000100004"), api.ScanOrder, "o-1-4", false, "Rechazado"},
		{"what nobody knows is said", scanOf(api.ScanLook, "no such code"), api.ScanUnknown, "", false, "Ningún pedido"},
		{"what is no code is said", scanOf(api.ScanPrint, "\x1d\x1e\x04"), api.ScanUnknown, "", false, "no se puede leer"},
		{"what is too long is said", scanOf(api.ScanLook, strings.Repeat("1", 5000)), api.ScanUnknown, "", false, "no se puede leer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newMixedTable(t)
			out := s.scanned(t, test.in)
			assert.Equal(t, test.kind, out.Kind)
			assert.Contains(t, out.Words, test.words)
			assert.Equal(t, test.order, lo.FromPtr(out.Label).Order)
			assert.Equal(t, test.job, out.Job != "")
			assert.Len(t, s.Printers.Asked, lo.Ternary(test.job, 1, 0))
		})
	}
}

func TestAScanThatComesTwiceDoesNothingTwice(t *testing.T) {
	t.Parallel()
	for _, mode := range []api.ScanMode{api.ScanPrint, api.ScanVerify, api.ScanLook} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s := newMixedTable(t)
			in := scanOf(mode, "POLERA")
			var wg sync.WaitGroup
			answers := make([]api.ScanOut, 8)
			for i := range answers {
				wg.Go(func() { answers[i] = s.scanned(t, in) })
			}
			wg.Wait()
			// A station that was started again remembers nothing.
			fresh := s.restarted(t)
			for _, in.Queued = range []bool{false, true} {
				answers = append(answers, fresh.scanned(t, in))
			}
			next, err := s.Store.Exists(t.Context(), storage.CheckedItems(boardtest.Merchant, "o-1-2"))
			require.NoError(t, err)
			assert.False(t, next, "the next order that wants the product was not touched")
			for _, answer := range answers {
				assert.Equal(t, answers[0], answer)
			}
			assert.Len(t, s.Printers.Asked, lo.Ternary(mode == api.ScanLook, 0, 1))
		})
	}
}

func TestAScanThatWaitedPrintsNothing(t *testing.T) {
	t.Parallel()
	s := newMixedTable(t)
	in := scanOf(api.ScanPrint, "20000100001")
	in.Queued = true
	out := s.scanned(t, in)
	assert.Empty(t, out.Job)
	assert.Contains(t, out.Words, "esperó")
	verify := scanOf(api.ScanVerify, "POLERA")
	verify.Queued = true
	out = s.scanned(t, verify)
	assert.Equal(t, api.ScanComplete, out.Kind)
	assert.Empty(t, out.Job)
	assert.Empty(t, s.Printers.Asked)
}

func TestTheSameIDWithAnotherTextIsRefused(t *testing.T) {
	t.Parallel()
	s := newMixedTable(t)
	in := scanOf(api.ScanLook, "20000100001")
	s.scanned(t, in)
	in.Text = "20000100002"
	w := s.ask(t, "POST", "/api/scan", in)
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, w.Body.String(), "scan_twice")
}

func TestALabelComesOutWithTheLastProduct(t *testing.T) {
	t.Parallel()
	s := newMixedTable(t)
	open := &contract.LabelRef{Order: "o-1-3", Label: 1}
	steps := []struct {
		name, text string
		kind       api.ScanKind
		checked    []int
	}{
		{"the order is laid open", "20000100003", api.ScanOrder, []int{0, 0}},
		{"a product of another order is wrong", "SKU-3", api.ScanWrongItem, []int{0, 0}},
		{"the first piece", "POLERA", api.ScanItem, []int{1, 0}},
		{"the cup by its number without the leading zero", "7801234567895", api.ScanItem, []int{1, 1}},
		{"a second cup is one too many", "]E07801234567895", api.ScanWrongItem, []int{1, 1}},
		{"the last piece", "polera\r\n", api.ScanComplete, []int{2, 1}},
	}
	for i, step := range steps {
		in := scanOf(api.ScanVerify, step.text)
		in.ID = fmt.Sprintf("verify-%04d", i)
		if i > 0 {
			in.Open, in.Merchant = open, boardtest.Merchant
		}
		out := s.scanned(t, in)
		assert.Equal(t, step.kind, out.Kind, step.name)
		assert.Equal(t, step.checked, out.Checked, step.name)
		assert.Equal(t, step.kind == api.ScanComplete, out.Job != "", step.name)
		again := s.scanned(t, in)
		assert.Equal(t, out, again, step.name)
	}
	require.Len(t, s.Printers.Asked, 1)
	assert.Equal(t, "scan-verify-0005", s.Printers.Asked[0].ID)
}

func TestACancelledOrderIsAnAlarmUntilSomebodySaysFound(t *testing.T) {
	t.Parallel()
	s := newMixedTable(t)
	s.Cancel(t, "o-1-1", "1")
	s.Board.Refresh(t.Context())
	today := got[api.Today](t, s.ask(t, "GET", "/api/today", nil))
	require.Len(t, today.TakeOut, 1)
	assert.Equal(t, 1, today.TakeOut[0].Position)
	assert.Equal(t, 1, today.Runs[0].TakeOut)

	for _, mode := range []api.ScanMode{api.ScanLook, api.ScanPrint, api.ScanVerify} {
		out := s.scanned(t, scanOf(mode, "20000100001"))
		assert.Equal(t, api.ScanAlarm, out.Kind)
		assert.Contains(t, out.Words, "CANCELADO")
	}
	found := api.FoundIn{ID: "found-0001", Merchant: boardtest.Merchant, Order: "o-1-1"}
	first := got[api.TakeOut](t, s.ask(t, "POST", "/api/found", found))
	assert.Equal(t, "Ana", first.FoundBy)
	s.who = desk.Identity{Device: "mesa-2", Person: "Beto"}
	assert.Equal(t, first, got[api.TakeOut](t, s.ask(t, "POST", "/api/found", found)), "who said so first stays")

	for range 2 {
		assert.Empty(t, got[api.Today](t, s.ask(t, "GET", "/api/today", nil)).TakeOut)
		s.Board.Refresh(t.Context())
	}
	in := scanOf(api.ScanPrint, "20000100001")
	in.ID = "later-0001"
	assert.Equal(t, api.ScanAlarm, s.scanned(t, in).Kind, "it stays cancelled")
	assert.Empty(t, s.Printers.Asked)

	w := s.ask(t, "POST", "/api/found", api.FoundIn{ID: "found-0002", Merchant: boardtest.Merchant, Order: "o-1-2"})
	assert.Equal(t, http.StatusNotFound, w.Code)
}

func TestAProductIsNoPartOfAnothersNumber(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	rows := mixed()
	rows[0].TrackingNumber, rows[1].Items[0].SKU = "XX1234567890", "1234567890"
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	assert.Equal(t, "o-1-2", s.scanned(t, scanOf(api.ScanLook, "1234567890")).Label.Order)
	in := scanOf(api.ScanVerify, "1234567890")
	in.Open, in.Merchant = &contract.LabelRef{Order: "o-1-1", Label: 1}, boardtest.Merchant
	assert.Equal(t, api.ScanWrongItem, s.scanned(t, in).Kind, "a product of another order is no other order")
	in.Text, in.ID = "D-1-2", "scan-next-0001"
	assert.Equal(t, "o-1-2", s.scanned(t, in).Label.Order, "another order is laid open")
}

// pdfWith is a PDF page with a text.
func pdfWith(t testing.TB, text string) string {
	t.Helper()
	page := fpdf.New("P", "mm", "A6", "")
	page.AddPage()
	page.SetFont("Helvetica", "", 12)
	page.Text(10, 10, text)
	var out strings.Builder
	require.NoError(t, page.Output(&out))
	return out.String()
}

// TestABarcodeOnALabelIsKnown scans a barcode that is none of the order's numbers, once its label is out.
func TestABarcodeOnALabelIsKnown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, extension, file, scan string
	}{
		{"ZPL", ".zpl", "^XA^BY2^BCN,100^FD>:AB99887766CL^FS^XZ", "ab99887766cl"},
		{"ZPL with a QR code", ".zpl", `^XA^BQN,2,5^FDQA,{"id":"99887766554"}^FS^XZ`, `{"id":"99887766554"}`},
		{"PDF", ".pdf", pdfWith(t, "Orden 99887766 CL"), "99887766"},
		{"ZPL behind another label", ".zpl", "^XA^BY2^BCN,100^FD>:AB99887766CL^FS^XZ", "ab99887766cl"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newTable(t)
			rows := mixed()
			label, before := contract.PrintedLabel{Format: test.extension[1:], File: "print"}, ""
			if strings.Contains(test.name, "behind") {
				before = "^XA^GFA,500,500,10," // read together, it would take the label behind it for its dots
				label.From, label.Bytes = int64(len(before)), int64(len(test.file))
			}
			stored, err := s.Store.PutBytes(t.Context(), storage.LabelPrefix(boardtest.Merchant, "c1"), test.extension, "text/plain", []byte(before+test.file))
			require.NoError(t, err)
			label.Key, label.SHA256 = stored.Key, stored.SHA256
			rows[1].Labels[0] = label
			s.Finish(t, "1", rows, contract.LabelRunInput{})
			s.Log(t, "job-0001", 1, boardtest.Event("job-0001", "o-1-1", contract.PrintOut, 1), boardtest.Event("job-0001", "o-1-2", contract.PrintOut, 1))
			ctx, stop := context.WithCancel(t.Context())
			var board sync.WaitGroup
			board.Go(func() { s.Board.Run(ctx) })
			defer board.Wait()
			defer stop()
			n := 0
			assert.Eventually(t, func() bool {
				n++
				in := scanOf(api.ScanLook, test.scan)
				in.ID = fmt.Sprintf("try-%06d", n)
				return lo.FromPtr(s.scanned(t, in).Label).Order == "o-1-2"
			}, time.Minute, 10*time.Millisecond)
		})
	}
}

func TestTwoTablesThatScanTheSameProductGetTwoOrders(t *testing.T) {
	t.Parallel()
	s := newMixedTable(t)
	in := scanOf(api.ScanLook, "POLERA")
	assert.Equal(t, "o-1-1", s.scanned(t, in).Label.Order)
	s.who.Device, in.ID = "mesa-2", "other-table-1"
	assert.Equal(t, "o-1-2", s.scanned(t, in).Label.Order)
	in.ID = "other-table-2"
	assert.Equal(t, "o-1-2", s.scanned(t, in).Label.Order, "and its own again")
}

func TestWhatWasScannedIsNotStoredInClear(t *testing.T) {
	t.Parallel()
	s := newMixedTable(t)
	const secret = "Calle Falsa 123"
	s.scanned(t, scanOf(api.ScanLook, secret))
	count := 0
	require.NoError(t, s.Store.List(t.Context(), storage.ScansPrefix(boardtest.Site), func(o storage.Object) error {
		data, err := s.Store.ReadAll(t.Context(), o.Key, 1<<20)
		assert.NotContains(t, string(data), "Falsa")
		count++
		return err
	}))
	assert.Equal(t, 1, count)
}

func TestAScanIsNotAnsweredBeforeItIsStored(t *testing.T) {
	t.Parallel()
	s := newMixedTable(t)
	s.Server.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.PutObject && strings.Contains(r.URL.Path, "/scans/") {
			return storagetest.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"}
		}
		return storagetest.Fault{}
	})
	in := scanOf(api.ScanLook, "20000100001")
	w := s.ask(t, "POST", "/api/scan", in)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, w.Body.String(), "Nada se perdió")
	s.Server.InjectFaults(nil)
	assert.Equal(t, api.ScanOrder, s.scanned(t, in).Kind)
}
