package rates

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Store is the part of the label store that leases need.
type Store interface {
	GetTagged(ctx context.Context, key string, value any) (etag string, err error)
	PutIf(ctx context.Context, key string, value any, etag string) (newTag string, err error)
}

// Config is what a keeper needs.
type Config struct {
	Store Store
	// Worker names this process to people who read the ledger; [New] makes it unique.
	Worker string
	// PerSecond is what the hub grants a merchant, over all workers; our time.
	PerSecond float64
	Log       *slog.Logger
	// Ended tells whether another worker has certainly ended, so that its shares need not be waited for; it must not
	// block. nil: that is not known of anybody.
	Ended func(worker string) bool
	// Looked is called after each look at the ledger with its error; it must not block. nil: nobody.
	Looked func(error)

	now func() moment
}

// Keeper holds one worker's shares of the merchants' rates. It is safe for concurrent use.
type Keeper struct {
	config Config
	worker string
	kick   chan struct{}

	mu     sync.Mutex
	leases map[string]*Lease
	// changed is closed, and made anew, when shares have been renewed.
	changed chan struct{}
	closing bool

	// seen is the ledger as it was read or written last, under etag; known tells whether that can be
	// the present one. watch is since when other workers' leases have been seen unchanged.
	seen  ledger
	etag  string
	known bool
	watch map[string]watched

	// sent is before the write of the lease that runs for term; renewed is when its answer came.
	sent     moment
	term     time.Duration
	renewed  moment
	sequence int64
	// every is how long after lookedAt the next look is due.
	every    time.Duration
	lookedAt moment
	trouble  error
	lastCall moment
	// paidUntil is what [Keeper.payLook] counts, on the steady clock.
	paidUntil time.Duration
}

// watched is a lease of another worker as it was first seen.
type watched struct {
	sequence int64
	first    moment
}

// New makes a keeper that holds nothing yet.
func New(config Config) *Keeper {
	config.Log = cmp.Or(config.Log, slog.New(slog.DiscardHandler))
	if config.Looked == nil {
		config.Looked = func(error) {}
	}
	if config.Ended == nil {
		config.Ended = func(string) bool { return false }
	}
	if config.now == nil {
		config.now = machineClock()
	}
	return &Keeper{
		config: config, worker: cmp.Or(config.Worker, "worker") + "-" + uuid.NewString(), kick: make(chan struct{}, 1),
		leases: map[string]*Lease{}, changed: make(chan struct{}), watch: map[string]watched{}, renewed: config.now(), paidUntil: -time.Hour,
	}
}

// Worker is this worker's name in the ledger, which no other one ever has.
func (k *Keeper) Worker() string { return k.worker }

// Merchant is this worker's lease of a merchant's rate: always the same one.
func (k *Keeper) Merchant(id string) *Lease {
	k.mu.Lock()
	defer k.mu.Unlock()
	lease := k.leases[id]
	if lease == nil {
		lease = &Lease{keeper: k, merchant: id}
		k.leases[id] = lease
	}
	return lease
}

// Shares are the parts of their rates that this worker may use now, by merchant.
func (k *Keeper) Shares() map[string]float64 {
	now := k.config.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	found := make(map[string]float64, len(k.leases))
	for merchant, lease := range k.leases {
		found[merchant] = float64(lease.usable(now)) / whole
	}
	return found
}

// Run renews what the worker holds, asks for what its calls need and lets go what they do not, until
// ctx ends. What is held then goes on until its lease ends, or until [Keeper.Close].
func (k *Keeper) Run(ctx context.Context) {
	for ctx.Err() == nil {
		wait := k.nextLook()
		if wait <= soonEnough {
			k.lookOnce(ctx)
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-k.kick:
		case <-timer.C: // it may not be needed any more
		}
		timer.Stop()
	}
}

// Close gives everything back. Calls find no share afterwards.
func (k *Keeper) Close(ctx context.Context) error {
	k.mu.Lock()
	k.closing = true
	holds := k.holdsAny()
	for _, lease := range k.leases {
		lease.holds = 0
	}
	k.mu.Unlock()
	if !holds {
		return nil
	}
	return k.look(ctx)
}

// lookOnce looks at the ledger and notes how that went.
func (k *Keeper) lookOnce(ctx context.Context) {
	err := k.look(ctx)
	if ctx.Err() != nil {
		return
	}
	k.config.Looked(err)
	k.mu.Lock()
	before := k.trouble
	k.trouble, k.lookedAt = err, k.config.now()
	k.payLook(k.lookedAt)
	if err != nil {
		k.every = spacing
	}
	for _, lease := range k.leases {
		lease.asked = lease.waiting > 0
	}
	k.mu.Unlock()
	switch {
	case err != nil && before == nil:
		k.config.Log.Warn("this worker's shares of the hub's rate could not be renewed; it tries again every 5 s, and its calls of the hub wait when the lease ends", "error", err)
	case err == nil && before != nil:
		k.config.Log.Info("this worker's shares of the hub's rate are renewed again")
	}
}

// wake makes [Keeper.Run] think again about when to look.
func (k *Keeper) wake() {
	select {
	case k.kick <- struct{}{}:
	default:
	}
}
