package run

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/despacho/despacho/workflows"
)

const (
	// gatherWithin is how long the first notice of a batch waits for others: at most 50 ms is
	// promised, less leaves more of the 100 ms for Temporal.
	gatherWithin = 15 * time.Millisecond
	// durableWithin is how long a batch may take from its first notice to its end. With what
	// reading and looking up may take before, every notice is answered within 6 s.
	durableWithin = 3 * time.Second
	// mostWaiting and mostOfMerchant bound the notices that are not yet answered.
	mostWaiting    = 50_000
	mostOfMerchant = 20_000
)

// errBusy is the answer when too many notices wait already.
var errBusy = errors.New("too many notices are waiting")

// gatherer makes one signal of the notices of a merchant that come within gatherWithin. The
// batches of one merchant go one after the other; merchants do not wait for one another.
type gatherer struct {
	// deliver makes ids durable; an error says that they may not be.
	deliver func(ctx context.Context, merchant string, ids []string) error
	// delivered is told of every batch that is over.
	delivered func(merchant string, b *batch)

	mu      sync.Mutex
	lines   map[string]*line
	waiting int
	ended   bool
	working sync.WaitGroup
}

// line are the batches of one merchant, the oldest first. It is there while it has any.
type line struct {
	batches []*batch
	waiting int
}

// batch are notices that one signal takes; done is closed when err is known.
type batch struct {
	until   time.Time
	ids     []string
	seen    map[string]struct{}
	raw     []rawNotice
	notices int
	full    chan struct{}
	done    chan struct{}
	err     error
}

// folded is how many notices named what another one of the batch names.
func (b *batch) folded() int { return b.notices - len(b.ids) }

func newGatherer(deliver func(context.Context, string, []string) error, delivered func(string, *batch)) *gatherer {
	return &gatherer{deliver: deliver, delivered: delivered, lines: map[string]*line{}}
}

// add puts an id into the merchant's open batch, whose done tells when it is durable.
func (g *gatherer) add(merchant, id string, raw rawNotice) (*batch, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lines[merchant]
	if g.ended || g.waiting >= mostWaiting || l != nil && l.waiting >= mostOfMerchant {
		return nil, errBusy
	}
	if l == nil {
		l = &line{}
		g.lines[merchant] = l
		g.working.Go(func() { g.serve(merchant, l) })
	}
	b := l.open()
	b.add(id, raw)
	l.waiting++
	g.waiting++
	return b, nil
}

// open is the batch that takes more notices.
func (l *line) open() *batch {
	if last := len(l.batches) - 1; last >= 0 && len(l.batches[last].ids) < workflows.NoticesInSignal {
		return l.batches[last]
	}
	b := &batch{
		until: time.Now().Add(durableWithin),
		seen:  map[string]struct{}{}, full: make(chan struct{}), done: make(chan struct{}),
	}
	l.batches = append(l.batches, b)
	return b
}

func (b *batch) add(id string, raw rawNotice) {
	b.notices++
	if raw.body != nil {
		b.raw = append(b.raw, raw)
	}
	if _, there := b.seen[id]; there {
		return
	}
	b.seen[id] = struct{}{}
	if b.ids = append(b.ids, id); len(b.ids) == workflows.NoticesInSignal {
		close(b.full)
	}
}

// serve takes the batches of a merchant one after the other until there is none.
func (g *gatherer) serve(merchant string, l *line) {
	for b := g.oldest(merchant, l); b != nil; b = g.oldest(merchant, l) {
		b.wait()
		g.cut(l)
		ctx, cancel := context.WithDeadline(context.Background(), b.until)
		b.err = g.deliver(ctx, merchant, b.ids)
		cancel()
		g.leave(l, b)
		close(b.done)
		g.delivered(merchant, b)
	}
}

// oldest is the merchant's next batch; without one the line ends.
func (g *gatherer) oldest(merchant string, l *line) *batch {
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

// cut closes the oldest batch for more notices.
func (g *gatherer) cut(l *line) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.batches = l.batches[1:]
}

func (g *gatherer) leave(l *line, b *batch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.waiting -= b.notices
	g.waiting -= b.notices
}

// count is how many notices wait.
func (g *gatherer) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.waiting
}

// drain waits until every batch is over; nothing is taken any more.
func (g *gatherer) drain() {
	g.mu.Lock()
	g.ended = true
	g.mu.Unlock()
	g.working.Wait()
}
