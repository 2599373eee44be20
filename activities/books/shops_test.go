package books_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
)

func TestShopsOfOneChannelAreToldApart(t *testing.T) {
	t.Parallel()
	row := func(channel, id, name string) contract.ManifestRow {
		return contract.ManifestRow{Channel: channel, ConnectionID: id, ConnectionName: name}
	}
	for name, c := range map[string]struct {
		rows []contract.ManifestRow
		want map[string]string
	}{
		"one alone needs no name":         {[]contract.ManifestRow{row("paris", "1", "Paris"), row("paris", "1", "Paris"), row("fcom", "2", "Otra")}, map[string]string{}},
		"several by their names":          {[]contract.ManifestRow{row("ml", "1", "Norte"), row("ml", "2", "Sur"), row("paris", "3", "Paris")}, map[string]string{"1": "Norte", "2": "Sur"}},
		"without a name by their ids":     {[]contract.ManifestRow{row("ml", "1", ""), row("ml", "2", "Sur")}, map[string]string{"1": "1", "2": "Sur"}},
		"an order without one is no shop": {[]contract.ManifestRow{row("ml", "", ""), row("ml", "2", "Sur")}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, books.ShopNames(c.rows))
		})
	}
}

func TestShopsOfOneNameAreToldApartByTheirIDs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ names, want map[string]string }{
		"of other names":          {map[string]string{"11112222-a": "Norte", "33334444-a": "Sur"}, map[string]string{"11112222-a": "Norte", "33334444-a": "Sur"}},
		"of one name":             {map[string]string{"11112222-a": "Norte", "33334444-a": "norte"}, map[string]string{"11112222-a": "Norte (11112222)", "33334444-a": "norte (33334444)"}},
		"of ids that begin alike": {map[string]string{"11112222-a": "Norte", "11112222-b": "Norte"}, map[string]string{"11112222-a": "Norte (11112222-a)", "11112222-b": "Norte (11112222-b)"}},
		"without names":           {map[string]string{"1": "", "2": ""}, map[string]string{"1": "", "2": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries := lo.Map(slices.Sorted(maps.Keys(c.names)), func(id string, _ int) books.Entry {
				return books.Entry{Order: books.Order{ConnectionID: id, Channel: "ml"}}
			})
			entries = append(entries, books.Entry{Order: books.Order{ConnectionID: "another", Channel: "paris"}})
			books.NameConnections(entries, lo.Assign(c.names, map[string]string{"another": "Norte"}))
			for _, e := range entries[:len(c.names)] {
				assert.Equal(t, c.want[e.Order.ConnectionID], e.Order.ConnectionName)
			}
			assert.Equal(t, "Norte", entries[len(c.names)].Order.ConnectionName, "of another channel")
		})
	}
}

func TestItemsOfASKUHaveTheNameThatAnyHas(t *testing.T) {
	t.Parallel()
	order := func(items ...contract.Item) books.Entry { return books.Entry{Order: books.Order{Items: items}} }
	entries := []books.Entry{order(contract.Item{SKU: "A"}, contract.Item{Quantity: 1}), order(contract.Item{SKU: "A", Name: "Abanico"}, contract.Item{Name: "Cinta"})}
	books.NameItems(entries)
	assert.Equal(t, []books.Entry{order(contract.Item{SKU: "A", Name: "Abanico"}, contract.Item{Quantity: 1}), order(contract.Item{SKU: "A", Name: "Abanico"}, contract.Item{Name: "Cinta"})}, entries)
}
