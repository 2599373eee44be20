package accounts

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/despacho/despacho/multivende"
)

const (
	// freshFor is how long an account that was read is used without reading it again; the hub's
	// time.
	freshFor = time.Minute
	// consentFreshFor is the same for an account that needs consent, so that work continues soon
	// after it; our time.
	consentFreshFor = 5 * time.Second
	leastFreshFor   = 200 * time.Millisecond
	// renewalWait is how long a call waits for another token; renewalLook is how often it looks;
	// our time.
	renewalWait = 20 * time.Second
	renewalLook = 300 * time.Millisecond
	lookTimeout = 10 * time.Second
	// renewalRetryAfter is after how long a call that waited in vain should be tried again; our time.
	renewalRetryAfter = 15 * time.Second
)

// Source gives a merchant's token to the hub's client. It never renews a token itself: it asks for
// the renewal, once however many calls were refused, and waits. Safe for concurrent use.
type Source struct {
	Vault    *Vault
	Merchant string
	// Speed is how many times faster than ours the hub's clock runs.
	Speed float64
	// Demand asks for the renewal of a generation that the hub refuses or that has expired.
	Demand func(ctx context.Context, merchant string, generation int64) error
	// HubClock is the hub's clock as the client knows it; nil until it is known.
	HubClock *multivende.Clock
	// Now is our clock; nil means time.Now.
	Now func() time.Time

	flight singleflight.Group

	mu      sync.Mutex
	account Account
	read    time.Time
	// refused is the generation that the hub refuses.
	refused int64
}

var _ multivende.RefusableToken = (*Source)(nil)

// Token is the merchant's token. The class of its error is not_authorised if the merchant is not
// connected, needs_consent if there is no token until the merchant gives a new code, and busy while
// the token is being renewed.
func (s *Source) Token(ctx context.Context) (string, error) {
	account, err := s.currentAccount(ctx)
	if err != nil {
		return "", asHubError(err)
	}
	if s.usable(account) {
		return account.Token.Reveal(), nil
	}
	if err := s.Refused(ctx, account.Token.Reveal()); err != nil {
		return "", err
	}
	if account, err = s.currentAccount(ctx); err != nil {
		return "", asHubError(err)
	}
	return account.Token.Reveal(), nil
}

// Refused asks for a token to replace the given one and waits until there is one.
func (s *Source) Refused(ctx context.Context, token string) error {
	renewed := s.flight.DoChan("renew "+token, func() (any, error) {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewalWait)
		defer cancel()
		return nil, s.awaitRenewal(within, token)
	})
	select {
	case answer := <-renewed:
		return asHubError(answer.Err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// awaitRenewal waits until the account has another token than this one; it asks for the renewal once.
func (s *Source) awaitRenewal(ctx context.Context, token string) error {
	for asked := false; ; asked = true {
		account, err := s.readAccount(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return errRenewing
		case err != nil:
			return err
		case account.Token.Reveal() != token:
			return nil
		}
		if !asked && !account.TokenRefused {
			s.noteRefused(account.Generation)
			if err := s.Demand(ctx, s.Merchant, account.Generation); err != nil {
				return err
			}
		}
		if account.State == NeedsConsent {
			return errConsent
		}
		select {
		case <-ctx.Done():
			return errRenewing
		case <-time.After(renewalLook):
		}
	}
}

func (s *Source) noteRefused(generation int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = generation
}

// currentAccount is the account, read again if it is too old.
func (s *Source) currentAccount(ctx context.Context) (Account, error) {
	s.mu.Lock()
	account, age := s.account, s.now().Sub(s.read)
	s.mu.Unlock()
	fresh := max(min(time.Duration(float64(freshFor)/s.Speed), freshFor), leastFreshFor)
	if account.State == NeedsConsent {
		fresh = min(fresh, consentFreshFor)
	}
	if account.Generation > 0 && age < fresh {
		return account, nil
	}
	return s.readAccount(ctx)
}

// readAccount reads the account; while the store is in trouble, a token that is still valid is used on.
func (s *Source) readAccount(ctx context.Context) (Account, error) {
	read, err, _ := s.flight.Do("look", func() (any, error) {
		// Other callers wait for this read as well.
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
		defer cancel()
		account, _, err := s.Vault.ReadWithTokens(within, s.Merchant)
		if err != nil {
			return account, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.account, s.read = account, s.now()
		return account, nil
	})
	if err == nil {
		return read.(Account), nil //nolint:forcetypeassert // made above
	}
	s.mu.Lock()
	known := s.account
	s.mu.Unlock()
	if known.Generation > 0 && s.usable(known) && !errors.Is(err, ErrNotConnected) {
		return known, nil
	}
	return Account{}, err
}

func (s *Source) usable(account Account) bool {
	now := account.HubNow(s.now(), s.Speed)
	if s.HubClock != nil && s.HubClock.Known() && !account.fresh(now) {
		now = s.HubClock.Now()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return account.Usable(now) && account.Generation != s.refused
}

func (s *Source) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// errRenewing ends a wait for a token that took too long; the call should be tried again.
var errRenewing = &multivende.Error{Class: multivende.Busy, RetryAfter: renewalRetryAfter, Excerpt: "the token is being renewed"}

// errConsent ends a call for which no token is available. docs/operating.md shows the way.
var errConsent = &multivende.Error{Class: multivende.NeedsConsent, Excerpt: "without a second connection: Listado de aplicaciones, " +
	"the pencil, Generar código de autorización; then starter connect --code ac-…"}

// asHubError gives a missing account the same class as the hub's own refusal.
func asHubError(err error) error {
	if errors.Is(err, ErrNotConnected) {
		return &multivende.Error{Class: multivende.NotAuthorised, Excerpt: err.Error()}
	}
	return err
}
