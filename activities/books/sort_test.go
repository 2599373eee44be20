package books_test

import (
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/samber/lo/mutable"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
)

func items(skus ...string) []contract.Item {
	return lo.Map(skus, func(sku string, _ int) contract.Item { return contract.Item{SKU: sku, Quantity: 1} })
}

func entries(orders []books.Order) []books.Entry {
	return lo.Map(orders, func(o books.Order, _ int) books.Entry { return books.Entry{Order: o} })
}

func ids(entries []books.Entry) []string {
	return lo.Map(entries, func(e books.Entry, _ int) string { return e.Order.ID })
}

func shuffled[T any](all []T) []T {
	all = slices.Clone(all)
	mutable.Shuffle(all)
	return all
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestPileIsSorted(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		sort   string
		orders []books.Order // in the order that is wanted
	}{
		"without a choice: one SKU by SKU, then the mixed ones, by deadline, by number": {"", []books.Order{
			{ID: "1", OrderNumber: "7", Items: items("A-2"), HandlingDeadline: noon},
			{ID: "2", OrderNumber: "5", Items: items("A-2", "A-2"), HandlingDeadline: noon.Add(time.Hour)},
			{ID: "3", OrderNumber: "6", Items: items("A-2"), HandlingDeadline: noon.Add(time.Hour)},
			{ID: "4", OrderNumber: "1", Items: items("A-10")},
			{ID: "5", OrderNumber: "9", Items: items("A-1", "A-2"), HandlingDeadline: noon.Add(-time.Hour)},
			{ID: "6", OrderNumber: "2", Items: items("A-2", "B"), HandlingDeadline: noon},
			{ID: "7", OrderNumber: "10"},
		}},
		"items without an SKU count by their names, nameless ones last": {"single-first,sku", []books.Order{
			{ID: "1", Items: items("A-2")},
			{ID: "2", Items: []contract.Item{{Name: "Cinta", Quantity: 1}}},
			{ID: "3", Items: []contract.Item{{Quantity: 1}}},
			{ID: "4", Items: append(items("A-1"), contract.Item{Name: "Cinta", Quantity: 1})},
			{ID: "5", Items: append(items("A-1"), contract.Item{Quantity: 1})},
		}},
		"by deadline, then by channel, then by number": {"deadline,channel,order", []books.Order{
			{ID: "1", OrderNumber: "9", Channel: "paris", HandlingDeadline: noon.Add(-time.Hour)},
			{ID: "2", OrderNumber: "10", Channel: "amazon", HandlingDeadline: noon},
			{ID: "3", OrderNumber: "2", Channel: "linio", HandlingDeadline: noon},
			{ID: "4", OrderNumber: "11", Channel: "linio", HandlingDeadline: noon},
			{ID: "5", OrderNumber: "1", Channel: "amazon"},
		}},
		"the earlier handling deadline comes first, none comes last": {"deadline", []books.Order{
			{ID: "1", HandlingDeadline: noon.Add(-time.Hour)}, {ID: "2", HandlingDeadline: noon}, {ID: "3"},
		}},
		"the same moment in another zone is the same deadline": {"deadline,channel", []books.Order{
			{ID: "1", HandlingDeadline: noon, Channel: "a"},
			{ID: "2", HandlingDeadline: noon.In(time.FixedZone("", -3*3600)), Channel: "b"},
		}},
		"the keys decide in the order in which they stand": {"channel,order", []books.Order{
			{ID: "2", Channel: "amazon", OrderNumber: "9"}, {ID: "1", Channel: "paris", OrderNumber: "1"}, {ID: "3", OrderNumber: "0"},
		}},
		"order numbers in natural order": {"order", []books.Order{
			{ID: "4", OrderNumber: "A-2"}, {ID: "1", OrderNumber: "A-10"}, {ID: "2", OrderNumber: "b-1"}, {ID: "3", OrderNumber: "B-2"},
		}},
		"SKUs one by one, orders without any last": {"sku", []books.Order{
			{ID: "1", Items: items("S-9", "S-2")}, {ID: "2", Items: items("S-2", "S-10")}, {ID: "3", Items: items("S-10")}, {ID: "4"},
		}},
		"bins as they are told, SKUs in none last": {"bin", []books.Order{
			{ID: "1", Items: items("x")}, {ID: "2", Items: items("b", "a")}, {ID: "3", Items: items("a")}, {ID: "4", Items: items("unknown")},
		}},
		"couriers without regard to capitals": {"courier", []books.Order{
			{ID: "1", Courier: "blue"}, {ID: "2", Courier: "Chilexpress"}, {ID: "3", Courier: "Starken"}, {ID: "4"},
		}},
		"the earlier sale first": {"sold", []books.Order{{ID: "1", SoldAt: noon}, {ID: "2", SoldAt: noon.Add(time.Minute)}, {ID: "3"}}},
		"the deliveries of a sale stay together and its items decide as a whole": {"single-first,order", []books.Order{
			{ID: "1", OrderNumber: "8", CheckoutID: "c8", Items: items("B")},
			{ID: "2", OrderNumber: "7", CheckoutID: "c7", Code: "OD-9", Items: items("A")},
			{ID: "3", OrderNumber: "7", CheckoutID: "c7", Code: "OD-10", Items: items("C")},
			{ID: "4", OrderNumber: "9", CheckoutID: "c9", Items: items("A", "B")},
		}},
		"several sales of one order number stay together, its earliest deadline decides": {"deadline", []books.Order{
			{ID: "1", OrderNumber: "pack", CheckoutID: "c1", Code: "1", HandlingDeadline: noon.Add(time.Hour)},
			{ID: "2", OrderNumber: "pack", CheckoutID: "c2", Code: "2", HandlingDeadline: noon},
			{ID: "3", OrderNumber: "pack", ConnectionID: "another", HandlingDeadline: noon.Add(time.Minute)},
		}},
	}
	bins := map[string]string{"a": "A-10", "b": "A-9", "x": "A-1"}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sort, err := books.ParseSort(c.sort)
			require.NoError(t, err)
			sort.Bins = bins
			want := ids(entries(c.orders))
			for range 10 {
				assert.Equal(t, want, ids(sort.Pile(shuffled(entries(c.orders)))))
			}
			sort.Reverse = true
			slices.Reverse(want)
			assert.Equal(t, want, ids(sort.Pile(shuffled(entries(c.orders)))), "turned over")
		})
	}

	t.Run("what is equal stays as it came", func(t *testing.T) {
		t.Parallel()
		sort, err := books.ParseSort("channel")
		require.NoError(t, err)
		assert.Equal(t, []string{"9", "3", "5"}, ids(sort.Pile(entries([]books.Order{{ID: "9"}, {ID: "3"}, {ID: "5"}}))))
	})
	t.Run("every combination of two keys holds every order once", func(t *testing.T) {
		t.Parallel()
		orders := []books.Order{{ID: "1", Channel: "a"}, {ID: "2", Items: items("s"), SoldAt: noon}, {ID: "3", OrderNumber: "1"}, {ID: "4", CheckoutID: "c"}}
		for _, first := range contract.SortKeys() {
			for _, second := range contract.SortKeys() {
				sort := books.SortOrder{SortOrder: contract.SortOrder{Keys: []contract.SortKey{first, second}}}
				assert.ElementsMatch(t, []string{"1", "2", "3", "4"}, ids(sort.Pile(entries(orders))), sort)
			}
		}
	})
}

func TestParseSort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            "single-first,deadline,order",
		" Courier, SINGLE-first":      "courier,single-first",
		"bin":                         "bin",
		"deadline,reverse":            "deadline,reverse",
		"order,sold,channel,sku,bin ": "order,sold,channel,sku,bin",
	} {
		t.Run("reads "+text, func(t *testing.T) {
			t.Parallel()
			sort, err := books.ParseSort(text)
			require.NoError(t, err)
			assert.Equal(t, want, sort.String())
			again, err := books.ParseSort(sort.String())
			require.NoError(t, err)
			assert.Equal(t, sort, again)
		})
	}
	for text, complaint := range map[string]string{
		"deadline,colour":  `there is no sort key "colour"; there are single-first, sku, bin, deadline, courier, order, sold, channel`,
		"deadline,":        `there is no sort key ""`,
		"sku,sku":          `the sort key "sku" stands there twice`,
		"reverse":          `there is no sort key "reverse"`,
		"reverse,deadline": `there is no sort key "reverse"`,
	} {
		t.Run("refuses "+text, func(t *testing.T) {
			t.Parallel()
			_, err := books.ParseSort(text)
			assert.ErrorContains(t, err, complaint)
		})
	}
}
