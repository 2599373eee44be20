package main

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/startertest"
)

func TestSchedulesStartRuns(t *testing.T) {
	t.Parallel()
	c := openCounter(t, "--orders", "80", "--speed", "600")

	t.Run("a schedule starts runs with its request, one at a time, and none once it is paused", func(t *testing.T) {
		request := c.request(t, "Paris")
		c.says(t, startertest.Complete, "schedule", "set", "--name", "each-second", "--cron", "* * * * * * *", "--time-zone", "America/Santiago",
			"--connection", request.Connections[0], "--stock", "as-is", "--max", "500")
		eventually(t, "two runs of the schedule are over", func() bool {
			return len(c.scheduled(t, "each-second", enums.WORKFLOW_EXECUTION_STATUS_COMPLETED)) >= 2
		})
		c.says(t, startertest.Complete, "schedule", "pause", "--name", "each-second")
		eventually(t, "no run of it is open", func() bool {
			return len(c.scheduled(t, "each-second", enums.WORKFLOW_EXECUTION_STATUS_RUNNING)) == 0
		})

		var printed []string
		for _, id := range c.scheduled(t, "each-second", enums.WORKFLOW_EXECUTION_STATUS_COMPLETED) {
			merchant, key, err := contract.ParseRunID(id)
			require.NoError(t, err)
			assert.Equal(t, c.merchant, merchant)
			assert.Equal(t, request.Connections, c.inputOf(t, id).Connections)
			assert.Equal(t, 500, c.inputOf(t, id).Max)
			done := c.end(t, client.Started{WorkflowID: id, Run: key})
			assert.Equal(t, contract.RunCompleted, done.result.State)
			assert.Equal(t, key, done.result.Run)
			printed = append(printed, lo.FilterMap(done.manifest.Rows, func(r contract.ManifestRow, _ int) (string, bool) { return r.ID, r.Outcome == contract.Labelled })...)
		}
		assert.NotEmpty(t, printed)
		assert.Empty(t, lo.FindDuplicates(printed), "each order is printed by one run")
	})

	t.Run("nothing begins for a paused merchant, whoever starts a run", func(t *testing.T) {
		ripley := c.request(t, "Ripley Chile")
		notSoon := time.Now().UTC().Add(12 * time.Hour).Format("15:04") // it is triggered, and must not begin by itself as well
		c.says(t, startertest.Complete, "schedule", "set", "--name", "later", "--at", notSoon, "--time-zone", "UTC", "--connection", ripley.Connections[0], "--stock", "as-is")
		c.says(t, startertest.Complete, "pause")
		before := asked(c.report(t))
		c.says(t, startertest.Complete, "schedule", "trigger", "--name", "later")
		var ran []string
		eventually(t, "the run that was triggered is over", func() bool {
			ran = c.scheduled(t, "later", enums.WORKFLOW_EXECUTION_STATUS_COMPLETED)
			return len(ran) == 1
		})
		result, err := c.runs.Wait(t.Context(), ran[0])
		require.NoError(t, err)
		assert.Zero(t, result.Requested)
		require.Len(t, result.Connections, 1)
		assert.Contains(t, result.Connections[0].Reason.Words, "paused")
		assert.Equal(t, before, asked(c.report(t)))

		c.says(t, startertest.Complete, "resume")
		done := c.end(t, c.start(t, "resumed", ripley))
		requireEachPrintedOnce(t, ripley, done)
	})
}

// scheduled are the workflow ids of a schedule's runs that have this status.
func (c counter) scheduled(t *testing.T, name string, status enums.WorkflowExecutionStatus) []string {
	t.Helper()
	query := "WorkflowType = 'LabelRun' AND TemporalScheduledById = '" + client.ScheduleID(c.merchant, name) + "' AND ExecutionStatus = '" + status.String() + "'"
	found, err := c.runs.List(t.Context(), query, 100)
	require.NoError(t, err)
	return lo.Map(found, func(d client.Description, _ int) string { return d.WorkflowID })
}

// inputOf reads with what a run was started.
func (c counter) inputOf(t *testing.T, id string) (input contract.LabelRunInput) {
	t.Helper()
	history := c.temporal.GetWorkflowHistory(t.Context(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	event, err := history.Next()
	require.NoError(t, err)
	payloads := event.GetWorkflowExecutionStartedEventAttributes().GetInput()
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(payloads, &input))
	return input
}
