package books_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
)

func TestPageCountsItsOrders(t *testing.T) {
	t.Parallel()
	var p books.Page
	p.End(order("a"), contract.Rejected, contract.Reason{Words: "two lines"})
	p.End(order("b"), contract.Rejected, contract.Reason{Words: ""})
	p.Ended = append(p.Ended, books.Entry{Order: order("c"), Status: contract.StatusSynced})
	p.Ready, p.Pending, p.LeftOut = ready("d").Ready, pending("e", "f").Pending, []contract.LeftOut{{ID: "g"}}

	assert.Equal(t, "two lines", p.Ended[0].Reason.Words)
	assert.Equal(t, books.Counts{Ready: 1, Pending: 2, Ended: map[contract.Outcome]int{contract.Rejected: 2}, LeftOut: 1}, p.Counts(), "a status alone is no outcome")
	assert.Len(t, p.All(), 6)
}
