package intake

import (
	"context"
	"sync"
	"time"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
)

// recalled is what the steps of one worker remember from one to the next. It only saves requests: where it is
// lost, or another worker has it, the store is asked.
type recalled struct {
	mu       sync.Mutex
	settings map[string]readSettings
	// left is the hour in which a sale's change was left last, by merchant and sale.
	left map[string]time.Time
	// asItWas is the change of a sale that was read last.
	asItWas map[string]time.Time
	// held are the sales that steps read now; a channel is closed when its sale was read.
	held map[string]chan struct{}
}

// holdsFor is how long a step waits for another one that reads the same sale, in our time; then both read it.
const holdsFor = 5 * time.Second

// hold keeps other steps of this worker from reading a sale until it is freed; waited says that another has read it
// meanwhile. Two that read a new sale side by side would write everything twice.
func (r *recalled) hold(ctx context.Context, key string) (free func(), waited bool, err error) {
	late := time.NewTimer(holdsFor)
	defer late.Stop()
	for {
		r.mu.Lock()
		other, held := r.held[key]
		if !held {
			break
		}
		r.mu.Unlock()
		waited = true
		select {
		case <-other:
		case <-late.C:
			return func() {}, waited, nil
		case <-ctx.Done():
			return nil, waited, ctx.Err()
		}
	}
	defer r.mu.Unlock()
	if r.held == nil {
		r.held = map[string]chan struct{}{}
	}
	read := make(chan struct{})
	r.held[key] = read
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.held, key)
		close(read)
	}, waited, nil
}

// readSettings are a merchant's settings and connections as they were read at a time, and whether its orders'
// names are wanted.
type readSettings struct {
	at          time.Time
	settings    accounts.Settings
	connections []activities.Connection
	wantsNames  *bool
}

// salesRecalled bounds the sales of which a worker remembers that they were read, or that a change was left.
const salesRecalled = 50_000

// settingsOf are a merchant's settings. Steps that take up notifications believe those that were read within
// SettingsFor; what begins anything reads them anew.
func (a *Intake) settingsOf(ctx context.Context, merchant string, source contract.IntakeSource) (accounts.Settings, error) {
	a.recalled.mu.Lock()
	known, ok := a.recalled.settings[merchant]
	a.recalled.mu.Unlock()
	if ok && source == contract.ByWebhook && time.Since(known.at) < a.SettingsFor {
		return known.settings, nil
	}
	began := time.Now()
	settings, err := accounts.ReadSettings(ctx, a.Store, merchant)
	if err != nil || a.SettingsFor == 0 {
		return settings, err
	}
	a.recalled.mu.Lock()
	defer a.recalled.mu.Unlock()
	if a.recalled.settings == nil {
		a.recalled.settings = map[string]readSettings{}
	}
	a.recalled.settings[merchant] = readSettings{at: began, settings: settings}
	return settings, nil
}

// recallConnections are those that a step has read while the settings are believed that were read with them; nil for none.
func (a *Intake) recallConnections(merchant string) []activities.Connection {
	a.recalled.mu.Lock()
	defer a.recalled.mu.Unlock()
	if known := a.recalled.settings[merchant]; time.Since(known.at) < a.SettingsFor {
		return known.connections
	}
	return nil
}

// keepConnections remembers connections for as long as the settings that are remembered.
func (a *Intake) keepConnections(merchant string, all []activities.Connection) {
	a.recalled.mu.Lock()
	defer a.recalled.mu.Unlock()
	if known, ok := a.recalled.settings[merchant]; ok {
		known.connections = all
		a.recalled.settings[merchant] = known
	}
}

// wantsNames says whether the hub's codes and tracking numbers are kept as names of orders. It is asked once in a
// step, and believed for as long as the settings that are remembered.
func (t *taking) wantsNames(ctx context.Context) (bool, error) {
	t.namesMu.Lock()
	defer t.namesMu.Unlock()
	if t.names == nil {
		t.names = t.recalled.recallWantsNames(t.merchant, t.settingsFor)
	}
	if t.names == nil {
		wanted, err := intakebook.WantsNames(ctx, t.store, t.merchant)
		if err != nil {
			return false, err
		}
		t.names = &wanted
		t.recalled.keepWantsNames(t.merchant, &wanted)
	}
	return *t.names, nil
}

func (r *recalled) recallWantsNames(merchant string, within time.Duration) *bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.settings[merchant]; time.Since(known.at) < within {
		return known.wantsNames
	}
	return nil
}

func (r *recalled) keepWantsNames(merchant string, wanted *bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.settings[merchant]; ok {
		known.wantsNames = wanted
		r.settings[merchant] = known
	}
}

// isLeftAlready says that a mark of a sale is still to come to its turn, so that the change of this hour needs
// none of its own. read is when the sale was read last: a mark from before that says nothing.
func (r *recalled) isLeftAlready(key string, hour, read time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	last, known := r.left[key]
	return known && !hour.Before(last) && hour.Sub(last) < rereadLeftAfter && read.Before(last.Add(time.Hour))
}

// leave remembers the hour in which a sale's change was left.
func (r *recalled) leave(key string, hour time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == nil || len(r.left) >= salesRecalled {
		r.left = map[string]time.Time{}
	}
	r.left[key] = hour
}

// isRead says that the change of a sale is the one that was read last.
func (r *recalled) isRead(key string, changed time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	last, known := r.asItWas[key]
	return known && last.Equal(changed)
}

// keepRead remembers which change of a sale was read last.
func (r *recalled) keepRead(key string, changed time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asItWas == nil || len(r.asItWas) >= salesRecalled {
		r.asItWas = map[string]time.Time{}
	}
	r.asItWas[key] = changed
}
