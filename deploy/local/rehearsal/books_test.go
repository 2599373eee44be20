//go:build rehearsal

package rehearsal

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/rehearsal/project"
	"github.com/despacho/despacho/multivende/sandbox"
)

// someLabelsMissing is the starter's exit code of a run that is over and left orders without a label, as the
// sandbox's world makes sure.
const someLabelsMissing = 3

// run starts a run over connections as the file's users do, waits for its end and checks its books.
func run(t *testing.T, stack *project.Stack, key string, connections []string) contract.RunResult {
	t.Helper()
	out, code, err := stack.Run(t.Context(), "starter", project.Once{}, runOf(key, connections, "--wait", "--json")...)
	if code != someLabelsMissing {
		require.NoError(t, err)
	}
	var result contract.RunResult
	require.NoError(t, json.Unmarshal([]byte(out), &result), out)
	requireBalancedBooks(t, stack, result)
	return result
}

// runOf are the arguments for a run. Its end is far away: the sandbox's hours are minutes.
func runOf(key string, connections []string, more ...string) []string {
	args := append([]string{"run", "--key", key, "--within", "47h"}, more...)
	for _, connection := range connections {
		args = append(args, "--connection", connection)
	}
	return args
}

// requireBalancedBooks downloads a run's files, holds manifest and result against each other, and both
// against what the sandbox was asked for.
func requireBalancedBooks(t *testing.T, stack *project.Stack, result contract.RunResult) {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.Chown(folder, me, me))
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755))
	_, _, err := stack.Run(t.Context(), "starter", project.Once{User: user(me), Source: folder, Target: "/labels"}, "download", result.Run, "--to", "/labels")
	require.NoError(t, err)
	content, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	require.NoError(t, err)
	var manifest contract.Manifest
	require.NoError(t, json.Unmarshal(content, &manifest))

	assert.Equal(t, contract.RunCompleted, result.State)
	assert.True(t, result.Balanced(), "every order has exactly one outcome")
	assert.Positive(t, result.Outcomes[contract.Labelled])
	assert.Len(t, lo.UniqBy(manifest.Rows, func(r contract.ManifestRow) string { return r.ID }), result.Requested, "each order has one row")
	assert.Equal(t, result.Outcomes, lo.CountValuesBy(manifest.Rows, func(r contract.ManifestRow) contract.Outcome { return r.Outcome }))
	assert.Equal(t, result.Outcomes[contract.Labelled], lo.SumBy(result.Files, func(f contract.PrintFile) int { return f.Labels }))

	orders := lo.KeyBy(readReport(t, stack).Orders, func(o sandbox.ReportOrder) string { return o.ID })
	for _, row := range manifest.Rows {
		order := orders[row.ID]
		assert.Equal(t, order.Expected, string(row.Outcome), "order %s (%s, %s): %s", order.ID, order.Channel, order.Fate, row.Reason.Words)
		if row.Outcome == contract.Labelled && len(order.Faults) == 0 {
			assert.Len(t, order.Labels, 1, "order %s (%s): its label was asked for once", order.ID, order.Channel)
		}
	}
}

func readReport(t *testing.T, stack *project.Stack) (report sandbox.Report) {
	t.Helper()
	response, err := http.Get("http://" + stack.Address("sandbox", "8480") + "/sandbox/report")
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, json.NewDecoder(response.Body).Decode(&report))
	return report
}

// asked is how many labels the hub was asked for.
func asked(report sandbox.Report) int {
	return lo.SumBy(report.Orders, func(o sandbox.ReportOrder) int { return len(o.Labels) })
}
