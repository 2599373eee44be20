package books_test

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
)

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
