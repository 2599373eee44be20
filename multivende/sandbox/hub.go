// Package sandbox is a hub to run against: it serves the routes of the Multivende
// API from an invented world that is made from a seed, with its own clock, its own
// latencies and faults on demand. Equal seeds make equal worlds but for their dates.
//
// Begin with [New], which makes a [Hub]; [Merchants] puts several behind one
// address. [Hub.Report] says what a client did and what it should have done. The
// package must not import the client that it serves; it makes its own labels.
// README.md describes the world, the faults and the report.
package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Hub is a sandbox hub; it is an http.Handler.
type Hub struct {
	options  Options
	id       func(format string, arguments ...any) string
	channels map[string]*channel
	samples  samples
	mux      *http.ServeMux
	turns    atomic.Int64 // counts answers whose shape changes from call to call

	// mutex guards everything below. The static parts of orders, sales and
	// connections (see their types) may be read without it once New is done.
	mutex       sync.Mutex
	start       time.Time
	clock       clock
	journal     *journal
	kept        *keptClock
	connections []*connection
	orders      []*order
	sales       []*sale // newest change first
	pickUps     []*pickUp
	pickUpByID  map[string]*pickUp
	orderByID   map[string]*order
	saleByID    map[string]*sale
	taskByID    map[string]*task
	documents   map[string]document
	tasks       int
	coming      events
	turn        int
	serial      uint64 // of the newest number that was drawn
	failures    []*failure
	webhooks    webhooks
	calls       map[string]*RouteCalls
	needed      []time.Time // calls of the critical path
	routeFaults map[string][]*routeFault
	moves       []move // set once in New
	oauth       oauth
}

// ErrOtherWorld means that Options.Dir holds a world made with other options.
var ErrOtherWorld = errors.New("the folder holds another world")

// New makes the world, or continues the one in Options.Dir.
// It fails for options that make no sense, a fault that fits no order, a folder
// of labels without labels, and a Dir that holds another world (ErrOtherWorld).
func New(options Options) (*Hub, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	h := &Hub{
		options: options, id: options.identifiers(), channels: channelsWith(options.FalabellaFormat),
		pickUpByID: map[string]*pickUp{}, orderByID: map[string]*order{}, saleByID: map[string]*sale{}, taskByID: map[string]*task{},
		documents: map[string]document{}, calls: map[string]*RouteCalls{}, routeFaults: map[string][]*routeFault{},
	}
	if h.samples, err = readSamples(options.LabelsDir); err != nil {
		return nil, err
	}
	journal, past, err := openJournal(options)
	if err != nil {
		return nil, err
	}
	if h.moves, err = movesOf(options.MovedRoutes); err != nil {
		return nil, errors.Join(err, journal.close())
	}
	start := past.world.Start
	h.start = start
	h.generate(start)
	h.foundOAuth(start)
	if err := h.knows(options.Scopes); err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: %w", err), journal.close())
	}
	if err := h.plan(options.Faults); err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: %w", err), journal.close())
	}
	h.prepare(start)
	h.samples.deal(h.orders)
	h.foundFailures()
	h.expectArrivals(start, 0)
	h.webhooks.report.Refused = map[string]int{}
	if err := h.replay(past.entries); err != nil {
		return nil, errors.Join(err, journal.close())
	}
	h.journal = journal
	h.clock = clock{start: past.last, began: options.Now(), speed: options.Speed, ours: options.Now}
	if h.kept, err = keepClock(options.Dir, h.clock.now); err != nil {
		return nil, errors.Join(err, journal.close())
	}
	h.mux = h.routing()
	if err := h.beginWebhooks(); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// channelsWith is the table of channels with Falabella's labels in this format.
func channelsWith(falabella string) map[string]*channel {
	table := maps.Clone(channels)
	row := *table["fcom"]
	row.hands.pdf, row.hands.zpl = falabella == "pdf", falabella == "zpl"
	table["fcom"] = &row
	return table
}

// Merchant is the id of the merchant whose orders these are.
func (h *Hub) Merchant() string { return h.options.MerchantID }

// Token is the bearer token that the hub accepts besides those of OAuth, unless
// Options.OAuthOnly is set.
func (h *Hub) Token() string { return h.options.Token }

// Now is the hub's time.
func (h *Hub) Now() time.Time { return h.clock.now() }

// Close closes the journal; New can continue the world from its folder.
func (h *Hub) Close() error {
	h.mutex.Lock()
	post := h.webhooks.post
	h.mutex.Unlock()
	post.close()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	kept := h.kept
	h.kept = nil
	return errors.Join(kept.close(h.clock.now()), h.journal.close())
}

// lock locks the world and brings it up to now; the caller must unlock it.
func (h *Hub) lock() time.Time {
	h.mutex.Lock()
	now := h.clock.now()
	h.settle(now)
	return now
}
