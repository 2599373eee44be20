package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
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
	assert.Zero(t, run.result.Outcomes[books.Labelled]+run.result.Outcomes[books.Rejected])
	unasked := lo.Filter(run.manifest.Rows, func(r books.Row, _ int) bool { return r.Outcome == books.GaveUp })
	assert.Len(t, unasked, 300)
	for _, row := range unasked {
		assert.Contains(t, row.Reason, "set generate_tickets in DESPACHO_HUB_PATHS")
	}
	connections := lo.Uniq(lo.Map(unasked, func(r books.Row, _ int) string { return r.ConnectionID }))
	assert.Equal(t, len(connections), run.report.Calls["tickets"].Count, "one PUT a connection")
	assert.Equal(t, len(connections)+1, run.report.Calls["tasks"].Count, "and one look at its list of tasks, after the one of connecting the account")
	for _, c := range run.result.Connections {
		if lo.Contains(connections, c.ID) {
			assert.Contains(t, c.Reason, "the hub does not give the list of label tasks", "what was done without is said once")
		}
	}
}
