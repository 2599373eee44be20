//go:build linux

package workers

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// troubles are what steps of a merchant's open workflows failed with last, as Temporal's UI shows it.
func (s *scene) troubles(t *testing.T, hub *sandbox.Hub) (all []string) {
	t.Helper()
	for _, kind := range []string{contract.LabelRunType, "ConnectionRun", "LabelBatch"} {
		for _, open := range s.list(t, kind, "Running") {
			if id := open.GetExecution().GetWorkflowId(); strings.Contains(id, hub.Merchant()) {
				about, err := s.temporal.DescribeWorkflowExecution(t.Context(), id, "")
				require.NoError(t, err)
				for _, step := range about.GetPendingActivities() {
					all = append(all, step.GetLastFailure().GetMessage())
				}
			}
		}
	}
	return all
}

// says waits until a step of the merchant fails with words that hold all of these.
func (s *scene) says(t *testing.T, hub *sandbox.Hub, words ...string) {
	t.Helper()
	eventually(t, "a step says "+strings.Join(words, "; "), func() bool {
		return lo.SomeBy(s.troubles(t, hub), func(trouble string) bool {
			return lo.EveryBy(words, func(one string) bool { return strings.Contains(trouble, one) })
		})
	})
}

// labelOf is an order of a channel whose label waits for nothing.
func labelOf(t *testing.T, hub *sandbox.Hub, channel string) string {
	t.Helper()
	order, found := lo.Find(hub.Report().Orders, func(o sandbox.ReportOrder) bool {
		return o.Channel == channel && o.Fate == sandbox.FateLabelable && o.FirstNeeds == "" && o.Expected == string(contract.Labelled)
	})
	require.True(t, found, channel)
	return order.ID
}

// pictures is a folder of labels that are pictures of noise: 100 kB each, whoever packs them.
func pictures(t *testing.T, count int) string {
	t.Helper()
	folder := t.TempDir()
	noise := rand.NewChaCha8([32]byte{})
	for i := range count {
		dots := make([]byte, 100_000)
		_, _ = noise.Read(dots)
		label := fmt.Sprintf("^XA^FO0,0^GFA,100000,100000,100,%X^FS^FO20,1100^A0N,30,30^FDNo. %d^FS^XZ", dots, i)
		require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%02d.zpl", i)), []byte(label), 0o600))
	}
	return folder
}

// TestTheDiskOfAWorkerIsFull fills the folder for temporary files but for what a small file needs. Who has larger ones waits,
// and loses nothing.
func TestTheDiskOfAWorkerIsFull(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil, sandbox.Options{Orders: 20, LabelsDir: pictures(t, 60)}, sandbox.Options{Orders: 20, Seed: 2})
	large, small := s.hubs[0], s.hubs[1]
	disk := &smallDisk{folder: t.TempDir(), size: "16m"}
	worker := s.work(t, good, map[string]string{"DESPACHO_TEMP": disk.folder}, disk)
	disk.fill(t, 96<<10)

	run := s.start(t, large, "morning")
	full := []string{"the disk of " + disk.folder, "is full", "make room there", "DESPACHO_TEMP", "no space left on device"}
	s.says(t, large, full...)
	for _, words := range full {
		worker.logs(t, words)
	}
	other, _ := s.end(t, s.start(t, small, "one", labelOf(t, small, "mercadolibre")))
	assert.Equal(t, 1, other.Outcomes[contract.Labelled], "another merchant's label fits")
	s.says(t, large, full...)

	disk.makeRoom(t)
	_, manifest := s.end(t, run)
	requireWhole(t, large, manifest)
	s.nothingIsOpen(t)
}
