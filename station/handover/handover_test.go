package handover_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/station/handover"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const (
	merchant = "m1"
	site     = "bodega"
)

// scene is a site with its store; printing goes on after now.
type scene struct {
	t     *testing.T
	store *storage.Store
	now   time.Time
	jobs  int
}

func newScene(t *testing.T) *scene {
	return &scene{t: t, store: storagetest.New(t), now: time.Now().UTC()}
}

func (s *scene) sheets() *handover.Sheets {
	return handover.New(handover.Settings{Site: site, Store: s.store, Now: func() time.Time { return s.now }})
}

// row is the order at a position, of a courier.
func row(position int, courier string, labels int) contract.ManifestRow {
	return contract.ManifestRow{
		Position: &position, ID: fmt.Sprintf("o%d", position), OrderNumber: fmt.Sprintf("20%05d", position), TrackingNumber: fmt.Sprintf("TRK%05d", position),
		Channel: "fcom", ConnectionID: "c1", ConnectionName: "Tienda", Courier: courier, Outcome: contract.Labelled,
		Labels: lo.Times(labels, func(int) contract.PrintedLabel { return contract.PrintedLabel{Key: "k", File: "f"} }),
	}
}

func (s *scene) publish(run string, change func(*contract.Manifest), rows ...contract.ManifestRow) {
	s.t.Helper()
	manifest := contract.Manifest{Run: run, Merchant: merchant, Rows: rows}
	if change != nil {
		change(&manifest)
	}
	require.NoError(s.t, s.store.Put(s.t.Context(), storage.ManifestJSON(merchant, run), manifest))
}

// prints prints labels of a run, each of which ends in a state.
func (s *scene) prints(run string, state contract.PrintState, again contract.AgainReason, refs ...contract.LabelRef) {
	s.t.Helper()
	s.printsAt(site, run, state, again, refs...)
}

func (s *scene) printsAt(site, run string, state contract.PrintState, again contract.AgainReason, refs ...contract.LabelRef) {
	s.t.Helper()
	s.jobs++
	at := s.now.Add(-time.Hour + time.Duration(s.jobs)*time.Minute)
	job := contract.PrintJob{ID: fmt.Sprintf("job-%d", s.jobs), Merchant: merchant, Site: site, Printer: "zebra-1", Person: "Ana", Again: again, At: at}
	page := contract.PrintPage{Merchant: merchant, Job: job.ID, Page: 1}
	for i, ref := range refs {
		label := contract.JobLabel{Run: run, Order: ref.Order, Label: ref.Label, Position: i + 1, SHA256: "aa"}
		answer, err := book.Claim(s.t.Context(), s.store, job, label, book.NewPrint(job, label, at))
		require.NoError(s.t, err)
		require.Equal(s.t, book.Claimed, answer.Verdict)
		entry, err := book.WriteEnd(s.t.Context(), s.store, answer.Entry, state, contract.Reason{}, at)
		require.NoError(s.t, err)
		page.Labels = append(page.Labels, entry.Event(label))
	}
	_, err := book.PutPage(s.t.Context(), s.store, job, page)
	require.NoError(s.t, err)
}

func (s *scene) cancel(order string) {
	s.t.Helper()
	record := contract.IntakeRecord{Order: order, State: contract.IntakeTakeOut}
	require.NoError(s.t, s.store.Put(s.t.Context(), storage.IntakeOrder(merchant, order), record))
	require.NoError(s.t, s.store.Put(s.t.Context(), storage.IntakeInState(merchant, string(record.State), order), struct{}{}))
}

func ref(order string) contract.LabelRef { return contract.LabelRef{Order: order, Label: 1} }

func (s *scene) list(sheets *handover.Sheets) []handover.Sheet {
	s.t.Helper()
	all, err := sheets.List(s.t.Context(), merchant)
	require.NoError(s.t, err)
	return all
}

// parcels are the orders on a sheet, with a label's place from the second on.
func parcels(sheet handover.Sheet) []string {
	return lo.Map(sheet.Parcels, func(p handover.Parcel, _ int) string {
		return p.Order + lo.Ternary(p.Label > 1, fmt.Sprintf("/%d", p.Label), "")
	})
}

func closing(id, courier string) handover.Closing {
	return handover.Closing{Request: id, Merchant: merchant, Courier: courier, Person: "Bea", Station: "Mesa 1"}
}

func TestASheetHoldsWhatWasPrintedAndNotHandedOver(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.publish("r1", nil, row(1, "Blue", 1), row(2, "Blue", 2), row(3, "Starken", 1), row(4, "", 1), row(5, "Blue", 1), row(6, "Blue", 1), row(7, "Blue", 1))
	s.prints("r1", contract.PrintOut, "", ref("o2"), contract.LabelRef{Order: "o2", Label: 2}, ref("o1"), ref("o3"), ref("o4"))
	s.prints("r1", contract.PrintUnknown, "", ref("o5"))
	s.prints("r1", contract.PrintLost, "", ref("o6"))
	s.prints("r1", contract.PrintOut, contract.AgainJam, ref("o1"))
	s.prints("r1", contract.PrintLost, contract.AgainJam, ref("o3"))
	s.printsAt("otra-bodega", "r1", contract.PrintOut, "", ref("o7"))

	all := s.list(s.sheets())
	require.Len(t, all, 3)
	assert.Equal(t, []string{"Blue", "Starken", "fcom"}, lo.Map(all, func(s handover.Sheet, _ int) string { return s.Courier }))
	assert.Equal(t, []string{"o1", "o2", "o2/2"}, slices.Sorted(slices.Values(parcels(all[0]))), "once each, whatever was printed again; no doubts, nothing of another site")
	assert.Equal(t, []string{"o3"}, parcels(all[1]), "the first print is on paper")
	assert.Equal(t, []string{"o4"}, parcels(all[2]), "without a courier the channel names it")
	assert.Equal(t, "fcom", all[0].Channel)
	one, _ := lo.Find(all[0].Parcels, func(p handover.Parcel) bool { return p.Order == "o2" && p.Label == 2 })
	assert.Equal(t, []any{"2000002", "TRK00002", 2, "Tienda"}, []any{one.Number, one.Tracking, one.Labels, one.Shop})
	assert.Len(t, lo.UniqBy(all, handover.Sheet.ID), 3)
}

func TestASheetIsClosedOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.publish("r1", nil, row(1, "Blue", 1), row(2, "Blue", 1), row(3, "Starken", 1))
	s.prints("r1", contract.PrintOut, "", ref("o1"), ref("o3"))
	sheets := s.sheets()
	first, err := sheets.Close(t.Context(), closing("request-1", "Blue"))
	require.NoError(t, err)
	assert.Equal(t, []string{"o1"}, parcels(first))
	assert.Equal(t, []any{1, "Bea", "Mesa 1"}, []any{first.Number, first.ClosedBy, first.Station})

	s.prints("r1", contract.PrintOut, "", ref("o2"))
	s.prints("r1", contract.PrintOut, contract.AgainDamaged, ref("o1"))
	for name, station := range map[string]*handover.Sheets{"the same station": sheets, "another one": s.sheets()} {
		again, err := station.Close(t.Context(), closing("request-1", "Blue"))
		require.NoError(t, err, name)
		assert.Equal(t, parcels(first), parcels(again), "%s: the same request closes nothing more", name)
		assert.Equal(t, []any{first.Number, first.ClosedAt}, []any{again.Number, again.ClosedAt})
	}
	_, err = sheets.Close(t.Context(), closing("request-1", "Starken"))
	require.ErrorIs(t, err, handover.ErrOtherRequest)

	second, err := s.sheets().Close(t.Context(), closing("request-2", "Blue"))
	require.NoError(t, err)
	assert.Equal(t, []string{"o2"}, parcels(second), "what comes later is on the next one; a label printed again is not handed over again")
	_, err = sheets.Close(t.Context(), closing("request-3", "Blue"))
	require.ErrorIs(t, err, handover.ErrNothing)

	all := s.list(sheets)
	assert.Equal(t, []string{"Starken", "Blue", "Blue"}, lo.Map(all, func(s handover.Sheet, _ int) string { return s.Courier }))
	assert.Equal(t, []int{0, 2, 1}, lo.Map(all, func(s handover.Sheet, _ int) int { return s.Number }), "open ones first, then the newest")
	for _, sheet := range all {
		found, err := s.sheets().Find(t.Context(), merchant, sheet.ID())
		require.NoError(t, err)
		assert.Equal(t, parcels(sheet), parcels(found))
	}
	for _, id := range []string{"3-aaaaaaaaaa", "1-aaaaaaaaaa", "open-aaaaaaaaaa", "", "-1", "../1"} {
		_, err := sheets.Find(t.Context(), merchant, id)
		require.ErrorIs(t, err, storage.ErrNotFound, id)
	}
}

func TestTablesThatCloseAtTheSameTimeShareTheParcels(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	couriers := []string{"Blue", "Starken", "Chilexpress"}
	rows := lo.Times(30, func(i int) contract.ManifestRow { return row(i+1, couriers[i%3], 1) })
	s.publish("r1", nil, rows...)
	s.prints("r1", contract.PrintOut, "", lo.Map(rows, func(r contract.ManifestRow, _ int) contract.LabelRef { return ref(r.ID) })...)
	var all sync.WaitGroup
	var mu sync.Mutex
	taken := map[string]int{}
	closed := 0
	for i := range 9 {
		table := s.sheets()
		all.Go(func() {
			sheet, err := table.Close(t.Context(), closing(fmt.Sprintf("request-%d", i), couriers[i%3]))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				assert.ErrorIs(t, err, handover.ErrNothing)
				return
			}
			closed++
			for _, order := range parcels(sheet) {
				taken[order]++
			}
		})
	}
	all.Wait()
	assert.Equal(t, 3, closed, "one sheet for each courier")
	assert.Len(t, taken, 30)
	for order, times := range taken {
		assert.Equal(t, 1, times, order)
	}
}

func TestACancelledOrderIsNotHandedOver(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.publish("r1", nil, row(1, "Blue", 1), row(2, "Blue", 2), row(3, "Blue", 1))
	s.prints("r1", contract.PrintOut, "", ref("o1"), ref("o2"), contract.LabelRef{Order: "o2", Label: 2}, ref("o3"))
	sheets := s.sheets()
	require.Len(t, s.list(sheets)[0].Parcels, 4)
	s.cancel("o2")
	require.NoError(t, s.store.Put(t.Context(), storage.IntakeInState(merchant, string(contract.IntakeTakeOut), "o3"), struct{}{}), "a mark that is left over")
	require.NoError(t, s.store.Put(t.Context(), storage.IntakeOrder(merchant, "o3"), contract.IntakeRecord{Order: "o3", State: contract.IntakeLabelled}))
	sheet, err := sheets.Close(t.Context(), closing("request-1", "Blue"))
	require.NoError(t, err)
	assert.Equal(t, []string{"o1", "o3"}, parcels(sheet))
}

func TestControlFilesGoWithTheParcelsOfTheirConnection(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other := row(2, "Starken", 1)
	other.ConnectionID = "c2"
	s.publish("r1", func(m *contract.Manifest) {
		m.Controls = []contract.ControlFile{{Key: "ours.pdf", ConnectionID: "c1", Channel: "mercadolibre", Orders: 1, Pages: 1}, {Key: "theirs.pdf", ConnectionID: "c3"}}
	}, row(1, "Blue", 1), other)
	s.prints("r1", contract.PrintOut, "", ref("o1"), ref("o2"))
	all := s.list(s.sheets())
	require.Len(t, all, 2)
	require.Len(t, all[0].Controls, 1)
	assert.Equal(t, "ours.pdf", all[0].Controls[0].Key)
	assert.Equal(t, "r1", all[0].Controls[0].Run)
	assert.Empty(t, all[1].Controls)
}

func TestWhatWasPrintedLongAgoIsNotOpen(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.publish("r1", nil, row(1, "Blue", 1), row(2, "Blue", 1))
	s.now = s.now.AddDate(0, 0, -20)
	s.prints("r1", contract.PrintOut, "", ref("o1"))
	s.now = s.now.AddDate(0, 0, 20)
	s.prints("r1", contract.PrintOut, "", ref("o2"))
	all := s.list(s.sheets())
	require.Len(t, all, 1)
	assert.Equal(t, []string{"o2"}, parcels(all[0]))
}
