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
	// freshFor is how long an account that was read is taken as it was; the hub's time.
	freshFor = time.Minute
	// consentFreshFor is the same for one that needs consent, so that work goes on soon after; ours.
	consentFreshFor = 5 * time.Second
	leastFreshFor   = 200 * time.Millisecond
	// renewalWait is how long a call waits for another token; renewalLook how often it looks; ours.
	renewalWait = 20 * time.Second
	renewalLook = 300 * time.Millisecond
	lookTimeout = 10 * time.Second
	// renewalAgain is after how long a call that waited in vain should be tried again; ours.
	renewalAgain = 15 * time.Second
)

// Source gives a merchant's token to the hub's client. It never renews one: it asks for that,
// once however many calls were refused, and waits. Safe for concurrent use.
type Source struct {
	Vault    *Vault
	Merchant string
	// Speed is how many times as fast as ours the hub's clock runs.
	Speed float64
	// Demand asks for the renewal of a generation that the hub refuses or that has ended.
	Demand func(ctx context.Context, merchant string, generation int64) error
	// HubClock is the hub's clock as the client knows it; nil until there is one.
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

// Token is the merchant's token. Its error is of class not_authorised when the merchant is not
// connected, needs_consent when there is no token until the merchant gives a code, and busy
// while one is being renewed.
func (s *Source) Token(ctx context.Context) (string, error) {
	account, err := s.current(ctx)
	if err != nil {
		return "", asHubError(err)
	}
	if s.usable(account) {
		return account.Token.Reveal(), nil
	}
	if err := s.Refused(ctx, account.Token.Reveal()); err != nil {
		return "", err
	}
	if account, err = s.current(ctx); err != nil {
		return "", asHubError(err)
	}
	return account.Token.Reveal(), nil
}

// Refused asks for another token and waits until there is one.
func (s *Source) Refused(ctx context.Context, token string) error {
	renewed := s.flight.DoChan("renew "+token, func() (any, error) {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewalWait)
		defer cancel()
		return nil, s.renewed(within, token)
	})
	select {
	case answer := <-renewed:
		return asHubError(answer.Err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// renewed waits until the account has another token than this one, and asks for it once.
func (s *Source) renewed(ctx context.Context, token string) error {
	for asked := false; ; asked = true {
		account, err := s.look(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return errRenewing
		case err != nil:
			return err
		case account.Token.Reveal() != token:
			return nil
		}
		if !asked && !account.TokenRefused {
			s.refuse(account.Generation)
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

func (s *Source) refuse(generation int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = generation
}

// current is the account as it was read lately.
func (s *Source) current(ctx context.Context) (Account, error) {
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
	return s.look(ctx)
}

// look reads the account; while the store is in trouble, a token that is still good serves on.
func (s *Source) look(ctx context.Context) (Account, error) {
	read, err, _ := s.flight.Do("look", func() (any, error) {
		// Others wait for this look as well.
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
		defer cancel()
		account, _, err := s.Vault.Open(within, s.Merchant)
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

// errRenewing ends a wait for a token that has taken too long; the call is to be tried again.
var errRenewing = &multivende.Error{Class: multivende.Busy, RetryAfter: renewalAgain, Excerpt: "the token is being renewed"}

// errConsent ends a call that no token can be had for. docs/operating.md tells the way.
var errConsent = &multivende.Error{Class: multivende.NeedsConsent, Excerpt: "without a second connection: Listado de aplicaciones, " +
	"the pencil, Generar código de autorización; then starter connect --code ac-…"}

// asHubError gives an account that is not there the class that the hub's own refusal has.
func asHubError(err error) error {
	if errors.Is(err, ErrNotConnected) {
		return &multivende.Error{Class: multivende.NotAuthorised, Excerpt: err.Error()}
	}
	return err
}
