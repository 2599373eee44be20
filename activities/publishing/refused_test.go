package publishing

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestASaleThatCannotBeReadLeavesOtherCancelledOnesOut(t *testing.T) {
	t.Parallel()
	p := prints(t, 5, []sandbox.Fault{{Route: "checkout", Answer: "400"}}, "ripley", "totalplay")
	ripley := p.Scope("ripley")
	orders := lo.Filter(lo.Values(p.truth), func(o sandbox.ReportOrder, _ int) bool {
		return o.Connection == ripley.Connection.ID && len(o.Checkouts) == 1
	})
	p.Pass(time.Minute)
	p.Cancel(orders[0])
	p.Cancel(orders[1])
	_, err := activitiestest.TryStep(p.world, p.publishing.LeaveOutCancelled, p.in, nil)
	activitiestest.RequireFinal(t, contract.ErrorRefused, err)
	page := p.Page(activities.Scope{Merchant: p.in.Merchant, Run: p.in.Run, Connection: ripley.Connection, Generation: activities.LastGeneration}, books.CancelledPage)
	assert.NotEmpty(t, page.Ended, "the other sale's label is left out")
}

func TestAnOrderOfTwoConnectionsHasOneEntry(t *testing.T) {
	t.Parallel()
	entry := func(id string, outcome contract.Outcome) books.Entry {
		return books.Entry{Order: books.Order{ID: id}, Outcome: outcome}
	}
	once := onceEach([]books.Entry{entry("a", contract.NotReady), entry("b", contract.Labelled), entry("a", contract.Labelled), entry("b", contract.NotReady)})
	assert.Equal(t, []books.Entry{entry("a", contract.Labelled), entry("b", contract.Labelled)}, once)
}
