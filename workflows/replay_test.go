package workflows

import (
	"compress/gzip"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// TestReplay replays recorded histories of released workflows. They were
// recorded on the whole stack (deploy/local, recording_test.go), from the commit
// that was released and never from the one under test.
func TestReplay(t *testing.T) {
	t.Parallel()
	types := map[string]bool{}
	for _, path := range recorded(t) {
		history := readHistory(t, path)
		types[started(history).GetWorkflowType().GetName()] = true
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			assert.NoError(t, replay(t, history), "runs that are open when this is deployed would be stuck here:"+
				" keep their way with workflow.GetVersion, or let them end before")
		})
	}
	assert.Equal(t, map[string]bool{
		"LabelRun": true, "ConnectionRun": true, "LabelBatch": true, "Intake": true, "Credentials": true, "StatusChange": true,
	}, types)
}

// TestReplayFails: histories of workflows that went another way fail, so the alarm works.
func TestReplayFails(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"LabelRun", "ConnectionRun", "LabelBatch", "Intake", "Credentials", "StatusChange"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			history := readHistory(t, recordedOf(t, name))
			renamed := 0
			for _, event := range history.Events {
				if event.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED {
					event.GetActivityTaskScheduledEventAttributes().ActivityType.Name += "Differently"
					renamed++
				}
			}
			require.NotZero(t, renamed)
			assert.ErrorContains(t, replay(t, history), "TMPRL1100")
		})
	}
}

func recorded(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "histories", "*.json.gz"))
	require.NoError(t, err)
	require.NotEmpty(t, paths, "histories are recorded")
	return paths
}

// recordedOf is the first history of a workflow of this type.
func recordedOf(t *testing.T, name string) string {
	t.Helper()
	for _, path := range recorded(t) {
		if strings.Contains(path, "-"+name+"-") {
			return path
		}
	}
	require.Fail(t, "no history", name)
	return ""
}

func readHistory(t *testing.T, path string) *historypb.History {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	require.NoError(t, err)
	history, err := client.HistoryFromJSON(unpacked, client.HistoryJSONOptions{})
	require.NoError(t, err)
	return history
}

func started(history *historypb.History) *historypb.WorkflowExecutionStartedEventAttributes {
	return history.Events[0].GetWorkflowExecutionStartedEventAttributes()
}

func replay(t *testing.T, history *historypb.History) error {
	t.Helper()
	replayer := worker.NewWorkflowReplayer()
	Register(replayer)
	return replayer.ReplayWorkflowHistoryWithOptions(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), history, worker.ReplayWorkflowHistoryOptions{
		OriginalExecution: workflow.Execution{ID: started(history).GetWorkflowId(), RunID: started(history).GetOriginalExecutionRunId()},
	})
}
