package books_test

import (
	"strconv"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

func TestPileIsGrouped(t *testing.T) {
	t.Parallel()
	orders := []books.Order{
		{ID: "1", OrderNumber: "5", Channel: "paris", Courier: "Starken", WarehouseID: "w-10"},
		{ID: "2", OrderNumber: "4", Channel: "mercadolibre", ShippingMode: "self_service", Courier: "Flex", WarehouseID: "w-2"},
		{ID: "3", OrderNumber: "3", Channel: "mercadolibre", ShippingMode: "cross_docking", WarehouseID: "w-2"},
		{ID: "4", OrderNumber: "2", Channel: "amazon", Courier: "blue"},
		{ID: "5", OrderNumber: "1", Channel: "mercadolibre", ShippingMode: "Self Service", Courier: "Flex", WarehouseID: "w-10"},
	}
	for by, want := range map[contract.GroupBy]map[string][]string{
		contract.GroupNone:      {"": {"4", "3", "1"}, "flex": {"5", "2"}},
		contract.GroupChannel:   {"amazon": {"4"}, "mercadolibre": {"3"}, "mercadolibre flex": {"5", "2"}, "paris": {"1"}},
		contract.GroupCourier:   {"blue": {"4"}, "Flex flex": {"5", "2"}, "Starken": {"1"}, "": {"3"}},
		contract.GroupWarehouse: {"w-2": {"3"}, "w-2 flex": {"2"}, "w-10": {"1"}, "w-10 flex": {"5"}, "": {"4"}},
	} {
		t.Run("by "+string(by), func(t *testing.T) {
			t.Parallel()
			sort := books.SortOrder{SortOrder: contract.SortOrder{Keys: []contract.SortKey{contract.ByOrder}}}
			got := sort.Grouped(entries(orders), by)
			assert.Equal(t, want, lo.SliceToMap(got, func(g books.GroupedPile) (string, []string) { return g.Group.String(), ids(g.Entries) }))
		})
	}
	names := func(by contract.GroupBy) []string {
		return lo.Map(books.SortOrder{}.Grouped(shuffled(entries(orders)), by), func(g books.GroupedPile, _ int) string { return g.Group.String() })
	}
	assert.Equal(t, []string{"", "flex"}, names(contract.GroupNone))
	assert.Equal(t, []string{"blue", "Flex flex", "Starken", ""}, names(contract.GroupCourier))
	assert.Equal(t, []string{"w-2", "w-2 flex", "w-10", "w-10 flex", ""}, names(contract.GroupWarehouse))
}

func TestWarehousesAreGroupedUnderTheirNames(t *testing.T) {
	t.Parallel()
	all := entries([]books.Order{
		{ID: "1", WarehouseID: "w-1"},
		{ID: "2", WarehouseID: "w-1", WarehouseName: "Centro"},
		{ID: "3", WarehouseID: "w-2", WarehouseName: "Centro"},
		{ID: "4", WarehouseID: "w-3"},
		{ID: "5"},
	})
	books.NameWarehouses(all)
	got := lo.Map(books.SortOrder{}.Grouped(all, contract.GroupWarehouse), func(g books.GroupedPile, _ int) []string {
		return append([]string{g.Group.String()}, ids(g.Entries)...)
	})
	assert.Equal(t, [][]string{{"Centro", "1", "2"}, {"Centro", "3"}, {"w-3", "4"}, {"", "5"}}, got)
}

func TestParseGroup(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]contract.GroupBy{"": "", "none": "", "channel": "channel", "courier": "courier", "warehouse": "warehouse"} {
		got, err := contract.ParseGroup(text)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := contract.ParseGroup("colour")
	assert.ErrorContains(t, err, `there is no grouping by "colour"; there are none, channel, shop, courier, warehouse`)
}

func TestOneNameForACourierInAPile(t *testing.T) {
	t.Parallel()
	words := []string{"BLX", "Blue Express", "BLUEXPRESS", "Flota Ñandú", "FLOTA-NANDU", "Flota Ñandú", "Flota 2", "FLOTA 2", "", ""}
	all := entries(lo.Map(words, func(word string, i int) books.Order { return books.Order{ID: strconv.Itoa(i), Courier: word} }))
	books.NameCouriers(all, channels.Table{}.CourierName)
	assert.Equal(t, []string{
		"Blue Express", "Blue Express", "Blue Express", "Flota Ñandú", "Flota Ñandú", "Flota Ñandú", "Flota 2", "Flota 2", "", "",
	}, lo.Map(all, func(e books.Entry, _ int) string { return e.Order.Courier }), "of spellings that count as one the most frequent, else that in small letters")
	assert.Len(t, books.SortOrder{}.Grouped(all, contract.GroupCourier), 4)
}
