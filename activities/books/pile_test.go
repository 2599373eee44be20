package books_test

import (
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/samber/lo/mutable"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
)

func TestSortPile(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	cases := map[string]struct{ orders []books.Order }{
		"the earlier handling deadline comes first, none comes last": {[]books.Order{
			{ID: "1", HandlingDeadline: noon.Add(-time.Hour), Channel: "z"}, {ID: "2", HandlingDeadline: noon, Channel: "b"}, {ID: "3", Channel: "a"},
		}},
		"the same moment in another zone is the same deadline": {[]books.Order{
			{ID: "1", HandlingDeadline: noon, Channel: "a"},
			{ID: "2", HandlingDeadline: noon.In(time.FixedZone("", -3*3600)), Channel: "b"},
		}},
		"then the channel": {[]books.Order{
			{ID: "2", HandlingDeadline: noon, Channel: "amazon", OrderNumber: "9"}, {ID: "1", HandlingDeadline: noon, Channel: "paris", OrderNumber: "1"},
		}},
		"then the order number in natural order": {[]books.Order{
			{ID: "4", OrderNumber: "A-2"}, {ID: "1", OrderNumber: "A-10"}, {ID: "2", OrderNumber: "B-1"},
		}},
		"the deliveries of a sale stay together": {[]books.Order{
			{ID: "3", OrderNumber: "7", Code: "OD-9"}, {ID: "2", OrderNumber: "7", Code: "OD-10"}, {ID: "1", OrderNumber: "8", Code: "OD-1"},
		}},
		"and the id decides when all else is equal": {[]books.Order{{ID: "1"}, {ID: "2"}, {ID: "3"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := lo.Map(c.orders, func(o books.Order, _ int) books.Entry { return books.Entry{Order: o} })
			for range 5 {
				got := slices.Clone(want)
				mutable.Shuffle(got)
				books.SortPile(got)
				assert.Equal(t, want, got)
			}
		})
	}
	t.Run("entries that are equal stay as they were", func(t *testing.T) {
		t.Parallel()
		entries := []books.Entry{{Reason: "first"}, {Reason: "second"}, {Reason: "third"}}
		books.SortPile(entries)
		assert.Equal(t, []books.Entry{{Reason: "first"}, {Reason: "second"}, {Reason: "third"}}, entries)
	})
}

func TestChooseFormatPrintsAnOrderInOneFormat(t *testing.T) {
	t.Parallel()
	zpl, pdf := books.Label{Key: "zpl", Format: "zpl", Count: 1}, books.Label{Key: "pdf", Format: "pdf", Count: 1}
	spare := books.Label{Key: "spare", Format: "zpl", Count: 1, Spare: true}
	two := books.Label{Key: "two", Format: "pdf", Count: 2}
	cases := map[string]struct {
		labels       []books.Label
		preferred    string
		print, spare []string
	}{
		"the preferred one of two":                      {[]books.Label{pdf, zpl}, "zpl", []string{"zpl"}, []string{"pdf"}},
		"the other preferred":                           {[]books.Label{pdf, zpl}, "pdf", []string{"pdf"}, []string{"zpl"}},
		"the only one that there is":                    {[]books.Label{pdf}, "zpl", []string{"pdf"}, nil},
		"all parcels of it":                             {[]books.Label{zpl, pdf, zpl}, "zpl", []string{"zpl", "zpl"}, []string{"pdf"}},
		"the other one when it has more parcels":        {[]books.Label{zpl, two}, "zpl", []string{"two"}, []string{"zpl"}},
		"more files of the other are more parcels":      {[]books.Label{pdf, pdf, zpl}, "zpl", []string{"pdf", "pdf"}, []string{"zpl"}},
		"a spare label is neither counted nor printed":  {[]books.Label{spare, zpl, spare, pdf}, "pdf", []string{"pdf"}, []string{"spare", "zpl", "spare"}},
		"nothing to print where there is nothing":       {nil, "zpl", nil, nil},
		"nothing to print where everything is a spare":  {[]books.Label{spare}, "zpl", nil, []string{"spare"}},
		"a label that tells no count is one parcel too": {[]books.Label{{Key: "old", Format: "pdf"}}, "zpl", []string{"old"}, nil},
	}
	keys := func(labels []books.Label) []string {
		if labels == nil {
			return nil
		}
		return lo.Map(labels, func(l books.Label, _ int) string { return l.Key })
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			print, spare := books.ChooseFormat(c.labels, c.preferred)
			assert.Equal(t, c.print, keys(print))
			assert.Equal(t, c.spare, keys(spare))
		})
	}
}
