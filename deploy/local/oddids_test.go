package main

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestARunAtAHubWithOddIDs(t *testing.T) {
	t.Parallel()
	run := runToEnd(t, "--orders", "60", "--odd-ids")
	assert.Equal(t, contract.RunCompleted, run.result.State)
	requireBalancedBooks(t, run.result, run.manifest)

	labelled := lo.SliceToMap(run.manifest.Rows, func(r contract.ManifestRow) (string, contract.ManifestRow) { return r.Code, r })
	odd := 0
	for _, order := range run.report.Orders {
		if order.Expected != string(contract.Labelled) || multivende.WhyUnusable(order.Connection) != "" {
			continue
		}
		row, there := labelled[order.Code]
		if !assert.True(t, there, order.Code) {
			continue
		}
		if multivende.WhyUnusable(order.ID) != "" {
			assert.Equal(t, contract.Rejected, row.Outcome, "%q", order.ID)
			continue
		}
		odd += lo.Ternary(len(order.ID) != 36, 1, 0)
		assert.Equal(t, contract.Labelled, row.Outcome, "%q: %s", order.ID, row.Reason.Words)
	}
	assert.Positive(t, odd)
	unusable, usable := lo.FilterReject(run.report.Orders, func(o sandbox.ReportOrder, _ int) bool {
		return multivende.WhyUnusable(o.ID) != "" || multivende.WhyUnusable(o.Connection) != ""
	})
	requireAskedOnce(t, usable)
	for _, order := range unusable {
		assert.Empty(t, order.Labels, "%q", order.ID)
	}
}
