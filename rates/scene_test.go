package rates

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"golang.org/x/time/rate"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// memoryStore is a label store in memory, in skipped time. It counts requests as the real one makes them: a
// refused conditional write is read once more.
type memoryStore struct {
	latency time.Duration

	mu       sync.Mutex
	data     []byte
	version  int
	away     bool
	loses    bool // answers of writes
	requests int
}

var errAway = errors.New("the store is away")

func (s *memoryStore) GetTagged(ctx context.Context, _ string, value any) (string, error) {
	s.count(1)
	<-time.After(s.latency)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.away:
		return "", errAway
	case s.version == 0:
		return "", storage.ErrNotFound
	}
	return fmt.Sprint(s.version), errors.Join(json.Unmarshal(s.data, value), ctx.Err())
}

func (s *memoryStore) PutIf(ctx context.Context, _ string, value any, etag string) (string, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	s.count(1)
	<-time.After(s.latency / 2)
	tag, err := s.land(data, etag)
	<-time.After(s.latency / 2)
	if errors.Is(err, storage.ErrChanged) {
		s.count(1)
	}
	return tag, errors.Join(err, ctx.Err())
}

func (s *memoryStore) land(data []byte, etag string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.away:
		return "", errAway
	case s.version > 0 && etag != fmt.Sprint(s.version), s.version == 0 && etag != "":
		return "", storage.ErrChanged
	}
	s.version++
	s.data = data
	if s.loses {
		return "", errAway
	}
	return fmt.Sprint(s.version), nil
}

func (s *memoryStore) count(requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests += requests
}

func (s *memoryStore) set(change func(*memoryStore)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// scene is a hub that grants four calls a second, and workers that share them.
type scene struct {
	*testing.T
	store   *memoryStore
	workers []*process

	times float64 // how many times as fast the hub's clock runs; 0 counts as 1

	mu    sync.Mutex
	sends []send
}

// perSecond is what the hub grants a merchant, in our time.
func (s *scene) perSecond() float64 { return granted * cmp.Or(s.times, 1) }

type send struct {
	at       time.Time
	by       *process
	merchant string
}

const granted = 4.0

func play(t *testing.T, latency time.Duration, act func(*scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &scene{T: t, store: &memoryStore{latency: latency}}
		act(s)
		for _, worker := range s.workers {
			worker.kill()
		}
		pass(10 * time.Minute) // whatever sleeps wakes up and ends
	})
}

// process is a worker that may be killed or stopped, on a machine with clocks of its own.
type process struct {
	*scene
	keeper *Keeper
	ctx    context.Context
	kill   context.CancelFunc
	dead   atomic.Bool
	cut    atomic.Bool // from the store
	// running is closed while the process runs. (Who waits for a mutex keeps skipped time from passing.)
	running chan struct{}

	lines map[string]*line
}

// line is what a client keeps of a merchant: its limit, who waits, and whose turn it is.
type line struct {
	limit  *rate.Limiter
	inLine atomic.Int64
	turn   chan struct{}
}

// stop keeps the process from running, as SIGSTOP does, until resume is called; false if it is stopped.
func (p *process) stop() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.running:
		p.running = make(chan struct{})
		return true
	default:
		return false
	}
}

func (p *process) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.running)
}

// frozen is the store as a process sees it that may be stopped in the middle of a request.
type frozen struct{ *process }

func (f frozen) GetTagged(ctx context.Context, key string, value any) (string, error) {
	f.run()
	if f.cut.Load() {
		return "", errAway
	}
	etag, err := f.store.GetTagged(ctx, key, value)
	f.run()
	return etag, err
}

func (f frozen) PutIf(ctx context.Context, key string, value any, etag string) (string, error) {
	f.run()
	if f.cut.Load() {
		return "", errAway
	}
	tag, err := f.store.PutIf(ctx, key, value, etag)
	f.run()
	return tag, err
}

// run returns while the process runs.
func (p *process) run() {
	p.mu.Lock()
	running := p.running
	p.mu.Unlock()
	<-running
}

// worker starts one whose steady clock runs at a speed and whose wall clock is off.
func (s *scene) worker(speed float64, off time.Duration) *process {
	began := time.Now()
	p := &process{scene: s, lines: map[string]*line{}, running: make(chan struct{})}
	p.resume()
	p.ctx, p.kill = context.WithCancel(s.Context())
	p.keeper = New(Config{Store: frozen{p}, PerSecond: s.perSecond(), now: func() moment {
		passed := time.Duration(float64(time.Since(began)) * speed)
		return moment{passed, began.Add(off).Add(passed)}
	}})
	go p.keeper.Run(p.ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workers = append(s.workers, p)
	return p
}

// call is what the hub's client does: it waits for a share and for its turn, and sends only if the share
// still holds.
func (p *process) call(ctx context.Context, merchant string, background bool) error {
	lease := p.keeper.Merchant(merchant)
	p.mu.Lock()
	if p.lines[merchant] == nil {
		p.lines[merchant] = &line{limit: rate.NewLimiter(rate.Limit(p.perSecond()), 1), turn: make(chan struct{}, 1)}
	}
	line := p.lines[merchant]
	p.mu.Unlock()
	line.inLine.Add(1)
	defer line.inLine.Add(-1)
	select {
	case line.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-line.turn }()
	for {
		part, err := lease.Await(ctx, multivende.Demand{Background: background, InLine: int(line.inLine.Load())})
		if err != nil {
			return err
		}
		line.limit.SetLimit(rate.Limit(p.perSecond() * part))
		if err := line.limit.Wait(ctx); err != nil {
			return err
		}
		p.run()
		if lease.Holds() {
			break
		}
	}
	p.checkSum(merchant)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sends = append(p.sends, send{time.Now(), p, merchant})
	return nil
}

// checkSum holds that what all living workers may use is at most the whole.
func (s *scene) checkSum(merchant string) {
	s.mu.Lock()
	workers := slices.Clone(s.workers)
	s.mu.Unlock()
	sum := 0
	for _, worker := range workers {
		if !worker.dead.Load() {
			sum += worker.share(merchant)
		}
	}
	assert.LessOrEqual(s, sum, whole, "at %s", time.Now())
}

// share is what a worker may use of a merchant now, in parts of the whole.
func (p *process) share(merchant string) int {
	lease := p.keeper.Merchant(merchant)
	now := p.keeper.config.now()
	p.keeper.mu.Lock()
	defer p.keeper.mu.Unlock()
	return lease.usable(now)
}

// flood calls as fast as it may, three at a time, until stop is called.
func (p *process) flood(merchant string, background bool) (stop func()) {
	ctx, stop := context.WithCancel(p.ctx)
	for range 3 {
		go func() {
			for ctx.Err() == nil {
				if p.call(ctx, merchant, background) != nil {
					select {
					case <-ctx.Done():
					case <-time.After(time.Second):
					}
				}
			}
		}()
	}
	return stop
}

// die ends a worker as kill -9 does.
func (p *process) die() {
	p.dead.Store(true)
	p.kill()
}

// within waits until something is so, and says how long that took; it fails after the limit.
func (s *scene) within(limit time.Duration, what string, so func() bool) time.Duration {
	s.Helper()
	began := time.Now()
	for !so() {
		if time.Since(began) > limit {
			assert.Fail(s, "not within "+limit.String(), what)
			break
		}
		pass(100 * time.Millisecond)
	}
	return time.Since(began)
}

// pass lets time go by on the fake clock of a bubble; it takes none of ours.
func pass(d time.Duration) { <-time.After(d) }
