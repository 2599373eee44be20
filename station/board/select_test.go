package board_test

import (
	"fmt"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/station/board/boardtest"
	"github.com/despacho/despacho/wording"
)

// tenOrders is a warehouse with ten orders: 4 is on paper, 5 in doubt, 6 cancelled after printing, 7 was lost,
// 9 has two labels, and 10 is of another courier, warehouse and channel.
func tenOrders(t *testing.T) *boardtest.Scene {
	s := boardtest.New(t)
	rows := boardtest.Rows("1", 10)
	rows[8].Labels = append(rows[8].Labels, contract.PrintedLabel{Key: "labels/m1/c1/files/9b.pack", From: 7, Bytes: 9, Format: "pdf", SHA256: "b", File: "print.pdf"})
	rows[9].Courier, rows[9].Channel, rows[9].WarehouseID, rows[9].WarehouseName = "Starken", "fcom", "w2", "Norte"
	bins := map[string]string{}
	for n := range 7 {
		bins[fmt.Sprintf("SKU-%d", n)] = fmt.Sprintf("A-%d", n*5)
	}
	key, err := client.PutBins(t.Context(), s.Store, boardtest.Merchant, "1", bins)
	require.NoError(t, err)
	s.Finish(t, "1", rows, contract.LabelRunInput{Printing: contract.Printing{BinsKey: key, Stamp: true}})
	s.Cancel(t, "o-1-6", "1")
	s.Log(t, "before-01", 1, boardtest.Event("before-01", "o-1-4", contract.PrintOut, 1), boardtest.Event("before-01", "o-1-5", contract.PrintUnknown, 1),
		boardtest.Event("before-01", "o-1-6", contract.PrintOut, 1), boardtest.Event("before-01", "o-1-7", contract.PrintLost, 1))
	s.Board.Refresh(t.Context())
	return s
}

func TestSelect(t *testing.T) {
	t.Parallel()
	ref := func(n int) contract.LabelRef { return contract.LabelRef{Order: fmt.Sprintf("o-1-%d", n), Label: 1} }
	tests := []struct {
		name      string
		want      api.Select
		again     bool
		positions []int
		printed   int
		cancelled int
	}{
		{"the whole run", api.Select{}, false, []int{1, 2, 3, 7, 8, 9, 9, 10}, 2, 1},
		{"from N to M", api.Select{From: 2, To: 4}, false, []int{2, 3}, 1, 0},
		{"from N on", api.Select{From: 8}, false, []int{8, 9, 9, 10}, 0, 0},
		{"one courier", api.Select{Courier: "Starken"}, false, []int{10}, 0, 0},
		{"one channel", api.Select{Channel: "fcom"}, false, []int{10}, 0, 0},
		{"one warehouse by its name", api.Select{Warehouse: "Norte"}, false, []int{10}, 0, 0},
		{"one warehouse by its id", api.Select{Warehouse: "w2"}, false, []int{10}, 0, 0},
		{"a range of bins, in the order of numbers", api.Select{BinFrom: "A-5", BinTo: "A-15"}, false, []int{1, 2, 3, 8, 9, 9, 10}, 0, 0},
		{"bins from one on", api.Select{BinFrom: "A-20"}, false, nil, 2, 1},
		{"labels by name", api.Select{Labels: []contract.LabelRef{ref(9), ref(4)}}, false, []int{9}, 1, 0},
		{"all that is given must hold", api.Select{Courier: "Starken", To: 9}, false, nil, 0, 0},
		{"one label again", api.Select{Labels: []contract.LabelRef{ref(4)}}, true, []int{4}, 0, 0},
		{"a range again, printed or not, but none that is cancelled", api.Select{From: 3, To: 6}, true, []int{3, 4, 5}, 0, 1},
		{"from here on", api.Select{From: 7}, true, []int{7, 8, 9, 9, 10}, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := tenOrders(t)
			test.want.Merchant, test.want.Run = boardtest.Merchant, "1"
			chosen, err := s.Board.Select(t.Context(), test.want, contract.PrintJob{ID: "job-0001", Merchant: boardtest.Merchant}, test.again)
			require.NoError(t, err)
			positions := lo.Map(chosen.Labels, func(l contract.JobLabel, _ int) int { return l.Position })
			assert.Equal(t, test.positions, lo.Ternary(len(positions) == 0, nil, positions))
			assert.Equal(t, test.printed, chosen.Printed, "printed")
			assert.Equal(t, test.cancelled, chosen.Cancelled, "cancelled")
		})
	}
}

func TestAPileIsChosenByItsID(t *testing.T) {
	t.Parallel()
	s := tenOrders(t)
	for _, pile := range s.Board.Today(wording.Spanish).Runs[0].Piles {
		want := api.Select{Merchant: boardtest.Merchant, Run: "1", Pile: pile.ID}
		chosen, err := s.Board.Select(t.Context(), want, contract.PrintJob{ID: "job-" + pile.ID, Merchant: boardtest.Merchant}, false)
		require.NoError(t, err)
		assert.Equal(t, pile.Labels, len(chosen.Labels)+chosen.Printed+chosen.Cancelled)
	}
}

func TestASelectionIsRefused(t *testing.T) {
	t.Parallel()
	s := tenOrders(t)
	s.Finish(t, "2", boardtest.Rows("2", board.MaxJob+1), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	tests := []struct {
		name  string
		want  api.Select
		again bool
		err   error
	}{
		{"of a run out of view", api.Select{Run: "none"}, false, board.ErrNoRun},
		{"of a bin of a run out of view", api.Select{Run: "none", BinFrom: "A"}, false, board.ErrNoRun},
		{"of a whole run again", api.Select{Run: "1"}, true, board.ErrWhole},
		{"of a courier again", api.Select{Run: "1", Courier: "Starken"}, true, board.ErrWhole},
		{"that is too large", api.Select{Run: "2"}, false, board.ErrTooMany},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.want.Merchant = boardtest.Merchant
			_, err := s.Board.Select(t.Context(), test.want, contract.PrintJob{ID: "job-0001", Merchant: boardtest.Merchant}, test.again)
			assert.ErrorIs(t, err, test.err)
		})
	}
}

func TestAJobNamesItsLabelsAsTheManifestHasThem(t *testing.T) {
	t.Parallel()
	s := tenOrders(t)
	want := api.Select{Merchant: boardtest.Merchant, Run: "1", From: 9, To: 9}
	chosen, err := s.Board.Select(t.Context(), want, contract.PrintJob{ID: "job-0001", Merchant: boardtest.Merchant}, false)
	require.NoError(t, err)
	row := boardtest.Row("1", 9)
	stamp := &contract.LabelStamp{Number: 9, Of: 10, Lines: []string{"1 × SKU-2"}}
	assert.Equal(t, []contract.JobLabel{
		{Run: "1", Order: row.ID, OrderNumber: row.OrderNumber, Label: 1, Position: 9, Key: row.Labels[0].Key, Format: "pdf", SHA256: row.Labels[0].SHA256, Stamp: stamp},
		{Run: "1", Order: row.ID, OrderNumber: row.OrderNumber, Label: 2, Position: 9, Key: "labels/m1/c1/files/9b.pack", From: 7, Bytes: 9, Format: "pdf", SHA256: "b", Stamp: stamp},
	}, chosen.Labels)
}

func TestLabelsComeInPages(t *testing.T) {
	t.Parallel()
	s := tenOrders(t)
	labels, there := s.Board.Labels(boardtest.Merchant, "1", 0, 9, wording.Spanish)
	require.True(t, there)
	assert.Equal(t, 11, labels.Total)
	assert.Len(t, labels.Labels, 10, "both labels of order 9 stand on one page")
	assert.Equal(t, 10, labels.Next)
	states := lo.Map(labels.Labels[3:7], func(l api.Label, _ int) contract.PrintState { return l.State })
	assert.Equal(t, []contract.PrintState{contract.PrintOut, contract.PrintUnknown, contract.PrintOut, contract.PrintLost}, states)
	assert.True(t, labels.Labels[5].Cancelled)
	labels, _ = s.Board.Labels(boardtest.Merchant, "1", labels.Next, 9, wording.Spanish)
	assert.Len(t, labels.Labels, 1)
	assert.Zero(t, labels.Next)
	_, there = s.Board.Labels(boardtest.Merchant, "none", 0, 9, wording.Spanish)
	assert.False(t, there)
}

func TestWhatAScanFinds(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	rows := boardtest.Rows("1", 8)
	rows[0].TrackingNumber = "MEL43123456789FMXDF01"
	rows[1].TrackingNumber = "794658123450"
	rows[2].OrderNumber, rows[3].OrderNumber = "5550001", "5550001"
	rows[4].TrackingNumber, rows[5].OrderNumber = "7777777701", "7777777701"
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	again := boardtest.Rows("1", 1)
	again[0].Position, again[0].Labels, again[0].Outcome = nil, nil, contract.AlreadyPrinted
	s.Finish(t, "2", append(again, boardtest.Row("2", 1)), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	tests := []struct {
		name, text string
		scope      board.Scope
		orders     []string
	}{
		{"the delivery order's id", "O-1-3", board.Scope{}, []string{"o-1-3"}},
		{"its code", "D-1-3", board.Scope{}, []string{"o-1-3"}},
		{"the tracking number, with the kind of barcode", "]C191000000003", board.Scope{}, []string{"o-1-3"}},
		{"the order's number of two orders", "5550001", board.Scope{}, []string{"o-1-3", "o-1-4"}},
		{"a tracking number that is another's order number", "7777777701", board.Scope{}, []string{"o-1-5", "o-1-6"}},
		{"Mercado Libre's code, whose number stands within the tracking number", `{"id":"43123456789","sender_id":1}`, board.Scope{}, []string{"o-1-1"}},
		{"a carrier's barcode with the tracking number within", "9622001900000000000000794658123450", board.Scope{}, []string{"o-1-2"}},
		{"an order of an earlier run, with its label", "20000100001", board.Scope{}, []string{"o-1-1"}},
		{"an order of another run than the one that is open", "20000100005", board.Scope{Merchant: boardtest.Merchant, Run: "2"}, []string{"o-1-5"}},
		{"an order of another merchant", "20000100005", board.Scope{Merchant: "m2"}, nil},
		{"a shipment's id within the tracking number, with the parcel's number", "43123456789-2", board.Scope{}, []string{"o-1-1"}},
		{"a part of several numbers", "20000100", board.Scope{}, []string{"o-1-1", "o-1-2", "o-1-5", "o-1-7", "o-1-8"}},
		{"too short a part of a number", "2000010", board.Scope{}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			codes, err := board.ReadScan(test.text)
			require.NoError(t, err)
			found := s.Board.Named(codes, test.scope, wording.Spanish)
			if len(found) == 0 {
				found = s.Board.Hinted(codes, test.scope, wording.Spanish)
			}
			orders := lo.Map(found, func(l api.Label, _ int) string { return l.Order })
			assert.Equal(t, test.orders, lo.Ternary(len(orders) == 0, nil, orders))
			for _, l := range found {
				assert.Equal(t, 1, l.Labels, "the run that has the label")
			}
		})
	}
}

func TestTheNextOrderThatWantsAProduct(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	rows := boardtest.Rows("1", 5)
	for i := range rows {
		rows[i].Items = []contract.Item{{SKU: "CUP", Quantity: 1}}
	}
	rows[0].Items = append(rows[0].Items, contract.Item{SKU: "BOX", Quantity: 1})
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	s.Log(t, "job-0001", 1, boardtest.Event("job-0001", "o-1-2", contract.PrintOut, 1))
	s.Cancel(t, "o-1-3", "1")
	s.Board.Refresh(t.Context())
	codes, err := board.ReadScan("cup")
	require.NoError(t, err)
	var order []string
	for {
		label, there := s.Board.Wanted(codes, board.Scope{}, func(_, id string) bool { return lo.Contains(order, id) }, wording.Spanish)
		if !there {
			break
		}
		order = append(order, label.Order)
	}
	assert.Equal(t, []string{"o-1-4", "o-1-5", "o-1-1"}, order, "single items first; none that was printed or cancelled")
	assert.True(t, s.Board.Knows(codes, board.Scope{}))
}
