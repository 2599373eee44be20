package people

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/despacho/despacho/storage"
)

const (
	// bookAge is for how long the book is believed before it is read again: so soon a device that was
	// removed elsewhere is refused.
	bookAge = 10 * time.Second
	// readWithin bounds a reading of the book on behalf of a request.
	readWithin = 3 * time.Second
	// seenEvery is how often it is written down that a person still works at a device.
	seenEvery = 15 * time.Minute
	// secretBytes are as many as nobody guesses.
	secretBytes = 32
)

// IdleEnd is after how long without a request nobody works at a device any more.
const IdleEnd = 8 * time.Hour

// What can be wrong with a request.
var (
	ErrUnpaired  = errors.New("this device is not paired with the station")
	ErrWrongCode = errors.New("the pairing code is wrong, was used, or is over")
	ErrTooFast   = errors.New("too many pairing codes were tried: wait a minute")
	ErrFull      = errors.New("the site has as many as it may")
	ErrNoPerson  = errors.New("nobody of this name or badge works at the site")
	ErrNeedsPIN  = errors.New("this person has a PIN")
	ErrWrongPIN  = errors.New("the PIN is wrong")
	ErrTaken     = errors.New("the name or badge is somebody else's")
)

// Site is the people and devices of a site.
type Site struct {
	name  string
	store *storage.Store
	now   func() time.Time

	// attempts bounds how fast codes are tried, hashing how many PINs are digested at a time.
	attempts *rate.Limiter
	hashing  sync.Mutex

	reading sync.Mutex // one reading of the book at a time
	mu      sync.Mutex // guards known and knownAt
	known   *book
	knownAt time.Time
}

// Open returns the people of a site; nothing is read yet.
func Open(store *storage.Store, site string) *Site { return openAt(store, site, time.Now) }

func openAt(store *storage.Store, site string, now func() time.Time) *Site {
	return &Site{name: site, store: store, now: now, attempts: rate.NewLimiter(rate.Every(2*time.Second), 10)}
}

// Visit is who makes a request: a device, and the person who works at it, if anybody does.
type Visit struct {
	DeviceID string
	// Device is its name, such as "Mesa 1".
	Device string
	Person string
	// Token must come back with everything that changes something.
	Token string
}

// Visit tells whose cookie it is; the error is [ErrUnpaired], or that nobody can be known while the store
// is away.
func (s *Site) Visit(ctx context.Context, cookie string) (Visit, error) {
	id, secret, ok := parseCookie(cookie)
	if !ok {
		return Visit{}, ErrUnpaired
	}
	b, err := s.look(ctx, bookAge)
	if err != nil {
		return Visit{}, err
	}
	device := b.device(id)
	if device == nil { // paired a moment ago by another station of the site?
		if b, err = s.look(ctx, time.Second); err != nil {
			return Visit{}, err
		}
		device = b.device(id)
	}
	if device == nil || !sameDigest(device.Secret, digest(secret)) {
		return Visit{}, ErrUnpaired
	}
	visit := Visit{DeviceID: device.ID, Device: device.Name, Token: tokenOf(secret)}
	if device.Person != "" && b.person(device.Person) != nil && s.now().Sub(device.SeenAt) < IdleEnd {
		visit.Person = device.Person
		s.seen(ctx, *device)
	}
	return visit, nil
}

// seen writes down now and then that a person still works at a device. What cannot be written is
// tried again by the next request.
func (s *Site) seen(ctx context.Context, device Device) {
	if s.now().Sub(device.SeenAt) < seenEvery {
		return
	}
	briefly, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	_ = s.change(briefly, func(b *book) error {
		if d := b.device(device.ID); d != nil && d.Person == device.Person {
			d.SeenAt = s.now()
		}
		return nil
	})
}

// Counts are how many devices are paired, and at how many somebody works.
func (s *Site) Counts() (devices, signed int) {
	known := s.remembered(time.Duration(1<<63 - 1))
	if known == nil {
		return 0, 0
	}
	for _, d := range known.Devices {
		if d.Person != "" && s.now().Sub(d.SeenAt) < IdleEnd {
			signed++
		}
	}
	return len(known.Devices), signed
}

// tokenOf is the token that proves that a request comes from a page of ours: only who has the cookie's
// secret can make it, and it stays the same when the station starts again.
func tokenOf(secret []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("despacho: this request comes from the page"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func digest(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}

func sameDigest(a, b []byte) bool { return hmac.Equal(a, b) }

func randomBytes(count int) []byte {
	data := make([]byte, count)
	_, _ = rand.Read(data) // never fails
	return data
}
