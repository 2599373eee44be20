package desk

import (
	"sync"
	"time"
)

// openFor is how long an order that the scan of a product has brought to a table is no other table's.
const openFor = 2 * time.Minute

// tables remembers which orders lie on which table, so that two that scan the same product get two orders.
type tables struct {
	mu   sync.Mutex
	have map[openedOrder]onTable
}

type (
	openedOrder struct{ merchant, order string }
	onTable     struct {
		device string
		at     time.Time
	}
)

// open notes that a table has an order.
func (t *tables) open(device, merchant, order string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.have == nil {
		t.have = map[openedOrder]onTable{}
	}
	for key, one := range t.have {
		if now.Sub(one.at) > openFor {
			delete(t.have, key)
		}
	}
	t.have[openedOrder{merchant, order}] = onTable{device, now}
}

// othersHave says of an order whether another table than the device has it.
func (t *tables) othersHave(device string, now time.Time) func(merchant, order string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	others := map[openedOrder]bool{}
	for key, one := range t.have {
		if one.device != device && now.Sub(one.at) <= openFor {
			others[key] = true
		}
	}
	return func(merchant, order string) bool { return others[openedOrder{merchant, order}] }
}
