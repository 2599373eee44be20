package rates

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// callsPerLabel is what a label costs at the hub, its notifications and statuses included.
const callsPerLabel = 4

// TestALabelCostsAtMostATenthOfARequest counts what sharing the rate costs at the label store.
func TestALabelCostsAtMostATenthOfARequest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		workers, merchants int
		long               time.Duration
		// day is how many labels a merchant has in a day; 0: as many as the hub allows.
		day int
	}{
		"one worker, one merchant that uses everything":     {1, 1, time.Hour, 0},
		"two workers, one merchant that uses everything":    {2, 1, time.Hour, 0},
		"six workers, one merchant that uses everything":    {6, 1, time.Hour, 0},
		"one worker, one merchant with 10,000 a day":        {1, 1, 4 * time.Hour, 10_000},
		"two workers, one merchant with 10,000 a day":       {2, 1, 4 * time.Hour, 10_000},
		"two workers, twenty merchants with 10,000 a day":   {2, 20, time.Hour, 10_000},
		"eight workers, eighty merchants with 10,000 a day": {8, 80, time.Hour, 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, 50*time.Millisecond, func(s *scene) {
				for range test.workers {
					s.worker(1, 0)
				}
				for m := range test.merchants {
					merchant := fmt.Sprint("m-", m)
					if test.day == 0 {
						for _, worker := range s.workers {
							worker.flood(merchant, false)
						}
						continue
					}
					go s.trickle(merchant, test.day, rand.New(rand.NewPCG(uint64(m), 1)))
				}
				pass(test.long)
				labels := float64(s.calls()) / callsPerLabel
				cost := float64(s.requests()) / labels
				t.Logf("%.3f requests a label: %d requests, %.0f labels", cost, s.requests(), labels)
				assert.LessOrEqual(t, cost, 0.1)
				wanted := float64(test.day) * test.long.Hours() / 24
				if test.day == 0 {
					wanted = granted * test.long.Seconds() / callsPerLabel
				}
				assert.Greater(t, labels, 0.9*wanted*float64(test.merchants), "and the rate was there")
			})
		})
	}
}

// trickle lets orders come evenly. They are gathered for half a minute, and each step goes to any worker.
func (s *scene) trickle(merchant string, day int, random *rand.Rand) {
	const every = 30 * time.Second
	calls := int(float64(day) * callsPerLabel * every.Hours() / 24)
	pass(time.Duration(random.IntN(int(every))))
	for s.workers[0].ctx.Err() == nil {
		worker := s.workers[random.IntN(len(s.workers))]
		for range calls {
			go func() { _ = worker.call(worker.ctx, merchant, false) }()
		}
		select {
		case <-s.workers[0].ctx.Done():
		case <-time.After(every):
		}
	}
}

// calls is how many calls were sent.
func (s *scene) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sends)
}

// requests is how many requests the store has had.
func (s *scene) requests() int {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return s.store.requests
}
