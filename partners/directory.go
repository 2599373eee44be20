package partners

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"github.com/despacho/despacho/storage"
)

const (
	// KnownFor is how long a directory believes what the store said of a key: a revoked key works no longer than that.
	KnownFor = 10 * time.Second
	// lookWithin bounds one look into the store.
	lookWithin = 3 * time.Second
	// mostKnown bounds how many ids are remembered that are somebody's, and as many that are nobody's.
	mostKnown = 10_000
	// looksForUnknown is how many ids that nobody has are looked for in a second.
	looksForUnknown = 20
)

var (
	// ErrUnknownKey is the answer to a key that opens nothing: malformed, unknown, wrong, expired or revoked.
	ErrUnknownKey = errors.New("this key opens nothing")
	// ErrBusy is the answer while too many unknown keys are tried.
	ErrBusy = errors.New("too many unknown keys are tried")
)

// Directory answers who comes with a key, from the store and from memory.
type Directory struct {
	book  Book
	looks singleflight.Group
	// strangers limits the looks for ids that are not remembered as somebody's.
	strangers *rate.Limiter

	mu    sync.Mutex
	known map[string]remembered
	// missed are ids that nobody has: apart, so that no flood of them forgets a partner.
	missed map[string]remembered
	any    remembered
}

type remembered struct {
	partner Partner
	there   bool
	at      time.Time
	// noted is when the key's use was noted by this directory.
	noted time.Time
}

// NewDirectory answers from a book.
func NewDirectory(book Book) *Directory {
	return &Directory{book: book, strangers: rate.NewLimiter(looksForUnknown, 2*looksForUnknown), known: map[string]remembered{}, missed: map[string]remembered{}}
}

// Any says whether there are keys at all, asked at most once in [KnownFor].
func (d *Directory) Any(ctx context.Context) (bool, error) {
	now := d.book.Now()
	d.mu.Lock()
	last := d.any
	d.mu.Unlock()
	if !last.at.IsZero() && now.Sub(last.at) < KnownFor {
		return last.there, nil
	}
	answer, err, _ := d.looks.Do("any", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookWithin)
		defer cancel()
		page, err := d.book.Store.ListAfter(ctx, storage.PartnersPrefix(), "", 1)
		if err != nil {
			return last.there, err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.any = remembered{there: len(page.Objects) > 0, at: now}
		return d.any.there, nil
	})
	there, _ := answer.(bool)
	return there, err
}

// Enter is the partner whose key it is. While the store does not answer, what it said last of a key holds.
func (d *Directory) Enter(ctx context.Context, text string) (Partner, error) {
	key, ok := ParseKey(text)
	if !ok {
		return Partner{}, ErrUnknownKey
	}
	last, err := d.look(ctx, key.ID())
	if err != nil {
		return Partner{}, err
	}
	if !last.there || !last.partner.Opens(key, d.book.Now()) {
		return Partner{}, ErrUnknownKey
	}
	return last.partner, nil
}

// look is what is known of an id.
func (d *Directory) look(ctx context.Context, id string) (remembered, error) {
	now := d.book.Now()
	d.mu.Lock()
	last, seen := d.known[id]
	if !seen {
		last, seen = d.missed[id]
	}
	d.mu.Unlock()
	if seen && now.Sub(last.at) < KnownFor {
		return last, nil
	}
	if !last.there && !d.strangers.AllowN(time.Now(), 1) {
		return last, ErrBusy
	}
	answer, err, _ := d.looks.Do("key "+id, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookWithin)
		defer cancel()
		partner, err := d.book.Find(ctx, id)
		if err != nil && !errors.Is(err, ErrNoPartner) {
			return last, err
		}
		return d.remember(id, remembered{partner: partner, there: err == nil, at: now}), nil
	})
	if err != nil && last.there {
		return last, nil
	}
	found, _ := answer.(remembered)
	return found, err
}

func (d *Directory) remember(id string, found remembered) remembered {
	d.mu.Lock()
	defer d.mu.Unlock()
	found.noted = d.known[id].noted
	into, other := d.known, d.missed
	if !found.there {
		into, other = other, into
	}
	delete(other, id)
	if len(into) >= mostKnown {
		clear(into)
	}
	into[id] = found
	return found
}

// Used notes that a key was used: in the store at most once an hour.
func (d *Directory) Used(ctx context.Context, id string) error {
	now := d.book.Now()
	d.mu.Lock()
	last, seen := d.known[id]
	due := seen && now.Sub(last.noted) >= usedEvery && now.Sub(last.partner.LastUsed) >= usedEvery
	if due {
		last.noted = now
		d.known[id] = last
	}
	d.mu.Unlock()
	if !due {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookWithin)
	defer cancel()
	return d.book.NoteUse(ctx, id)
}
