package rates

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// whole is what the hub grants a merchant, in the parts in which shares are counted.
const whole = 1000

// longestTerm bounds what a lease in the store may say about itself.
const longestTerm = time.Hour

// ledger is the object in the store that all workers share: who holds which part of a merchant's rate.
type ledger struct {
	Workers map[string]holding `json:"workers"`
}

// holding is what one worker holds. A lease is renewed by another sequence.
type holding struct {
	Sequence int64 `json:"sequence"`
	TermMS   int64 `json:"term_ms"`
	// Shares are by merchant.
	Shares map[string]share `json:"shares"`
}

// share is a worker's part of one merchant's rate, and what it could use.
type share struct {
	Holds int `json:"holds"`
	Wants int `json:"wants"`
	// Background tells that all of it would be for calls that let others go first.
	Background bool `json:"background,omitempty"`
}

func (h holding) term() time.Duration {
	return min(max(time.Duration(h.TermMS)*time.Millisecond, 0), longestTerm)
}

// clone copies the ledger as far as a plan changes it.
func (l ledger) clone() ledger {
	workers := maps.Clone(l.Workers)
	if workers == nil {
		workers = map[string]holding{}
	}
	return ledger{workers}
}

// others are the shares of a merchant that workers other than self hold or want.
func (l ledger) others(self, merchant string) map[string]share {
	found := map[string]share{}
	for worker, holding := range l.Workers {
		if s, has := holding.Shares[merchant]; has && worker != self {
			found[worker] = s
		}
	}
	return found
}

// available is what the shares leave free.
func available(shares map[string]share) int {
	left := whole
	for _, s := range shares {
		left -= max(s.Holds, 0)
	}
	return max(left, 0)
}

// divide says how much of the whole each worker should have. Those that only catch up get what the
// others leave, and a tenth beside them, as calls do within one worker.
func divide(shares map[string]share) map[string]int {
	urgent, catchingUp := map[string]int{}, map[string]int{}
	for worker, s := range shares {
		wants := min(max(s.Wants, 0), whole)
		if s.Background {
			catchingUp[worker] = wants
		} else {
			urgent[worker] = wants
		}
	}
	kept := 0
	for _, wants := range catchingUp {
		kept = min(kept+wants, whole/10)
	}
	targets := fill(urgent, whole-kept)
	left := whole
	for _, target := range targets {
		left -= target
	}
	maps.Copy(targets, fill(catchingUp, left))
	return targets
}

// fill gives everybody the same, but nobody more than it wants.
func fill(wants map[string]int, capacity int) map[string]int {
	order := slices.SortedFunc(maps.Keys(wants), func(a, b string) int {
		return cmp.Or(cmp.Compare(wants[a], wants[b]), cmp.Compare(a, b))
	})
	given := make(map[string]int, len(wants))
	for i, worker := range order {
		given[worker] = min(wants[worker], capacity/(len(order)-i))
		capacity -= given[worker]
	}
	return given
}
