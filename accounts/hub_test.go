package accounts

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const shop = "m-1"

// begin is when every test begins, on both clocks.
var begin = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// town is the world that several processes share: a clock, a hub that issues tokens, and a store.
type town struct {
	t    *testing.T
	s3   *storagetest.Server
	keys *Keys

	mu  sync.Mutex
	now time.Time
	// generation is the number of the hub's newest pair; sends are the refresh tokens that it
	// received, in order.
	generation int
	ended      bool
	sends      []string
	// answers are what the hub does with the next refresh tokens; if empty, it works.
	answers []answer
	// life is how long tokens live; 6 hours if zero.
	life time.Duration
}

// answer is what happens to a refresh token that is sent.
type answer struct {
	fate  multivende.Fate
	after time.Duration
	// done: the hub has carried it out although its answer failed.
	done bool
	// takes is how long the answer takes.
	takes time.Duration
}

func newTown(t *testing.T) *town {
	t.Helper()
	keys, err := NewKeys()
	require.NoError(t, err)
	w := &town{t: t, s3: storagetest.NewServer(t), keys: keys, now: begin}
	_, err = w.s3.Open(t, storage.Config{}).EnsureBucket(t.Context())
	require.NoError(t, err)
	return w
}

// connected is a town whose shop has its first pair.
func connected(t *testing.T) *town {
	t.Helper()
	w := newTown(t)
	_, _, err := w.vault().Connect(t.Context(), w.pair(), w.Now())
	require.NoError(t, err)
	return w
}

func (w *town) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *town) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// will sets what happens to the next refresh tokens.
func (w *town) will(answers ...answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers = answers
}

func (w *town) sent() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.sends...)
}

// pair is the next pair of tokens.
func (w *town) pair() multivende.Grant {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.next()
}

func (w *town) next() multivende.Grant {
	w.generation++
	life := 6 * time.Hour
	if w.life > 0 {
		life = w.life
	}
	return multivende.Grant{
		Merchant: shop, At: w.now, Token: multivende.Secret(fmt.Sprintf("token-%d", w.generation)), ExpiresAt: w.now.Add(life),
		RefreshToken: multivende.Secret(w.good()), RefreshExpiresAt: w.now.Add(48 * time.Hour),
		Scopes: multivende.Scopes{"read:checkouts": {All: true}},
	}
}

// good is the only refresh token that the hub accepts.
func (w *town) good() string { return fmt.Sprintf("rt-%d", w.generation) }

// Refresh is the hub's answer to a refresh token.
func (w *town) Refresh(_ context.Context, token multivende.Secret) (multivende.Grant, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var a answer
	if len(w.answers) > 0 {
		a, w.answers = w.answers[0], w.answers[1:]
	}
	w.now = w.now.Add(a.takes)
	if a.fate != multivende.NotSent {
		w.sends = append(w.sends, token.Reveal())
	}
	if a.fate == "" && (token.Reveal() != w.good() || w.ended) {
		a.fate = multivende.Denied
	}
	if a.done {
		w.next()
	}
	switch a.fate {
	case multivende.Denied:
		return multivende.Grant{}, &multivende.Error{Class: multivende.Refused, Status: 400, Excerpt: "InvalidRefreshToken"}
	case multivende.Lost:
		return multivende.Grant{}, &multivende.Error{Class: multivende.Busy, Status: 502, MayBeDone: true}
	case multivende.Postponed:
		return multivende.Grant{}, &multivende.Error{Class: multivende.Busy, Status: 429, RetryAfter: a.after}
	case multivende.NotSent:
		return multivende.Grant{}, &multivende.Error{Class: multivende.Unreachable}
	}
	return w.next(), nil
}

func (w *town) vault() *Vault { return &Vault{Store: w.s3.Open(w.t, storage.Config{}), Keys: w.keys} }

// renewer is one process that renews tokens.
func (w *town) renewer() *Renewer {
	return &Renewer{Vault: w.vault(), OAuth: w, Speed: 1, Now: w.Now}
}

func (w *town) account() Account {
	w.t.Helper()
	account, _, err := w.vault().ReadWithTokens(w.t.Context(), shop)
	require.NoError(w.t, err)
	return account
}

// settled repeats steps until there is nothing to do for the moment, waiting as each step says.
func (w *town) settled(r *Renewer, refused int64) Standing {
	w.t.Helper()
	for range 10_000 {
		standing, err := r.Step(w.t.Context(), shop, refused)
		require.NoError(w.t, err)
		if standing.Resting {
			return standing
		}
		require.Positive(w.t, standing.Wait)
		w.pass(standing.Wait)
	}
	require.Fail(w.t, "it never comes to an end")
	return Standing{}
}

// Places at which a process can be killed while it renews.
const (
	beforeNoted  = "before recording that the token is sent"
	afterNoted   = "after recording it"
	beforeSent   = "before the hub receives it"
	afterSent    = "after the hub has renewed it"
	beforeStored = "before the new pair is stored"
	afterStored  = "after the new pair is stored"
)

var places = []string{beforeNoted, afterNoted, beforeSent, afterSent, beforeStored, afterStored}

// doomed is a process that stops at a place and goes on from there only when it is woken.
type doomed struct {
	place   string
	stopped chan struct{}
	woken   chan struct{}
	once    sync.Once
	next    http.RoundTripper
	hub     Refresher

	mu   sync.Mutex
	puts int
}

// doomed starts a step of a process that stops at a place, and returns once it has stopped. ended
// says how the step ended.
func (w *town) doomed(place string, refused int64) (d *doomed, ended <-chan struct{}) {
	w.t.Helper()
	d = &doomed{place: place, stopped: make(chan struct{}), woken: make(chan struct{}), next: http.DefaultTransport, hub: w}
	config := w.s3.AWS()
	config.HTTPClient = &http.Client{Transport: d}
	store := w.s3.Open(w.t, storage.Config{AWS: config})
	r := &Renewer{Vault: &Vault{Store: store, Keys: w.keys}, OAuth: d, Speed: 1, Now: w.Now}
	over := make(chan struct{})
	ctx := context.WithoutCancel(w.t.Context())
	go func() {
		defer close(over)
		_, _ = r.Step(ctx, shop, refused)
	}()
	select {
	case <-d.stopped:
	case <-over:
		require.Fail(w.t, "it did not reach "+place)
	}
	w.t.Cleanup(func() {
		d.wake()
		<-over
	})
	return d, over
}

func (d *doomed) wake() { d.once.Do(func() { close(d.woken) }) }

func (d *doomed) stop(place string) {
	if d.place != place {
		return
	}
	select {
	case <-d.stopped:
	default:
		close(d.stopped)
	}
	<-d.woken
}

func (d *doomed) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPut {
		return d.next.RoundTrip(r)
	}
	d.mu.Lock()
	d.puts++
	first := d.puts == 1
	d.mu.Unlock()
	if first {
		d.stop(beforeNoted)
	} else {
		d.stop(beforeStored)
	}
	response, err := d.next.RoundTrip(r)
	if first {
		d.stop(afterNoted)
	} else {
		d.stop(afterStored)
	}
	return response, err
}

func (d *doomed) Refresh(ctx context.Context, token multivende.Secret) (multivende.Grant, error) {
	d.stop(beforeSent)
	grant, err := d.hub.Refresh(ctx, token)
	d.stop(afterSent)
	return grant, err
}
