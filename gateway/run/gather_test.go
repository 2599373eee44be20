package run

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

// desk remembers what was delivered, when; deliveries take as long as slow says.
type desk struct {
	slow map[string]time.Duration
	err  error

	mu         sync.Mutex
	began      time.Time
	deliveries []delivery
	repeats    []int // of each delivery
	over       []*batch
}

type delivery struct {
	merchant string
	ids      []string
	at       time.Duration
}

func newDesk() (*desk, *gatherer) {
	d := &desk{began: time.Now(), slow: map[string]time.Duration{}}
	return d, newGatherer(d.deliver, func(_ string, b *batch) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.over = append(d.over, b)
	})
}

func (d *desk) deliver(ctx context.Context, merchant string, notifications contract.Notifications) error {
	d.mu.Lock()
	d.deliveries = append(d.deliveries, delivery{merchant, notifications.IDs, time.Since(d.began)})
	d.repeats = append(d.repeats, notifications.Repeats)
	d.mu.Unlock()
	select {
	case <-time.After(d.slow[merchant]):
		return d.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func add(t *testing.T, g *gatherer, merchant, id string) *batch {
	t.Helper()
	b, err := g.add(merchant, id, rawNotification{})
	require.NoError(t, err)
	return b
}

func numbered(from, to int) []string {
	return lo.Map(lo.RangeFrom(from, to-from), func(n, _ int) string { return strconv.Itoa(n) })
}

func TestGather(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, d *desk, g *gatherer){
		"notifications of a moment are one signal, each id once": func(t *testing.T, d *desk, g *gatherer) {
			first := add(t, g, "m", "a")
			<-time.After(gatherWithin - time.Millisecond)
			assert.Same(t, first, add(t, g, "m", "b"))
			add(t, g, "m", "a")
			<-first.done
			require.NoError(t, first.err)
			assert.Equal(t, []delivery{{"m", []string{"a", "b"}, gatherWithin}}, d.deliveries)
			assert.Equal(t, 1, first.folded())
		},
		"a full batch does not wait": func(t *testing.T, d *desk, g *gatherer) {
			for _, id := range numbered(0, contract.NotificationsInSignal+1) {
				add(t, g, "m", id)
			}
			g.working.Wait()
			require.Len(t, d.deliveries, 2)
			assert.Equal(t, delivery{"m", numbered(0, contract.NotificationsInSignal), 0}, d.deliveries[0])
			assert.Equal(t, delivery{"m", numbered(contract.NotificationsInSignal, contract.NotificationsInSignal+1), gatherWithin}, d.deliveries[1])
		},
		"signals of a merchant go one after the other, and gather what comes meanwhile": func(t *testing.T, d *desk, g *gatherer) {
			d.slow["m"] = time.Second
			add(t, g, "m", "a")
			<-time.After(gatherWithin + time.Millisecond)
			add(t, g, "m", "b")
			<-time.After(500 * time.Millisecond)
			last := add(t, g, "m", "c")
			<-last.done
			assert.Equal(t, []delivery{
				{"m", []string{"a"}, gatherWithin}, {"m", []string{"b", "c"}, gatherWithin + time.Second},
			}, d.deliveries)
		},
		"merchants do not wait for one another": func(t *testing.T, d *desk, g *gatherer) {
			d.slow["slow"] = 2 * time.Second
			add(t, g, "slow", "a")
			quick := add(t, g, "quick", "b")
			<-quick.done
			assert.Equal(t, gatherWithin, time.Since(d.began))
		},
		"a delivery that hangs is given up in time, and so are those behind it": func(t *testing.T, d *desk, g *gatherer) {
			d.slow["m"] = time.Hour
			first := add(t, g, "m", "a")
			<-time.After(time.Second)
			second := add(t, g, "m", "b")
			<-first.done
			require.ErrorIs(t, first.err, context.DeadlineExceeded)
			assert.Equal(t, durableWithin, time.Since(d.began))
			<-second.done
			require.ErrorIs(t, second.err, context.DeadlineExceeded)
			assert.Equal(t, durableWithin+time.Second, time.Since(d.began))
		},
		"a burst of 10,000 is delivered whole, each id once": func(t *testing.T, d *desk, g *gatherer) {
			d.slow["m"] = 10 * time.Millisecond
			var group sync.WaitGroup
			for sender := range 100 {
				group.Go(func() {
					for _, id := range numbered(100*sender, 100*(sender+1)) {
						<-time.After(time.Duration(sender) * time.Millisecond)
						b := add(t, g, "m", id)
						<-b.done
						assert.NoError(t, b.err)
					}
				})
			}
			group.Wait()
			g.working.Wait()
			var ids []string
			for _, one := range d.deliveries {
				assert.LessOrEqual(t, len(one.ids), contract.NotificationsInSignal)
				ids = append(ids, one.ids...)
			}
			want := numbered(0, 10_000)
			slices.Sort(want)
			slices.Sort(ids)
			assert.Equal(t, want, ids)
		},
		"what was told of before comes last and is counted": func(t *testing.T, d *desk, g *gatherer) {
			<-add(t, g, "m", "a").done
			add(t, g, "m", "a")
			<-add(t, g, "m", "b").done
			assert.Equal(t, []string{"b", "a"}, d.deliveries[1].ids)
			assert.Equal(t, []int{0, 1}, d.repeats)
		},
		"what could not be told was not told": func(t *testing.T, d *desk, g *gatherer) {
			d.err = errors.New("no")
			<-add(t, g, "m", "a").done
			<-add(t, g, "m", "a").done
			assert.Equal(t, []int{0, 0}, d.repeats)
		},
		"an error is everybody's who waits": func(t *testing.T, d *desk, g *gatherer) {
			d.err = errors.New("no")
			b := add(t, g, "m", "a")
			assert.Same(t, b, add(t, g, "m", "b"))
			<-b.done
			require.ErrorIs(t, b.err, d.err)
		},
		"too many of one merchant are refused, others are not": func(t *testing.T, d *desk, g *gatherer) {
			d.slow["m"] = time.Second
			for _, id := range numbered(0, mostOfMerchant) {
				add(t, g, "m", id)
			}
			_, err := g.add("m", "more", rawNotification{})
			require.ErrorIs(t, err, errBusy)
			add(t, g, "other", "a")
		},
		"too many of all are refused": func(t *testing.T, d *desk, g *gatherer) {
			d.slow["m0"], d.slow["m1"], d.slow["m2"] = time.Second, time.Second, time.Second
			for i, id := range numbered(0, mostWaiting) {
				add(t, g, "m"+strconv.Itoa(i%3), id)
			}
			_, err := g.add("another", "a", rawNotification{})
			require.ErrorIs(t, err, errBusy)
		},
		"after the end nothing is taken": func(t *testing.T, d *desk, g *gatherer) {
			add(t, g, "m", "a")
			g.drain()
			assert.Len(t, d.deliveries, 1)
			_, err := g.add("m", "b", rawNotification{})
			require.ErrorIs(t, err, errBusy)
		},
	}
	for name, play := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d, g := newDesk()
				play(t, d, g)
				g.drain()
				assert.Zero(t, g.count())
				assert.Empty(t, g.lines, "nothing is left of merchants who are quiet")
				assert.Len(t, d.over, len(d.deliveries))
			})
		})
	}
}
