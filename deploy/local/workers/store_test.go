//go:build linux

package workers

import (
	"testing"

	"github.com/despacho/despacho/multivende/sandbox"
)

// TestTheStoreIsFull fills the disk of the S3 server while labels are under way. Everybody waits, and then nothing is
// missing.
func TestTheStoreIsFull(t *testing.T) {
	t.Parallel()
	disk := &smallDisk{size: "64m"}
	s := openScene(t, disk, sandbox.Options{Orders: 40}, sandbox.Options{Orders: 40, Seed: 2})
	worker := s.work(t, good, nil, nil)
	s.door.close()
	first, second := s.start(t, s.hubs[0], "morning"), s.start(t, s.hubs[1], "morning")
	eventually(t, "labels of both are asked for", func() bool { return askedFor(s.hubs[0]) > 0 && askedFor(s.hubs[1]) > 0 })
	disk.fill(t, 0)
	s.door.open()
	for _, hub := range s.hubs {
		s.says(t, hub, "bucket despacho on 127.0.0.1:", "the label store is full", "make room")
	}
	worker.logs(t, "the label store is full")

	disk.makeRoom(t)
	_, manifest := s.end(t, first)
	requireWhole(t, s.hubs[0], manifest)
	_, manifest = s.end(t, second)
	requireWhole(t, s.hubs[1], manifest)
	s.nothingIsOpen(t)
}
