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
	// persistPatience is how long storing a new pair is tried: the pair exists nowhere else.
	persistPatience = 5 * time.Minute
	persistPause    = 500 * time.Millisecond
)

// Refresher turns a refresh token into a new pair; [multivende.OAuth] is one.
type Refresher interface {
	Refresh(ctx context.Context, refreshToken multivende.Secret) (multivende.Grant, error)
}

// Renewer renews merchants' tokens. Only one process at a time should renew those of a merchant; if
// two do, conditional writes keep them from using a refresh token twice.
type Renewer struct {
	Vault *Vault
	OAuth Refresher
	// Speed is how many times faster than ours the hub's clock runs.
	Speed float64
	// HubClock is the hub's clock as calls for a merchant show it; nil if unknown.
	HubClock func(merchant string) *multivende.Clock
	// Now is our clock; nil means time.Now.
	Now func() time.Time
}

// Standing is how an account stands after a step.
type Standing struct {
	Account Account
	// Resting: nothing has to be done before Wait has passed (or ever, if the account needs
	// consent). Otherwise a renewal is under way, and the next step is due after Wait.
	Resting bool
	// Wait and Life are in our time: until the next step, and what is left of the token, at least
	// 0.
	Wait, Life time.Duration
}

// Step renews a merchant's tokens if that is due, or if refused is their generation. It sends the
// refresh token at most once: it records this before sending, and the result afterwards.
func (r *Renewer) Step(ctx context.Context, merchant string, refused int64) (Standing, error) {
	account, etag, err := r.Vault.ReadWithTokens(ctx, merchant)
	if err != nil {
		return Standing{}, err
	}
	m, isRefused := r.moment(account), refused != 0 && refused == account.Generation
	what, wait, reason := account.decideRenewal(m, isRefused)
	switch {
	case what == stopRenewing:
		account.requireConsent(reason, isRefused)
		return r.storeResult(ctx, account, etag)
	case what == sendToken:
		return r.sendRefreshToken(ctx, account, etag, isRefused)
	case account.State == NeedsConsent && isRefused && !account.TokenRefused:
		account.TokenRefused = true
		return r.storeResult(ctx, account, etag)
	}
	return r.standing(account, what == restFor, wait), nil
}

func (r *Renewer) sendRefreshToken(ctx context.Context, account Account, etag string, refused bool) (Standing, error) {
	began := time.Now()
	account.beginRenewal(r.moment(account), multivende.TokenTimeout)
	etag, err := r.Vault.SaveAccount(ctx, account, etag)
	if errors.Is(err, storage.ErrChanged) {
		return r.standing(account, false, shortestPause), nil
	}
	if err != nil {
		return Standing{}, fmt.Errorf("record that the token is about to be renewed: %w", err)
	}
	// A worker that shuts down still finishes this.
	whole := context.WithoutCancel(ctx)
	sending, cancel := context.WithDeadline(whole, began.Add(multivende.TokenTimeout+sendSlack/2))
	defer cancel()
	grant, err := r.OAuth.Refresh(sending, account.RefreshToken)
	if err == nil {
		return r.storeGrant(whole, account, etag, grant, refused)
	}
	var hub *multivende.Error
	words, after := err.Error(), time.Duration(0)
	if errors.As(err, &hub) {
		words, after = hub.Error(), hub.RetryAfter
	}
	account.recordFailure(r.moment(account), multivende.FateOf(err), words, after, refused)
	return r.storeResult(whole, account, etag)
}

// storeGrant stores a new pair, whatever happened to the account meanwhile: nobody else has it. It is
// dropped only if the account was connected again or is gone.
func (r *Renewer) storeGrant(ctx context.Context, base Account, etag string, grant multivende.Grant, refused bool) (Standing, error) {
	account, generation := base, base.Generation
	for {
		account.acceptGrant(grant, r.now())
		account.RenewedOnDemand = refused
		err := r.saveAccount(ctx, account, etag)
		if !errors.Is(err, storage.ErrChanged) {
			return r.restingUntilDue(account), err
		}
		if account, etag, err = r.reopenAccount(ctx, base.Merchant); err != nil {
			return Standing{}, err
		}
		if account.Generation != generation {
			return r.standing(account, false, shortestPause), nil
		}
	}
}

// storeResult stores the result of a step. If another process has written meanwhile, its version stands,
// and the next step looks at that.
func (r *Renewer) storeResult(ctx context.Context, account Account, etag string) (Standing, error) {
	err := r.saveAccount(ctx, account, etag)
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

// saveAccount stores an account, retrying while the store is in trouble.
func (r *Renewer) saveAccount(ctx context.Context, account Account, etag string) error {
	return retryStore(ctx, func(ctx context.Context) error {
		_, err := r.Vault.SaveAccount(ctx, account, etag)
		return err
	})
}

// reopenAccount reads an account, retrying while the store is in trouble.
func (r *Renewer) reopenAccount(ctx context.Context, merchant string) (account Account, etag string, err error) {
	err = retryStore(ctx, func(ctx context.Context) (err error) {
		account, etag, err = r.Vault.ReadWithTokens(ctx, merchant)
		return err
	})
	return account, etag, err
}

// retryStore retries until it works, fails for a reason other than trouble, or has taken too long.
func retryStore(ctx context.Context, try func(context.Context) error) error {
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

// Due reports whether an account has to be renewed now, by both clocks, and nobody has begun to.
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

// moment is now on both clocks. If the hub's time is known in two ways, the later one counts, so
// that no token expires unnoticed.
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
