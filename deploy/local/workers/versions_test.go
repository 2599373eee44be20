//go:build linux

package workers

import (
	"fmt"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflow/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/multivende/sandbox"
)

// TestAReleaseBesideTheOneBefore makes a release as docs/operating.md says: workers of the new build beside the old
// ones, a share of what is new, the rest, and then no old ones.
func TestAReleaseBesideTheOneBefore(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil, sandbox.Options{Orders: 60})
	hub := s.hubs[0]
	first := s.work(t, good, as("one"), nil)
	s.setCurrent(t, "one")
	s.door.close()
	morning := s.start(t, hub, "morning")
	var begun []string
	eventually(t, "batches have asked", func() bool {
		batches := s.list(t, "LabelBatch", "Running")
		begun = lo.Filter(lo.Map(batches, func(b *workflow.WorkflowExecutionInfo, _ int) string { return b.GetExecution().GetWorkflowId() }), func(id string, _ int) bool {
			build, behaviour := s.versionOf(t, id)
			return build == "one" && behaviour == enums.VERSIONING_BEHAVIOR_PINNED
		})
		return len(batches) > 1 && len(begun) > 0 && askedFor(hub) > 5
	})

	second := s.work(t, good, as("two"), nil)
	s.ramp(t, "two", 50)
	shares := map[string]int{}
	for i := 0; len(shares) < 2; i++ { // the server goes by a workflow's id: soon both have had one
		run := s.start(t, hub, fmt.Sprintf("share-%d", i), "an order that nobody knows")
		s.end(t, run)
		build, behaviour := s.versionOf(t, run.WorkflowID)
		assert.Equal(t, enums.VERSIONING_BEHAVIOR_AUTO_UPGRADE, behaviour)
		shares[build]++
		require.Less(t, i, 60, "%v", shares)
	}
	assert.ElementsMatch(t, []string{"one", "two"}, lo.Keys(shares))

	s.moves(t, morning, "two")
	assert.NotEqual(t, sdk.WorkerDeploymentVersionDrainageStatusDrained, s.drainage(t, "one"), "batches are open on it")
	s.door.open()
	_, manifest := s.end(t, morning)
	requireWhole(t, hub, manifest)
	s.nothingIsOpen(t)
	build, _ := s.versionOf(t, morning.WorkflowID)
	assert.Equal(t, "two", build, "a run moves to the new build")
	for _, id := range begun {
		build, _ := s.versionOf(t, id)
		assert.Equal(t, "one", build, "%s ends with the build that it began with", id)
	}
	eventually(t, "the old version is drained", func() bool {
		return s.drainage(t, "one") == sdk.WorkerDeploymentVersionDrainageStatusDrained
	})
	first.stop(t)

	after := s.start(t, hub, "after", "an order that nobody knows")
	s.end(t, after)
	build, _ = s.versionOf(t, after.WorkflowID)
	assert.Equal(t, "two", build)
	second.stop(t)
}
