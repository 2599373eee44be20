package main

import (
	"encoding/json"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	sdkpb "go.temporal.io/api/sdk/v1"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/startertest"
)

func TestAnAccountThatIsRevokedInMidRun(t *testing.T) {
	t.Parallel()
	c := openCounter(t, "--orders", "60", "--speed", "300")
	run := c.start(t, "revoked", contract.LabelRunInput{Merchant: c.merchant, Max: -1})
	eventually(t, "some labels are asked for", func() bool { return asked(c.report(t)) > 10 })
	c.tellHub(t, "revoke", "{}")

	t.Run("pauses the run with the reason, and nothing fails", func(t *testing.T) {
		var result contract.RunResult
		c.progress(t, run, "is paused", func(r contract.RunResult) bool {
			result = r
			return r.State == contract.RunPaused
		})
		assert.Contains(t, result.Reason.Words, "Generar código de autorización", "it says the way that makes no second connection")
		assert.Empty(t, lo.OmitByKeys(result.Outcomes, []contract.Outcome{contract.Labelled, contract.HeldBack, contract.Cancelled, contract.Unsupported, contract.Rejected}))
		assert.Contains(t, c.says(t, startertest.Complete, "show", run.Run), "Generar código de autorización")
		eventually(t, "it is found by its state", func() bool {
			return assert.ObjectsAreEqual([]string{run.WorkflowID}, c.paused(t))
		})
		description, err := c.temporal.DescribeWorkflowExecution(t.Context(), run.WorkflowID, "")
		require.NoError(t, err)
		assert.Equal(t, enums.WORKFLOW_EXECUTION_STATUS_RUNNING, description.GetWorkflowExecutionInfo().GetStatus())
		metadata, err := c.temporal.QueryWorkflow(t.Context(), run.WorkflowID, "", "__temporal_workflow_metadata")
		require.NoError(t, err)
		var shown sdkpb.WorkflowMetadata
		require.NoError(t, metadata.Get(&shown))
		assert.Contains(t, shown.GetCurrentDetails(), "Generar código de autorización")
	})

	t.Run("fires alerts", func(t *testing.T) {
		worker := c.demo.metricsPages(t)[0]
		eventually(t, "DespachoNeedsConsent", func() bool {
			return exported(t, worker)["despacho_account_state"].max(map[string]string{"merchant": c.merchant, "state": "needs_consent"}) == 1
		})
		eventually(t, "DespachoHubRefuses", func() bool {
			return exported(t, worker)["despacho_hub_requests_total"].max(map[string]string{"class": "not_authorised"}) > 0
		})
	})

	t.Run("goes on by itself after a new code, and completes", func(t *testing.T) {
		var made struct {
			Code string `json:"code"`
		}
		require.NoError(t, json.Unmarshal(c.tellHub(t, "code", "{}"), &made))
		before := c.report(t).OAuth.Connections
		c.says(t, startertest.Complete, append([]string{"connect", "--code", made.Code}, c.hubArguments()...)...)
		done := c.end(t, run)
		assert.Equal(t, contract.RunCompleted, done.result.State)
		assert.Empty(t, done.result.Reason.Words)
		requireExpectedOutcomes(t, done)
		requireAskedOnce(t, done.report.Orders)
		assert.Equal(t, before, done.report.OAuth.Connections, "the new code made no second connection")
		assert.Zero(t, done.report.OAuth.SideBySide, "never two refreshes at once")
		eventually(t, "nothing is paused any more", func() bool { return len(c.paused(t)) == 0 })
	})
}

// paused are the workflow ids of the runs that are found paused.
func (c counter) paused(t *testing.T) []string {
	t.Helper()
	found, err := c.runs.List(t.Context(), "WorkflowType = 'LabelRun' AND DespachoState = 'paused'", 10)
	require.NoError(t, err)
	return lo.Map(found, func(r client.Description, _ int) string { return r.WorkflowID })
}
