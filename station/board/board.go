// Package board is the model behind the packers' page: runs with their piles, labels and what became of
// them at the printers, printers with their queues, orders to take out, and what a scan may mean. Begin
// with [New] and [Board.Run], which keeps it fresh; [Board.Today] is what the page shows.
//
// It promises that an answer needs neither the store nor Temporal unless it says so, that its size does
// not grow with the labels, and that the last picture stays when both are away.
package board

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// Merchant is a merchant whose labels are printed at the site.
type Merchant struct{ ID, Name string }

// Queues are the queues of printers; client.TemporalPrinters has them.
type Queues interface {
	// Progress says how a printer's queue stands; the zero value for one that is not there.
	Progress(ctx context.Context, site, printer string) (contract.PrinterProgress, error)
}

// Settings are what a board is made of. Days is how far back runs are shown (3 by default). Merchants are
// those to begin with; FindMerchants, if given, is asked once a minute who there is.
type Settings struct {
	Site          string
	Merchants     []Merchant
	FindMerchants func(ctx context.Context) ([]Merchant, error)
	Days          int
	Runs          client.Runs
	Store         *storage.Store
	Queues        Queues
	Now           func() time.Time
	Log           *slog.Logger
}

// Board is the model; its methods may be called by many at a time.
type Board struct {
	Settings

	mu    sync.Mutex
	model *model
	// merchants are those in view, foundAt is when they were asked for.
	merchants []Merchant
	foundAt   time.Time
	// changed is closed when the version grows.
	changed  chan struct{}
	watchers int
	wake     chan struct{}
	// unread is told that there are labels whose texts are wanted.
	unread  chan struct{}
	refresh sync.Mutex
	caches  *caches
}

// How often the board is refreshed, while somebody watches and else.
const (
	watchedPause = 3 * time.Second
	quietPause   = time.Minute
	// stepTimeout bounds one question to Temporal or the store.
	stepTimeout = 20 * time.Second
	defaultDays = 3
)

// New returns a board that knows nothing yet.
func New(settings Settings) *Board {
	settings.Days = cmp.Or(settings.Days, defaultDays)
	if settings.Now == nil {
		settings.Now = time.Now
	}
	if settings.Log == nil {
		settings.Log = slog.New(slog.DiscardHandler)
	}
	return &Board{
		Settings: settings, merchants: settings.Merchants, foundAt: settings.Now(), model: newModel(settings.Now().UnixMilli()), caches: newCaches(),
		changed: make(chan struct{}), wake: make(chan struct{}, 1), unread: make(chan struct{}, 1),
	}
}

// Run refreshes the board until ctx ends: every few seconds while somebody watches, else every minute.
func (b *Board) Run(ctx context.Context) {
	var reader sync.WaitGroup
	reader.Go(func() { b.readTexts(ctx) })
	defer reader.Wait()
	for ctx.Err() == nil {
		b.Refresh(ctx)
		select {
		case <-ctx.Done():
		case <-b.wake:
		case <-time.After(b.pause()):
		}
	}
}

func (b *Board) pause() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers > 0 {
		return watchedPause
	}
	return quietPause
}

// InView are the merchants whose runs are shown.
func (b *Board) InView() []Merchant {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.merchants
}

// findMerchants asks who there is, once a minute.
func (b *Board) findMerchants(ctx context.Context) error {
	if b.FindMerchants == nil || b.Now().Sub(b.foundAt) < quietPause {
		return nil
	}
	found, err := b.FindMerchants(ctx)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.merchants, b.foundAt = found, b.Now()
	return nil
}

// Hasten refreshes the board soon.
func (b *Board) Hasten() { poke(b.wake) }

func poke(sleeper chan struct{}) {
	select {
	case sleeper <- struct{}{}:
	default:
	}
}

// Watch says that somebody watches until stop is called.
func (b *Board) Watch() (stop func()) {
	b.mu.Lock()
	b.watchers++
	first := b.watchers == 1
	b.mu.Unlock()
	if first {
		b.Hasten()
	}
	return sync.OnceFunc(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.watchers--
	})
}

// AwaitChange waits until the version is larger than after, and returns it; 0 when ctx ended before.
func (b *Board) AwaitChange(ctx context.Context, after int64) int64 {
	for {
		b.mu.Lock()
		version, changed := b.model.version, b.changed
		b.mu.Unlock()
		if version > after {
			return version
		}
		select {
		case <-ctx.Done():
			return 0
		case <-changed:
		}
	}
}

// change changes the model and tells those who watch, unless it says that nothing changed.
func (b *Board) change(how func(*model) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !how(b.model) {
		return
	}
	if len(b.model.texts.unread) > 0 {
		poke(b.unread)
	}
	b.model.version++
	close(b.changed)
	b.changed = make(chan struct{})
}

// look reads the model.
func look[T any](b *Board, how func(*model) T) T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return how(b.model)
}
