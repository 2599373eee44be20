package partners

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

const (
	// MostMerchants is how many merchants a key may be for.
	MostMerchants = 100
	longestName   = 64
	// LongestLife is how long a key may be good for.
	LongestLife = 2 * 366 * 24 * time.Hour
	// LongestOverlap is how long two keys of a partner may be good side by side.
	LongestOverlap = 30 * 24 * time.Hour
	changeTries    = 10
	// usedEvery is how exactly it is noted when a key was last used.
	usedEvery = time.Hour
)

// ErrNoPartner is the answer when there is no key of an id.
var ErrNoPartner = errors.New("there is no such key; starter partner list shows them")

// Book is the keys in the label store.
type Book struct {
	Store *storage.Store
	Now   func() time.Time
}

// Request is what a new key is to be.
type Request struct {
	Name      string
	Merchants []string
	Scopes    []Scope
	Expires   time.Time
}

// check says everything that is wrong with a request.
func (r Request) check(now time.Time) error {
	var wrong []error
	add := func(when bool, format string, arguments ...any) {
		if when {
			wrong = append(wrong, fmt.Errorf(format, arguments...))
		}
	}
	unseen := strings.ContainsFunc(r.Name, func(c rune) bool { return !unicode.IsPrint(c) })
	add(strings.TrimSpace(r.Name) == "" || unseen || utf8.RuneCountInString(r.Name) > longestName, "the name must have 1 to %d characters that can be seen", longestName)
	add(len(r.Merchants) == 0, "there is no merchant: name those for which the key is, with commas between them")
	add(len(r.Merchants) > MostMerchants, "a key is for at most %d merchants", MostMerchants)
	for _, merchant := range r.Merchants {
		add(!contract.ValidKey(merchant), "merchant %.70q is not an id: 1 to 64 letters, digits, dots, hyphens and underscores", merchant)
	}
	add(len(r.Scopes) == 0, "there is no scope: choose from %s", scopeNames())
	for _, scope := range r.Scopes {
		add(!slices.Contains(Scopes(), scope), "scope %.40q is unknown: choose from %s", string(scope), scopeNames())
	}
	add(!r.Expires.After(now), "the key would have expired already")
	add(r.Expires.After(now.Add(LongestLife)), "a key is good for two years at most; rotate it later instead")
	return errors.Join(wrong...)
}

func scopeNames() string {
	return strings.Join(lo.Map(Scopes(), func(s Scope, _ int) string { return string(s) }), ", ")
}

// RequestError says what is wrong with what was asked for; nothing was changed.
type RequestError struct{ Err error }

func (e *RequestError) Error() string { return e.Err.Error() }
func (e *RequestError) Unwrap() error { return e.Err }

// Add makes a key. It is the only time that the whole key can be seen.
func (b Book) Add(ctx context.Context, request Request) (Partner, Key, error) {
	now := b.Now().UTC()
	if err := request.check(now); err != nil {
		return Partner{}, Key{}, &RequestError{err}
	}
	for range changeTries {
		key := newKey(newID())
		partner := Partner{
			ID: key.ID(), Name: strings.TrimSpace(request.Name), Merchants: lo.Uniq(request.Merchants), Scopes: lo.Uniq(request.Scopes),
			Created: now, Expires: request.Expires.UTC(), Secrets: []Secret{{SHA256: key.digest(), Created: now}},
		}
		_, err := b.Store.PutIf(ctx, storage.Partner(partner.ID), partner, "")
		if !errors.Is(err, storage.ErrChanged) {
			return partner, key, err
		}
	}
	return Partner{}, Key{}, errors.New("no free id was found for the key; try again")
}

// List reads all keys, by name.
func (b Book) List(ctx context.Context) ([]Partner, error) {
	all := []Partner{}
	err := b.Store.List(ctx, storage.PartnersPrefix(), func(o storage.Object) error {
		var partner Partner
		err := b.Store.Get(ctx, o.Key, &partner)
		if errors.Is(err, storage.ErrNotFound) {
			return nil
		}
		all = append(all, partner)
		return err
	})
	slices.SortFunc(all, func(a, b Partner) int { return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID) })
	return all, err
}

// Find reads the key of an id, or of the beginning dsp_<id>_ of a key.
func (b Book) Find(ctx context.Context, name string) (Partner, error) {
	partner, _, err := b.read(ctx, idOf(name))
	return partner, err
}

func (b Book) read(ctx context.Context, id string) (partner Partner, etag string, err error) {
	if !idPattern.MatchString(id) {
		return partner, "", ErrNoPartner
	}
	etag, err = b.Store.GetTagged(ctx, storage.Partner(id), &partner)
	if errors.Is(err, storage.ErrNotFound) {
		return partner, "", ErrNoPartner
	}
	return partner, etag, err
}

// change changes a key, whoever else changes it meanwhile.
func (b Book) change(ctx context.Context, name string, change func(*Partner) error) (Partner, error) {
	for range changeTries {
		partner, etag, err := b.read(ctx, idOf(name))
		if err != nil {
			return partner, err
		}
		if err := change(&partner); err != nil {
			return partner, err
		}
		_, err = b.Store.PutIf(ctx, storage.Partner(partner.ID), partner, etag)
		if !errors.Is(err, storage.ErrChanged) {
			return partner, err
		}
	}
	return Partner{}, errors.New("the key was changed by others at the same time; try again")
}

// Revoke ends a key for ever; gateways notice within [KnownFor].
func (b Book) Revoke(ctx context.Context, name string) (Partner, error) {
	return b.change(ctx, name, func(p *Partner) error {
		if p.Revoked.IsZero() {
			p.Revoked = b.Now().UTC()
		}
		return nil
	})
}

// Rotate gives a partner a new key of the same id; the one that it has is good for the overlap. Older ones end now.
func (b Book) Rotate(ctx context.Context, name string, overlap time.Duration, expires time.Time) (Partner, Key, error) {
	now := b.Now().UTC()
	switch {
	case overlap < 0 || overlap > LongestOverlap:
		return Partner{}, Key{}, &RequestError{fmt.Errorf("an overlap of %v is out of range; write a duration such as 24h, at most %v", overlap, LongestOverlap)}
	case !expires.After(now) || expires.After(now.Add(LongestLife)):
		return Partner{}, Key{}, &RequestError{errors.New("the new key must expire later than now, and within two years")}
	}
	var key Key
	partner, err := b.change(ctx, name, func(p *Partner) error {
		if !p.Revoked.IsZero() {
			return &RequestError{errors.New("the key is revoked: make a new one with starter partner add")}
		}
		key = newKey(p.ID)
		former := p.Secrets[:min(len(p.Secrets), 1)]
		for i := range former {
			former[i].Until = lo.MinBy([]time.Time{now.Add(overlap), p.Expires}, time.Time.Before)
		}
		p.Secrets = append([]Secret{{SHA256: key.digest(), Created: now}}, former...)
		p.Expires = expires.UTC()
		return nil
	})
	return partner, key, err
}

// NoteUse notes that a key was used, unless that was noted within the hour; whoever notes it at the same time is as good.
func (b Book) NoteUse(ctx context.Context, id string) error {
	partner, etag, err := b.read(ctx, id)
	now := b.Now().UTC()
	if err != nil || now.Sub(partner.LastUsed) < usedEvery {
		return err
	}
	partner.LastUsed = now
	_, err = b.Store.PutIf(ctx, storage.Partner(id), partner, etag)
	if errors.Is(err, storage.ErrChanged) {
		return nil
	}
	return err
}
