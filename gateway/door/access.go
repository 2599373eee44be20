package door

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/time/rate"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
)

type partnerKey struct{}

// partnerOf is who made the request that a handler answers.
func partnerOf(ctx context.Context) partners.Partner {
	partner, _ := ctx.Value(partnerKey{}).(partners.Partner)
	return partner
}

// admit says who comes, within the limits of the key.
func (d *Door) admit(r *http.Request) (*http.Request, *Problem) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, problem(CodeNoKey)
	}
	partner, err := d.Keys.Enter(r.Context(), strings.TrimSpace(text))
	switch {
	case errors.Is(err, partners.ErrUnknownKey):
		return nil, problem(CodeNoKey)
	case errors.Is(err, partners.ErrBusy):
		return nil, problem(CodeTooFast).wait(time.Second)
	case err != nil:
		d.Log.Warn("a partner's key cannot be looked up", "error", err)
		return nil, problem(CodeAway).wait(awayWait)
	}
	if after := d.limits.take(partner.ID); after > 0 {
		return nil, problem(CodeTooFast).wait(after)
	}
	if err := d.Keys.Used(r.Context(), partner.ID); err != nil {
		d.Log.Warn("when a partner's key was used could not be noted", "partner", partner.ID, "error", err)
	}
	return r.WithContext(context.WithValue(r.Context(), partnerKey{}, partner)), nil
}

// awayWait is when to come again after a server did not answer.
const awayWait = 5 * time.Second

const scopeMember = "scope"

// checkScope refuses a key without the scope of the route.
func checkScope(ctx huma.Context, next func(huma.Context)) {
	scope, _ := ctx.Operation().Metadata[scopeMember].(partners.Scope)
	if !partnerOf(ctx.Context()).May(scope) {
		refused := problem(CodeScope, Wrong{Message: "the scope " + string(scope) + " is missing"})
		_, w := unwrap(ctx)
		refused.write(w)
		return
	}
	next(ctx)
}

// merchantOf is the merchant that a request is about: the one that it names, or the only one of the key.
func merchantOf(ctx context.Context, named string) (string, error) {
	partner := partnerOf(ctx)
	switch {
	case named != "" && partner.Serves(named):
		return named, nil
	case named != "":
		return "", problem(CodeNoMerchant)
	case len(partner.Merchants) == 1:
		return partner.Merchants[0], nil
	}
	return "", problem(CodeMerchant)
}

// idMark stands between merchant and key in the ids of batches and status changes.
const idMark = "~"

// makeID is the id of a merchant's batch or status change.
func makeID(merchant, key string) string { return merchant + idMark + key }

// parseID takes such an id apart; false when it is none, or of a merchant that the key does not reach.
func parseID(ctx context.Context, id string) (merchant, key string, ok bool) {
	merchant, key, found := strings.Cut(id, idMark)
	ok = found && contract.ValidKey(merchant) && contract.ValidKey(key) && partnerOf(ctx).Serves(merchant)
	return merchant, key, ok
}

// limits are the requests that keys may make.
type limits struct {
	rate, burst int
	mu          sync.Mutex
	of          map[string]*limit
}

type limit struct {
	requests *rate.Limiter
	waits    int
}

const (
	// mostLimits bounds how many keys are counted; those that came least lately do not matter.
	mostLimits = 10_000
	// mostWaits is how many requests of a key may wait at a time.
	mostWaits = 50
)

func newLimits(perSecond, burst int) *limits {
	if perSecond <= 0 {
		perSecond = DefaultRate
	}
	if burst <= 0 {
		burst = 2 * perSecond
	}
	return &limits{rate: perSecond, burst: burst, of: map[string]*limit{}}
}

func (l *limits) find(id string) *limit {
	found := l.of[id]
	if found == nil {
		if len(l.of) >= mostLimits {
			clear(l.of)
		}
		found = &limit{requests: rate.NewLimiter(rate.Limit(l.rate), l.burst)}
		l.of[id] = found
	}
	return found
}

// take counts a request, and says how long to wait where it is one too many.
func (l *limits) take(id string) time.Duration {
	l.mu.Lock()
	requests := l.find(id).requests
	l.mu.Unlock()
	if requests.Allow() {
		return 0
	}
	planned := requests.Reserve()
	after := planned.Delay()
	planned.Cancel()
	return max(after, time.Millisecond)
}

// beginWait counts a request that waits; false when it is one too many.
func (l *limits) beginWait(id string) (end func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.find(id)
	if one.waits >= mostWaits {
		return nil, false
	}
	one.waits++
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		one.waits--
	}), true
}
