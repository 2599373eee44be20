package statuschange

import (
	"maps"
	"testing"

	"github.com/despacho/despacho/workflows/announce"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// newScene makes a scene for the workflow with this id; plays replace the real workflows.
func newScene(t *testing.T, id string, plays map[string]any) *workflowstest.Scene {
	t.Helper()
	all := map[string]any{"StatusChange": StatusChange, "Announce": announce.Announce}
	maps.Copy(all, plays)
	return workflowstest.NewScene(t, id, all)
}
