package activitiestest

import (
	"cmp"
	"slices"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/multivende/sandbox"
)

// endless is how little patience a stage has whose files never end. Where files do end, it has as much as a client has
// by default, so that no file is given up because the machine is slow.
const endless = 3 * time.Second

// patienceWith is how long a client waits for more of a file, zero for what it does by default.
func patienceWith(faults []sandbox.Fault) time.Duration {
	if slices.ContainsFunc(faults, func(f sandbox.Fault) bool {
		return lo.Contains([]string{"stalled", "trickled"}, cmp.Or(f.File, string(f.Answer)))
	}) {
		return endless
	}
	return 0
}

// AssertNow holds a time against the hub's. That stands still, and by the client's clock it runs on while a step works.
func (w *Stage) AssertNow(at time.Time) {
	w.Helper()
	assert.WithinDuration(w, w.Sandbox.Now(), at, time.Since(w.began))
}
