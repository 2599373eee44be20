package orders

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestAStoredLabelIsTakenUpForItsOwnOrderOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 20})
	scope := w.Scope("ripley")
	for _, id := range activitiestest.OddIDs {
		if id != "ord-1" {
			w.KeepWaiting(scope, books.Order{ID: id, CheckoutID: "sale of " + id})
		}
	}
	w.find(scope)
	taken := w.takeUp(scope)
	var stored []string
	for n := range taken.Pages {
		for _, o := range w.Page(scope, books.PageName(books.ListPage, n+1)).Pending {
			if o.Stored {
				stored = append(stored, o.ID)
				assert.Equal(t, "sale of "+o.ID, o.CheckoutID)
			}
		}
	}
	assert.ElementsMatch(t, lo.Without(activitiestest.OddIDs, "ord-1"), stored)
}
