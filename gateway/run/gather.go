package run

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/despacho/despacho/contract"
)

const (
	// gatherWithin is how long the first notification of a batch waits for others. 50 ms are
	// promised; the shorter wait leaves Temporal more of the 100 ms that an answer may take.
	gatherWithin = 15 * time.Millisecond
	// durableWithin is how long a batch may take from its first notification to its end. Together with
	// the limits for reading and looking up, every notification is answered within 6 s.
	durableWithin = 3 * time.Second
	// mostWaiting and mostOfMerchant bound the notifications that are not yet answered.
	mostWaiting    = 50_000
	mostOfMerchant = 20_000
)

// errBusy is the answer when too many notifications wait already.
var errBusy = errors.New("too many notifications are waiting")

// gatherer turns the notifications of a merchant that come within gatherWithin into one signal. The
// batches of one merchant go one after the other; merchants do not wait for each other.
type gatherer struct {
	// deliver makes notifications durable; after an error they may or may not be.
	deliver func(ctx context.Context, merchant string, notifications contract.Notifications) error
	// delivered is called with every batch that is over, before those who wait for it hear so.
	delivered func(merchant string, b *batch)
	told      *told

	mu      sync.Mutex
	lines   map[string]*merchantLine
	waiting int
	ended   bool
	working sync.WaitGroup
}

// merchantLine holds the batches of one merchant, the oldest first. It exists only while it has any.
type merchantLine struct {
	batches []*batch
	waiting int
}

// batch holds the notifications of one signal; done is closed when err is known.
type batch struct {
	until         time.Time
	ids           []string
	seen          map[string]struct{}
	raw           []rawNotification
	notifications int
	full          chan struct{}
	done          chan struct{}
	err           error
}

// folded is how many notifications of the batch repeat an id of another one.
func (b *batch) folded() int { return b.notifications - len(b.ids) }

func newGatherer(deliver func(context.Context, string, contract.Notifications) error, delivered func(string, *batch)) *gatherer {
	return &gatherer{deliver: deliver, delivered: delivered, told: newTold(), lines: map[string]*merchantLine{}}
}

// add puts an id into the merchant's open batch; the batch's done is closed when the id is durable.
func (g *gatherer) add(merchant, id string, raw rawNotification) (*batch, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lines[merchant]
	if g.ended || g.waiting >= mostWaiting || l != nil && l.waiting >= mostOfMerchant {
		return nil, errBusy
	}
	if l == nil {
		l = &merchantLine{}
		g.lines[merchant] = l
		g.working.Go(func() { g.serve(merchant, l) })
	}
	b := l.openBatch()
	b.add(id, raw)
	l.waiting++
	g.waiting++
	return b, nil
}

// openBatch is the batch that takes more notifications.
func (l *merchantLine) openBatch() *batch {
	if last := len(l.batches) - 1; last >= 0 && len(l.batches[last].ids) < contract.NotificationsInSignal {
		return l.batches[last]
	}
	b := &batch{
		until: time.Now().Add(durableWithin),
		seen:  map[string]struct{}{}, full: make(chan struct{}), done: make(chan struct{}),
	}
	l.batches = append(l.batches, b)
	return b
}

func (b *batch) add(id string, raw rawNotification) {
	b.notifications++
	if raw.body != nil {
		b.raw = append(b.raw, raw)
	}
	if _, there := b.seen[id]; there {
		return
	}
	b.seen[id] = struct{}{}
	if b.ids = append(b.ids, id); len(b.ids) == contract.NotificationsInSignal {
		close(b.full)
	}
}

// serve delivers the batches of a merchant one after the other until there is none.
func (g *gatherer) serve(merchant string, l *merchantLine) {
	for b := g.oldest(merchant, l); b != nil; b = g.oldest(merchant, l) {
		b.wait()
		g.closeOldest(l)
		ids, repeats := g.told.sort(merchant, b.ids)
		ctx, cancel := context.WithDeadline(context.Background(), b.until)
		b.err = g.deliver(ctx, merchant, contract.Notifications{IDs: ids, Repeats: repeats})
		cancel()
		if b.err == nil {
			g.told.note(merchant, ids)
		}
		g.freePlaces(l, b)
		g.delivered(merchant, b)
		close(b.done)
	}
}

// oldest is the merchant's next batch; without one the line ends.
func (g *gatherer) oldest(merchant string, l *merchantLine) *batch {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(l.batches) == 0 {
		delete(g.lines, merchant)
		return nil
	}
	return l.batches[0]
}

// wait waits until the batch is full or old enough.
func (b *batch) wait() {
	timer := time.NewTimer(time.Until(b.until.Add(gatherWithin - durableWithin)))
	defer timer.Stop()
	select {
	case <-b.full:
	case <-timer.C:
	}
}

// closeOldest lets no more notifications into the oldest batch.
func (g *gatherer) closeOldest(l *merchantLine) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.batches = l.batches[1:]
}

func (g *gatherer) freePlaces(l *merchantLine, b *batch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.waiting -= b.notifications
	g.waiting -= b.notifications
}

// count is how many notifications wait.
func (g *gatherer) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.waiting
}

// drain takes nothing more and waits until every batch is over.
func (g *gatherer) drain() {
	g.mu.Lock()
	g.ended = true
	g.mu.Unlock()
	g.working.Wait()
}
