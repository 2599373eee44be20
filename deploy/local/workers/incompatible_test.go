//go:build linux

package workers

import (
	"testing"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/multivende/sandbox"
)

// incompatible begins a run in another way: no run that is open fits it.
var incompatible = build{name: "incompatible", changes: []change{{
	file: "workflows/labelrun/labelrun.go", behind: "\tr.attributes(ctx)\n\tvar opened runs.OpenedRun", line: "\t_ = workflow.Sleep(ctx, time.Second)",
}}}

// openRun has a run whose labels were asked for and cannot come yet.
func openRun(t *testing.T, s *scene) client.Started {
	t.Helper()
	s.door.close()
	run := s.start(t, s.hubs[0], "morning")
	eventually(t, "labels are asked for", func() bool { return askedFor(s.hubs[0]) > 5 })
	return run
}

// goesOn waits for the end of a run that was stuck, and holds that nothing was lost or done twice.
func goesOn(t *testing.T, s *scene, run client.Started) {
	t.Helper()
	_, manifest := s.end(t, run)
	requireWhole(t, s.hubs[0], manifest)
	s.nothingIsOpen(t)
}

func TestAnIncompatibleVersionIsTakenBack(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil, sandbox.Options{Orders: 25})
	s.work(t, good, as("one"), nil)
	s.setCurrent(t, "one")
	run := openRun(t, s)
	bad := s.work(t, incompatible, as("two"), nil)
	s.setCurrent(t, "two")
	s.door.open()
	eventually(t, "the run is stuck", func() bool { return s.isStuck(t, run.WorkflowID) })

	s.setCurrent(t, "one")
	goesOn(t, s, run)
	bad.stop(t)
}

func TestAnIncompatibleBuildWithoutVersionsIsTakenBack(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil, sandbox.Options{Orders: 25})
	old := s.work(t, good, nil, nil)
	run := openRun(t, s)
	old.stop(t)
	bad := s.work(t, incompatible, nil, nil)
	s.door.open()
	eventually(t, "the run is stuck", func() bool { return s.isStuck(t, run.WorkflowID) })

	bad.stop(t)
	s.work(t, good, nil, nil)
	goesOn(t, s, run)
}
