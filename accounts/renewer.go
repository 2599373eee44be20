package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

const (
	// persistPatience is how long a new pair is kept trying to be stored: it exists nowhere else.
	persistPatience = 5 * time.Minute
	persistPause    = 500 * time.Millisecond
)

// Refresher turns a refresh token into a new pair; [multivende.OAuth] is one.
type Refresher interface {
	Refresh(ctx context.Context, refreshToken multivende.Secret) (multivende.Grant, error)
}

// Renewer renews merchants' tokens. Only one process at a time should renew those of a merchant;
// where two do all the same, what they write tells them of one another.
type Renewer struct {
	Vault *Vault
	OAuth Refresher
	// Speed is how many times as fast as ours the hub's clock runs.
	Speed float64
	// HubClock is the hub's clock as calls for a merchant tell it; nil where nobody knows.
	HubClock func(merchant string) *multivende.Clock
	// Now is our clock; nil means time.Now.
	Now func() time.Time
}

// Standing is how an account stands after a step.
type Standing struct {
	Account Account
	// Resting: nothing is to be done before Wait has passed (for ever, where the account needs
	// consent). Otherwise a renewal has begun, and the next step is due after Wait.
	Resting bool
	// Wait and Life are ours: until the next step, and what is left of the token, at least 0.
	Wait, Life time.Duration
}

// Step renews a merchant's tokens if that is due, or if refused is their generation. It sends the
// refresh token at most once: that it will be is stored before, and what came of it after.
func (r *Renewer) Step(ctx context.Context, merchant string, refused int64) (Standing, error) {
	account, etag, err := r.Vault.Open(ctx, merchant)
	if err != nil {
		return Standing{}, err
	}
	m, isRefused := r.moment(account), refused != 0 && refused == account.Generation
	what, wait, reason := account.decide(m, isRefused)
	switch {
	case what == stop:
		account.stop(reason, isRefused)
		return r.settle(ctx, account, etag)
	case what == send:
		return r.send(ctx, account, etag, isRefused)
	case account.State == NeedsConsent && isRefused && !account.TokenRefused:
		account.TokenRefused = true
		return r.settle(ctx, account, etag)
	}
	return r.standing(account, what == rest, wait), nil
}

func (r *Renewer) send(ctx context.Context, account Account, etag string, refused bool) (Standing, error) {
	began := time.Now()
	account.begin(r.moment(account), multivende.TokenTimeout)
	etag, err := r.Vault.Save(ctx, account, etag)
	if errors.Is(err, storage.ErrChanged) {
		return r.standing(account, false, shortestPause), nil
	}
	if err != nil {
		return Standing{}, fmt.Errorf("note that the token is renewed: %w", err)
	}
	// A worker that ends lets this come to its end.
	whole := context.WithoutCancel(ctx)
	sending, cancel := context.WithDeadline(whole, began.Add(multivende.TokenTimeout+sendSlack/2))
	defer cancel()
	grant, err := r.OAuth.Refresh(sending, account.RefreshToken)
	if err == nil {
		return r.keep(whole, account, etag, grant, refused)
	}
	var hub *multivende.Error
	words, after := err.Error(), time.Duration(0)
	if errors.As(err, &hub) {
		words, after = hub.Error(), hub.RetryAfter
	}
	account.failed(r.moment(account), multivende.FateOf(err), words, after, refused)
	return r.settle(whole, account, etag)
}

// keep stores a new pair, whatever became of the account meanwhile: nobody else has it. Only an
// account that was connected anew, or is gone, does without it.
func (r *Renewer) keep(ctx context.Context, base Account, etag string, grant multivende.Grant, refused bool) (Standing, error) {
	account, generation := base, base.Generation
	for {
		account.take(grant, r.now())
		account.Demanded = refused
		err := r.persist(ctx, account, etag)
		if !errors.Is(err, storage.ErrChanged) {
			return r.restingUntilDue(account), err
		}
		if account, etag, err = r.reopen(ctx, base.Merchant); err != nil {
			return Standing{}, err
		}
		if account.Generation != generation {
			return r.standing(account, false, shortestPause), nil
		}
	}
}

// settle stores what a step came to. What another has written meanwhile stands, and the next
// step looks at that.
func (r *Renewer) settle(ctx context.Context, account Account, etag string) (Standing, error) {
	err := r.persist(ctx, account, etag)
	if errors.Is(err, storage.ErrChanged) {
		return r.standing(account, false, shortestPause), nil
	}
	if err != nil {
		return Standing{}, err
	}
	if account.State == NeedsConsent {
		return r.standing(account, true, 0), nil
	}
	return r.standing(account, false, max(account.Renewal.NotBefore.Sub(r.now()), shortestPause)), nil
}

// persist stores an account, through troubles of the store.
func (r *Renewer) persist(ctx context.Context, account Account, etag string) error {
	return patiently(ctx, func(ctx context.Context) error {
		_, err := r.Vault.Save(ctx, account, etag)
		return err
	})
}

// reopen reads an account, through troubles of the store.
func (r *Renewer) reopen(ctx context.Context, merchant string) (account Account, etag string, err error) {
	err = patiently(ctx, func(ctx context.Context) (err error) {
		account, etag, err = r.Vault.Open(ctx, merchant)
		return err
	})
	return account, etag, err
}

// patiently tries until it works, or fails for another reason than trouble, or it has taken too long.
func patiently(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, persistPatience)
	defer cancel()
	for pause := persistPause; ; pause = min(2*pause, 10*persistPause) {
		err := try(ctx)
		if err == nil || errors.Is(err, storage.ErrChanged) || errors.Is(err, ErrNotConnected) || errors.Is(err, ErrLocked) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// Due says whether an account is to be renewed by now, as both clocks have it, and nobody has begun.
func (r *Renewer) Due(account Account) bool {
	begun := account.Renewal.Tries > 0 || !account.Renewal.Until.IsZero()
	return account.State == Alive && !begun && account.dueIn(r.moment(account).hub) <= 0
}

func (r *Renewer) restingUntilDue(account Account) Standing {
	m := r.moment(account)
	return r.standing(account, true, max(m.real(account.dueIn(m.hub)), shortestPause))
}

func (r *Renewer) standing(account Account, resting bool, wait time.Duration) Standing {
	m := r.moment(account)
	s := Standing{Account: account, Resting: resting, Wait: wait}
	if account.Usable(m.hub) {
		s.Life = m.real(account.Life(m.hub))
	}
	return s
}

// moment is now, on both clocks. Where the hub's is known in two ways the later one counts, so
// that no token ends unnoticed.
func (r *Renewer) moment(account Account) moment {
	now := r.now()
	hub := account.HubNow(now, r.Speed)
	if r.HubClock != nil && !account.fresh(hub) {
		if clock := r.HubClock(account.Merchant); clock != nil && clock.Known() && clock.Now().After(hub) {
			hub = clock.Now()
		}
	}
	return moment{ours: now, hub: hub, speed: r.Speed}
}

func (r *Renewer) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}
