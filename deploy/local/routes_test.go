package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

func TestARunOfAHubWithoutTheTicketRouteAsksOnceAConnection(t *testing.T) {
	t.Parallel()
	plan := filepath.Join(t.TempDir(), "faults.json")
	require.NoError(t, os.WriteFile(plan, []byte(`[
		{"route":"tickets","answer":404,"answer_as":"page","times":"always"},
		{"route":"tasks","answer":403,"times":"always"}
	]`), 0o600))
	run := runToEnd(t, "--orders", "300", "--faults", plan)
	requireBalancedBooks(t, run.result, run.manifest)
	assert.Zero(t, run.result.Outcomes[contract.Labelled]+run.result.Outcomes[contract.Rejected])
	unasked := lo.Filter(run.manifest.Rows, func(r contract.ManifestRow, _ int) bool { return r.Outcome == contract.GaveUp })
	assert.Len(t, unasked, 300)
	for _, row := range unasked {
		assert.Contains(t, row.Reason.Words, "set generate_tickets in DESPACHO_HUB_PATHS")
	}
	connections := lo.Uniq(lo.Map(unasked, func(r contract.ManifestRow, _ int) string { return r.ConnectionID }))
	assert.Equal(t, len(connections), run.report.Calls["tickets"].Count, "one PUT per connection")
	assert.Equal(t, len(connections), run.report.Calls["tasks"].Count, "and one look at its list of tasks")
	for _, c := range run.result.Connections {
		if lo.Contains(connections, c.ID) {
			assert.Contains(t, c.Reason.Words, "the hub does not give the list of label tasks", "what was done without is said once")
		}
	}
}
