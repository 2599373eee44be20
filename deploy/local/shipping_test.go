package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

func TestOrdersAreShippedWhoseChannelTakesATrackingNumber(t *testing.T) {
	t.Parallel()
	row := func(id, channel, mode, tracking string, outcome contract.Outcome) contract.ManifestRow {
		return contract.ManifestRow{ID: id, Channel: channel, ShippingMode: mode, TrackingNumber: tracking, Outcome: outcome}
	}
	chosen := labelledParcels([]contract.ManifestRow{
		row("o-1", "dafiti", "Dropshipping", "DFT1", contract.Labelled),
		row("o-2", "dafiti", "cross docking", "DFT2", contract.Labelled),
		row("o-3", "dafiti", "Dropshipping", "", contract.Labelled),
		row("o-4", "liverpool", "Standard", "LVP4", contract.NotReady),
		row("o-5", "ripley", "Dropshipping", "RPL5", contract.Labelled),
		row("o-6", "mercadolibre", "drop_off", "MEL6", contract.Labelled),
		row("o-7", "amazon", "MFN", "AMZ7", contract.Labelled),
		row("o-8", "vtex", "Standard", "VTX8", contract.Labelled),
	})
	assert.Equal(t, []string{"o-1", "o-3", "o-7"}, lo.Map(chosen, func(p parcel, _ int) string { return p.id }))
	assert.Equal(t, "DFT1", chosen[0].row().TrackingNumber)
	own := chosen[1].row()
	assert.Regexp(t, `^DSP[0-9A-F]{10}$`, own.TrackingNumber)
	assert.Equal(t, "https://tracking.example.com/"+own.TrackingNumber, own.TrackingURL)
	assert.NotEqual(t, own.TrackingNumber, parcel{id: "o-9"}.tracked().tracking)

	t.Run("also without a label, when it has not left and its documents are there", func(t *testing.T) {
		t.Parallel()
		assert.True(t, parcel{channel: "mercadolibre", mode: "me1"}.mayShip())
		assert.True(t, parcel{channel: "vtex", mode: "Standard", document: true}.mayShip())
		assert.False(t, parcel{channel: "vtex", mode: "Standard"}.mayShip())
		for _, present := range []channels.Status{channels.Shipped, channels.Delivered, channels.Cancelled} {
			assert.False(t, parcel{channel: "mercadolibre", mode: "me1", present: present}.mayShip(), present)
		}
	})
}

func TestShippedOrdersAreShownAndCounted(t *testing.T) {
	t.Parallel()
	synced := func(id, reason string) contract.StatusListRow {
		return contract.StatusListRow{Order: id, Outcome: contract.StatusSynced, Reason: contract.Reason{Words: reason}, Seconds: 80.1}
	}
	list := func(asked int, rows ...contract.StatusListRow) (string, error) {
		s := shipped{asked: asked, rows: rows, parcels: map[string]parcel{"o-1": {channel: "dafiti", mode: "Dropshipping", tracking: "DFT1"}}}
		var out strings.Builder
		require.NoError(t, s.write(&out))
		return out.String(), s.verdict()
	}
	shown, err := list(1, synced("o-1", ""))
	require.NoError(t, err)
	assert.Regexp(t, `o-1 +dafiti +Dropshipping +shipped +DFT1 +80\.1\n`, shown)
	assert.Contains(t, shown, "verified 1 of 1, tracking written on 1")

	shown, err = list(2, synced("o-1", ""), synced("o-2", "the tracking was not written: Ripley takes none"))
	require.ErrorContains(t, err, "of 2 orders that were to be shipped with tracking, 2 are verified on their channels and 1 have their tracking number there; the table says why")
	assert.Contains(t, shown, "the tracking was not written: Ripley takes none")
	assert.Contains(t, shown, "verified 2 of 2, tracking written on 1")

	_, err = list(2, synced("o-1", ""), contract.StatusListRow{Order: "o-2", Outcome: contract.StatusLate, Reason: contract.Reason{Words: "sent 3 times"}})
	require.ErrorContains(t, err, "1 are verified")
	_, err = list(2, synced("o-1", ""))
	require.ErrorContains(t, err, "only 1 were found")

	many := lo.Times(shippedShown+9, func(i int) contract.StatusListRow { return synced(fmt.Sprintf("o-%d", i), "") })
	many[shippedShown+8].Reason.Words = "the tracking was not written"
	shown, _ = list(1, many...)
	assert.Contains(t, shown, "the tracking was not written", "what is not as it was to be comes first")
	assert.Contains(t, shown, "and 9 more")
	assert.Equal(t, shippedShown, strings.Count(shown, "80.1"))
}

func TestHowManyOrdersAreShipped(t *testing.T) {
	t.Parallel()
	for arguments, want := range map[string]int{
		"": 200, "--new-orders 30": 30, "--shipped 7": 7, "--shipped 0": 0, "--new-orders 0 --shipped 9": 9,
		"--hub https://hub.example.com --merchant m": 0, "--hub https://hub.example.com --merchant m --shipped 12": 12,
	} {
		given, err := parse(strings.Fields(arguments))
		require.NoError(t, err, arguments)
		assert.Equal(t, want, given.toShip(), arguments)
	}
	for _, c := range [][2]int{{350, 200}, {25, 20}, {10, 200}, {3, 2}, {1, 0}} {
		sales := newOrders(c[0], c[1])
		tracked := lo.SumBy(sales, func(a arrival) int { return lo.Ternary(a.shippingMode != "", a.count, 0) })
		assert.Equal(t, min(c[0], c[1]), tracked, c)
		assert.Equal(t, c[0], lo.SumBy(sales, func(a arrival) int { return a.count }), c)
		for _, sale := range sales {
			assert.Positive(t, sale.count, c)
			if sale.shippingMode != "" {
				assert.True(t, parcel{channel: sale.connection, mode: sale.shippingMode}.mayShip(), sale.connection)
			}
		}
	}
}
