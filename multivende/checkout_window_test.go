package multivende

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChangedSalesTellWhetherTheirPagesHeldStill(t *testing.T) {
	t.Parallel()
	of := func(next, total int) string { return fmt.Sprintf(`{"next_page":%d,"total_items":%d}`, next, total) }
	tests := map[string]struct {
		pages []string
		ids   string
		still bool
	}{
		"one page":                            {[]string{listPage("a b", of(0, 2))}, "a b", true},
		"none":                                {[]string{`{"entries":[],"pagination":` + of(0, 0) + `}`}, "", true},
		"two pages that hold still":           {[]string{listPage("a b", of(2, 3)), listPage("c", of(0, 3))}, "a b c", true},
		"a sale that left the window":         {[]string{listPage("a b", of(2, 4)), listPage("d", of(0, 3))}, "a b d", false},
		"a sale that came into the window":    {[]string{listPage("a b", of(2, 3)), listPage("b c", of(0, 4))}, "a b c", false},
		"a sale that slipped a page":          {[]string{listPage("a b", of(2, 3)), listPage("b", of(0, 3))}, "a b", false},
		"fewer sales than the list has":       {[]string{listPage("a b", of(0, 3))}, "a b", false},
		"one page that does not count":        {[]string{listPage("a b", `{"next_page":0}`)}, "a b", true},
		"two pages that do not count":         {[]string{listPage("a b", `{"next_page":2}`), listPage("c", `{"next_page":0}`)}, "a b c", false},
		"a page that begins not to count":     {[]string{listPage("a b", of(2, 3)), listPage("c", `{"next_page":0}`)}, "a b c", false},
		"a page that shifted back as a whole": {[]string{listPage("a b", of(2, 4)), listPage("a b", of(3, 4)), listPage("c d", of(0, 4))}, "a b c d", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turn := inTurn(lo.Map(test.pages, func(page string, _ int) http.HandlerFunc { return says(page) })...)
			answers := map[string]http.HandlerFunc{}
			for i := range 4 {
				answers[fmt.Sprintf("/api/m/m-1/checkouts/light/p/%d", i+1)] = turn
			}
			hub := newHub(t, answers)
			from := time.Date(2031, 1, 2, 3, 4, 5, 900, time.UTC)
			sales, still, err := hub.client(t).CheckoutsChanged(t.Context(), from, from.Add(time.Hour))
			require.NoError(t, err)
			assert.Equal(t, test.ids, strings.Join(lo.Map(sales, func(s CheckoutLight, _ int) string { return s.ID }), " "))
			assert.Equal(t, test.still, still)
			assert.Contains(t, hub.seen()[0].Query, "_updated_at_from=2031-01-02%2003%3A04%3A05&_updated_at_to=2031-01-02%2004%3A04%3A06")
		})
	}
}

func TestSalesThatFailedToRegister(t *testing.T) {
	t.Parallel()
	body := `{"entries":[
		{"_id":"e-1","externalId":20001,"error":"Error: no stock for buyer@example.com\n    at Object.register (/srv/app.js:1)","archived":"disabled","count":3,
		 "eventStatus":"error","createdAt":"2031-01-02T03:04:05.000Z","updatedAt":"2031-01-02T04:04:05.000Z","MarketplaceConnectionId":"c-1"},
		{"_id":"e-2","externalId":"x/2","archived":true,"MarketplaceConnection":{"_id":"c-2"}},
		{"_id":"e-1","externalId":20001}],"pagination":{"next_page":0}}`
	hub := newHub(t, map[string]http.HandlerFunc{"/api/m/m-1/checkouts/with-error/p/1": says(body)})
	var all []CheckoutWithError
	err := hub.client(t).CheckoutsWithError(t.Context(), func(page []CheckoutWithError) error { all = append(all, page...); return nil })
	require.NoError(t, err)
	assert.Equal(t, []CheckoutWithError{
		{
			ID: "e-1", ConnectionID: "c-1", ExternalID: "20001", Error: "Error: no stock for [e-mail]", Count: 3,
			CreatedAt: time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC), UpdatedAt: time.Date(2031, 1, 2, 4, 4, 5, 0, time.UTC),
		},
		{ID: "e-2", ConnectionID: "c-2", ExternalID: "x/2", Archived: true, Count: 1},
	}, all)
}
