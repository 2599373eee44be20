//go:build rehearsal

package rehearsal

import (
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueue "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/rehearsal/project"
)

func connect(t *testing.T, stack *project.Stack) client.Client {
	t.Helper()
	server, err := client.Dial(client.Options{HostPort: stack.Address("temporal", "7233")})
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return server
}

// requireVisible asks the questions of docs/operating.md of SQL visibility.
func requireVisible(t *testing.T, stack *project.Stack, result contract.RunResult) {
	t.Helper()
	server := connect(t, stack)
	for query, least := range map[string]int{
		"WorkflowType = 'LabelRun' AND ExecutionStatus = 'Completed'":                                      1,
		"WorkflowType = 'LabelRun' AND DespachoFailed >= 0":                                                1,
		"DespachoMerchant = '" + result.Merchant + "' AND DespachoRun = '" + result.Run + "'":              2,
		"WorkflowType = 'LabelBatch' AND DespachoChannel IS NOT NULL":                                      1,
		"WorkflowType = 'Intake' AND ExecutionStatus = 'Running' OR WorkflowType = 'LabelRun'":             1,
		"WorkflowType = 'LabelRun' AND DespachoState = 'completed' AND StartTime > '2020-01-01T00:00:00Z'": 1,
	} {
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			listed, err := server.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
			require.NoError(c, err)
			assert.GreaterOrEqual(c, len(listed.GetExecutions()), least)
		}, patience, lookAgain, query)
	}
	out, _, err := stack.Run(t.Context(), "starter", project.Once{}, "list", "--json")
	require.NoError(t, err)
	assert.Contains(t, out, result.Run)
}

// requireLongIDs starts workflows with the longest id that the tables take, and with one more character. Ids are
// ASCII: Temporal's client sends them in headers too.
func requireLongIDs(t *testing.T, stack *project.Stack) {
	t.Helper()
	server := connect(t, stack)
	start := func(id string) error {
		_, err := server.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: "nobody"}, "Nothing")
		return err
	}
	longest := strings.Repeat("x", 255)
	require.NoError(t, start(longest))
	require.NoError(t, server.TerminateWorkflow(t.Context(), longest, "", "the rehearsal is over"))
	var refused *serviceerror.InvalidArgument
	require.ErrorAs(t, start(longest+"x"), &refused)
}

// requireFairness lets the doctor find out whether task queues are shared between merchants.
func requireFairness(t *testing.T, stack *project.Stack) {
	t.Helper()
	out, _, err := stack.Run(t.Context(), "starter", project.Once{}, "doctor", "--probe-fairness")
	t.Log(out)
	require.NoError(t, err)
}

// requireTwoWorkers waits until both workers ask for work.
func requireTwoWorkers(t *testing.T, stack *project.Stack) {
	t.Helper()
	server := connect(t, stack)
	require.Eventually(t, func() bool {
		described, err := server.WorkflowService().DescribeTaskQueue(t.Context(), &workflowservice.DescribeTaskQueueRequest{
			Namespace: client.DefaultNamespace, TaskQueue: &taskqueue.TaskQueue{Name: contract.TaskQueue}, TaskQueueType: enums.TASK_QUEUE_TYPE_WORKFLOW,
		})
		if err != nil {
			return false
		}
		pollers := strings.Join(lo.Map(described.GetPollers(), func(p *taskqueue.PollerInfo, _ int) string { return p.GetIdentity() }), " ")
		return strings.Contains(pollers, "worker-1") && strings.Contains(pollers, "worker-2")
	}, patience, lookAgain)
}
