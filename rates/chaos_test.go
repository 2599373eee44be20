package rates

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestTheSumNeverPassesTheWhole: workers are killed, stopped and started, the store goes away and loses
// answers, and clocks run apart.
func TestTheSumNeverPassesTheWhole(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			play(t, 80*time.Millisecond, func(s *scene) {
				random := rand.New(rand.NewPCG(seed, 14))
				began := time.Now()
				for range 4 {
					s.begin(random)
				}
				for time.Since(began) < 20*time.Minute {
					pass(time.Duration(random.IntN(20)) * time.Second)
					s.disturb(random)
				}
				s.checkWindows(began)
			})
		})
	}
}

// begin starts a worker that calls for one or two merchants, on clocks of its own.
func (s *scene) begin(random *rand.Rand) {
	worker := s.worker(0.98+0.04*random.Float64(), time.Duration(random.IntN(7200)-3600)*time.Second)
	for _, merchant := range []string{shop, "m-2"}[:1+random.IntN(2)] {
		worker.flood(merchant, random.IntN(3) == 0)
	}
}

func (s *scene) disturb(random *rand.Rand) {
	victim := s.workers[random.IntN(len(s.workers))]
	long := time.Duration(random.IntN(200)) * time.Second
	switch random.IntN(6) {
	case 0:
		victim.die()
		s.begin(random)
	case 1:
		go func() {
			if victim.stop() {
				pass(long)
				victim.resume()
			}
		}()
	case 2:
		s.store.set(func(m *memoryStore) { m.away = true })
		pass(long / 2)
		s.store.set(func(m *memoryStore) { m.away = false })
	case 3:
		s.store.set(func(m *memoryStore) { m.loses = true })
		pass(long / 10)
		s.store.set(func(m *memoryStore) { m.loses = false })
	default: // nothing for once
	}
}

// checkWindows holds what was sent in each minute: beside the rate, each worker may send one call at
// once when its share begins.
func (s *scene) checkWindows(began time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	perMinute := map[string]int{}
	for _, sent := range s.sends {
		perMinute[fmt.Sprint(sent.merchant, " in minute ", int(sent.at.Sub(began).Minutes()))]++
	}
	assert.NotEmpty(s, perMinute)
	busiest := 0
	for minute, calls := range perMinute {
		busiest = max(busiest, calls)
		assert.LessOrEqual(s, calls, int(60*granted)+2*len(s.workers), minute)
	}
	assert.Greater(s, busiest, int(60*granted*8/10), "and most of it is used")
}
