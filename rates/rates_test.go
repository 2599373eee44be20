package rates

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const shop = "m-1"

func TestAWorkerAloneWithAMerchantGetsAllOfItsRate(t *testing.T) {
	t.Parallel()
	play(t, 50*time.Millisecond, func(s *scene) {
		began := time.Now()
		worker := s.worker(1, 0)
		require.NoError(t, worker.call(s.Context(), shop, false))
		assert.Less(t, time.Since(began), time.Second, "the first call waits for one write")
		defer worker.flood(shop, false)()
		s.within(30*time.Second, "it has the whole", func() bool { return worker.share(shop) == whole })
	})
}

func TestOnAQuickHubSharesFollowWhatIsUsedAsManyTimesSooner(t *testing.T) {
	t.Parallel()
	play(t, 50*time.Millisecond, func(s *scene) {
		s.times = 30
		worker := s.worker(1, 0)
		for range 20 {
			require.NoError(t, worker.call(s.Context(), shop, false))
			pass(3 * time.Second)
		}
		assert.Equal(t, whole/2, worker.share(shop), "what a quiet worker keeps")
		defer worker.flood(shop, false)()
		s.within(time.Second, "a run gets the whole", func() bool { return worker.share(shop) == whole })
		pass(time.Minute)
		assert.Equal(t, whole, worker.share(shop), "and keeps it")
		assert.LessOrEqual(t, float64(s.requests()), float64(s.calls())/40, "a label has four calls and may cost a tenth of a request")
	})
}

func TestANewWorkerGetsSomethingSoon(t *testing.T) {
	t.Parallel()
	t.Run("at once beside one that has just begun", func(t *testing.T) {
		t.Parallel()
		play(t, 50*time.Millisecond, func(s *scene) {
			a, b := s.worker(1, 0), s.worker(1, 0)
			require.NoError(t, a.call(s.Context(), shop, false))
			began := time.Now()
			require.NoError(t, b.call(s.Context(), shop, false))
			assert.Less(t, time.Since(began), time.Second)
		})
	})
	t.Run("at once beside one that is quiet", func(t *testing.T) {
		t.Parallel()
		play(t, 50*time.Millisecond, func(s *scene) {
			a, b := s.worker(1, 0), s.worker(1, 0)
			for range 40 {
				require.NoError(t, a.call(s.Context(), shop, false))
				pass(9 * time.Second)
			}
			began := time.Now()
			require.NoError(t, b.call(s.Context(), shop, false))
			assert.Less(t, time.Since(began), time.Second)
			assert.GreaterOrEqual(t, b.share(shop), whole/4)
		})
	})
	t.Run("within half a minute beside one that uses everything, and soon as much", func(t *testing.T) {
		t.Parallel()
		play(t, 50*time.Millisecond, func(s *scene) {
			a, b := s.worker(1, 0), s.worker(1, 0)
			defer a.flood(shop, false)()
			s.within(30*time.Second, "the first has the whole", func() bool { return a.share(shop) == whole })
			defer b.flood(shop, false)()
			s.within(32*time.Second, "the second has a part", func() bool { return b.share(shop) > 0 })
			s.within(3*time.Minute, "both have the same", func() bool { return a.share(shop) == whole/2 && b.share(shop) == whole/2 })
		})
	})
}

func TestNobodysShareIsLost(t *testing.T) {
	t.Parallel()
	both := func(t *testing.T, end func(a *process, stop func())) (took time.Duration) {
		t.Helper()
		play(t, 50*time.Millisecond, func(s *scene) {
			a, b := s.worker(1, 0), s.worker(1, 0)
			stop := a.flood(shop, false)
			defer b.flood(shop, false)()
			s.within(4*time.Minute, "they share", func() bool { return a.share(shop) == whole/2 && b.share(shop) == whole/2 })
			pass(3 * time.Minute)
			end(a, stop)
			took = s.within(5*time.Minute, "the other one has almost all", func() bool { return b.share(shop) >= whole-leastShare })
			s.within(8*time.Minute, "and then all", func() bool { return b.share(shop) == whole })
		})
		return took
	}
	t.Run("of a worker that has nothing more to do", func(t *testing.T) {
		t.Parallel()
		assert.LessOrEqual(t, both(t, func(_ *process, stop func()) { stop() }), 4*time.Minute+20*time.Second)
	})
	t.Run("of a worker that ends", func(t *testing.T) {
		t.Parallel()
		assert.LessOrEqual(t, both(t, func(a *process, stop func()) {
			stop()
			a.kill()
			require.NoError(t, a.keeper.Close(context.WithoutCancel(a.ctx)))
		}), 51*time.Second)
	})
	t.Run("of a worker that was killed, once its lease is over", func(t *testing.T) {
		t.Parallel()
		took := both(t, func(a *process, _ func()) { a.die() })
		assert.LessOrEqual(t, took, 4*time.Minute)
		assert.GreaterOrEqual(t, took, shortestTerm/2)
	})
}

func TestTheShareOfAWorkerThatHasCertainlyEndedIsThereAtOnce(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]bool{"known": true, "not known": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, 50*time.Millisecond, func(s *scene) {
				a := s.worker(1, 0)
				a.flood(shop, false)
				s.within(30*time.Second, "it has the whole", func() bool { return a.share(shop) == whole })
				a.die()
				b := s.worker(1, 0)
				b.keeper.config.Ended = func(worker string) bool { return known && worker == a.keeper.Worker() }
				defer b.flood(shop, false)()
				took := s.within(4*time.Minute, "the next one has a share", func() bool { return b.share(shop) > 0 })
				assert.Equal(t, known, took < time.Second, "%s", took)
			})
		})
	}
}

func TestAWorkerThatWakesUpAfterItsLeaseSendsNothingBeforeItHasRenewed(t *testing.T) {
	t.Parallel()
	play(t, 50*time.Millisecond, func(s *scene) {
		a, b := s.worker(1, 0), s.worker(1, 0)
		defer a.flood(shop, false)()
		s.within(30*time.Second, "it has the whole", func() bool { return a.share(shop) == whole })
		a.stop()
		defer b.flood(shop, false)()
		s.within(2*time.Minute, "the other one takes it over", func() bool { return b.share(shop) > 0 })
		pass(time.Minute)
		s.store.set(func(m *memoryStore) { m.away = true }) // so that it cannot renew
		s.mu.Lock()
		before := len(s.sends)
		s.mu.Unlock()
		a.resume()
		pass(20 * time.Second)
		s.mu.Lock()
		for _, sent := range s.sends[before:] {
			assert.Same(t, b, sent.by)
		}
		s.mu.Unlock()
		s.store.set(func(m *memoryStore) { m.away = false })
		s.within(3*time.Minute, "both share", func() bool { return a.share(shop) > 0 && b.share(shop) > 0 })
	})
}

func TestCatchingUpGivesWayToTheRunsOfOtherWorkers(t *testing.T) {
	t.Parallel()
	play(t, 50*time.Millisecond, func(s *scene) {
		a, b := s.worker(1, 0), s.worker(1, 0)
		defer a.flood(shop, true)()
		s.within(30*time.Second, "nobody else calls", func() bool { return a.share(shop) == whole })
		stop := b.flood(shop, false)
		s.within(45*time.Second, "the run has most of it", func() bool { return b.share(shop) >= whole*3/4 })
		s.within(3*time.Minute, "a tenth is left", func() bool { return a.share(shop) == whole/10 && b.share(shop) == whole*9/10 })
		stop()
		s.within(5*time.Minute, "it is given back", func() bool { return a.share(shop) >= whole-leastShare })
	})
}

func TestWithoutTheStoreCallsWaitAndSayWhy(t *testing.T) {
	t.Parallel()
	play(t, 50*time.Millisecond, func(s *scene) {
		worker := s.worker(1, 0)
		require.NoError(t, worker.call(s.Context(), shop, false))
		s.store.set(func(m *memoryStore) { m.away = true })
		require.NoError(t, worker.call(s.Context(), shop, false), "the lease runs on")
		pass(6 * time.Minute)
		err := worker.call(s.Context(), shop, false)
		assert.Equal(t, multivende.Busy, multivende.ClassOf(err))
		require.ErrorContains(t, err, "no share of the hub's rate")
		require.ErrorContains(t, err, "the store is away")
		s.store.set(func(m *memoryStore) { m.away = false })
		require.NoError(t, worker.call(s.Context(), shop, false))
	})
}

func TestAWriteWhoseAnswerWasLostEndsALongerLease(t *testing.T) {
	t.Parallel()
	play(t, 50*time.Millisecond, func(s *scene) {
		a, b := s.worker(1, 0), s.worker(1, 0)
		for range 60 {
			require.NoError(t, a.call(s.Context(), shop, false))
			pass(9 * time.Second)
		}
		require.Greater(t, a.keeper.term, 5*time.Minute, "it was quiet")
		s.store.set(func(m *memoryStore) { m.loses = true })
		written := func() (version int) { s.store.set(func(m *memoryStore) { version = m.version }); return version }
		before := written()
		defer a.flood(shop, false)()
		s.within(3*time.Minute, "it writes that it wants more, with a short term", func() bool { return written() > before })
		a.cut.Store(true)
		s.store.set(func(m *memoryStore) { m.loses = false })
		defer b.flood(shop, false)()
		s.within(4*time.Minute, "the other one takes over", func() bool { return b.share(shop) == whole })
		assert.Zero(t, a.share(shop))
	})
}

func TestALedgerThatWasDeletedTakesNoLeaseAway(t *testing.T) {
	t.Parallel()
	play(t, 50*time.Millisecond, func(s *scene) {
		a, b := s.worker(1, 0), s.worker(1, 0)
		defer a.flood(shop, false)()
		defer b.flood(shop, false)()
		s.within(4*time.Minute, "they share", func() bool { return a.share(shop) == whole/2 && b.share(shop) == whole/2 })
		s.store.set(func(m *memoryStore) { m.data, m.version = nil, 0 })
		pass(5 * time.Minute)
		assert.Equal(t, whole, a.share(shop)+b.share(shop))
	})
}

func TestALeaseOfAClockThatWasSetForwardEnds(t *testing.T) {
	t.Parallel()
	written := moment{time.Minute, time.Unix(1000, 0)}
	assert.Equal(t, 10*time.Second, moment{time.Minute + 10*time.Second, time.Unix(1010, 0)}.since(written))
	assert.Equal(t, time.Hour, moment{time.Minute, time.Unix(4600, 0)}.since(written), "a machine that was suspended: its steady clock stood still")
	assert.Equal(t, 10*time.Second, moment{time.Minute + 10*time.Second, time.Unix(10, 0)}.since(written), "a clock that was set back")
	assert.Equal(t, 10*time.Second, moment{time.Minute + 10*time.Second, time.Unix(4600, 0)}.watched(written), "nobody else's lease ends by it")
}

func TestSharesAreDividedByWhatIsWanted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		shares map[string]share
		want   map[string]int
	}{
		"one alone":                       {map[string]share{"a": {Wants: 1000}}, map[string]int{"a": 1000}},
		"two that want all":               {map[string]share{"a": {Wants: 1000}, "b": {Wants: 1000}}, map[string]int{"a": 500, "b": 500}},
		"who wants little gets it":        {map[string]share{"a": {Wants: 100}, "b": {Wants: 1000}, "c": {Wants: 1000}}, map[string]int{"a": 100, "b": 450, "c": 450}},
		"catching up gets a tenth":        {map[string]share{"a": {Wants: 1000}, "b": {Wants: 1000, Background: true}}, map[string]int{"a": 900, "b": 100}},
		"catching up gets what is left":   {map[string]share{"a": {Wants: 200}, "b": {Wants: 1000, Background: true}}, map[string]int{"a": 200, "b": 800}},
		"figures that nobody may believe": {map[string]share{"a": {Wants: -5}, "b": {Wants: 1 << 40}}, map[string]int{"a": 0, "b": 1000}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, divide(test.shares))
		})
	}
}

func TestLeasesStandInTheLabelStore(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	a, b := New(Config{Store: store, PerSecond: 4}), New(Config{Store: store, PerSecond: 4})
	for _, keeper := range []*Keeper{a, b} {
		go keeper.Run(t.Context())
		part, err := keeper.Merchant(shop).Await(t.Context(), multivende.Demand{InLine: 1})
		require.NoError(t, err)
		assert.Greater(t, part, 0.1)
	}
	assert.LessOrEqual(t, a.Shares()[shop]+b.Shares()[shop], 1.0)
	require.NoError(t, a.Close(t.Context()))
	var left ledger
	require.NoError(t, store.Get(t.Context(), storage.RateShares(), &left))
	assert.Len(t, left.Workers, 1)
	assert.False(t, a.Merchant(shop).Holds())
}
