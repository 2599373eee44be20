package run

import (
	"hash/maphash"
	"sync"
)

// toldAtMost bounds how many notifications a gateway remembers of each of two generations.
const toldAtMost = 500_000

// told remembers which notifications were signalled, so that an Intake can tell the first of a sale, for
// which a label may wait, from those that repeat it. What is forgotten counts as the first again.
type told struct {
	seed maphash.Seed
	most int

	mu         sync.Mutex
	young, old map[uint64]struct{}
}

func newTold() *told {
	return &told{seed: maphash.MakeSeed(), most: toldAtMost, young: map[uint64]struct{}{}}
}

func (t *told) digest(merchant, id string) uint64 {
	return maphash.Comparable(t.seed, [2]string{merchant, id})
}

// sort puts the ids that were signalled before behind the others, and counts them.
func (t *told) sort(merchant string, ids []string) (sorted []string, repeats int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var again []string
	for _, id := range ids {
		digest := t.digest(merchant, id)
		_, young := t.young[digest]
		if _, old := t.old[digest]; young || old {
			again = append(again, id)
			continue
		}
		sorted = append(sorted, id)
	}
	return append(sorted, again...), len(again)
}

// note remembers ids that were signalled.
func (t *told) note(merchant string, ids []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		t.young[t.digest(merchant, id)] = struct{}{}
	}
	if len(t.young) >= t.most {
		t.young, t.old = map[uint64]struct{}{}, t.young
	}
}
