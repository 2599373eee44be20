package people

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/despacho/despacho/storage"
)

// Limits of a site.
const (
	MostDevices = 200
	MostPeople  = 500
	// mostCodes are open at a time.
	mostCodes = 20
	// writeTries is how often a change is tried while others change the book too.
	writeTries = 20
)

// Device is a tablet or computer that was paired with the station.
type Device struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	PairedAt time.Time `json:"paired_at"`
	// Secret is the SHA-256 of the secret in its cookie.
	Secret []byte `json:"secret"`
	// Person works at it since SignedAt and was seen last at SeenAt; empty when nobody does.
	Person   string    `json:"person,omitempty"`
	SignedAt time.Time `json:"signed_at,omitzero"`
	SeenAt   time.Time `json:"seen_at,omitzero"`
	// Wrong are the wrong PINs that were tried here, by person.
	Wrong map[string]Attempts `json:"wrong,omitempty"`
}

// Attempts are wrong PINs in a row, and until when no more is taken.
type Attempts struct {
	Count int       `json:"count"`
	Until time.Time `json:"until,omitzero"`
}

// Person is somebody who works at the site.
type Person struct {
	Name    string    `json:"name"`
	AddedAt time.Time `json:"added_at"`
	// Badge is a digest of what the person's badge says, keyed for the site.
	Badge []byte `json:"badge,omitempty"`
	PIN   *pin   `json:"pin,omitempty"`
}

// HasPIN says that the person is asked for a PIN.
func (p Person) HasPIN() bool { return p.PIN != nil }

// code is a pairing code that nobody has used yet.
type code struct {
	Digest []byte    `json:"digest"`
	Device string    `json:"device,omitempty"`
	Ends   time.Time `json:"ends"`
	// Tries are the wrong codes that may still be tried while it is open.
	Tries int `json:"tries"`
}

// book is all that is stored of a site's people: one object, so that each change is whole or not at all.
type book struct {
	BadgeKey []byte   `json:"badge_key"`
	Devices  []Device `json:"devices"`
	People   []Person `json:"people"`
	Codes    []code   `json:"codes"`
	// Change tells two writes of the same content apart: a PIN that is tried twice at once counts twice.
	Change []byte `json:"change"`
}

func (b *book) device(id string) *Device {
	at := slices.IndexFunc(b.Devices, func(d Device) bool { return d.ID == id })
	if at < 0 {
		return nil
	}
	return &b.Devices[at]
}

// person finds a person by name; capitals do not matter.
func (b *book) person(name string) *Person {
	at := slices.IndexFunc(b.People, func(p Person) bool { return strings.EqualFold(p.Name, name) })
	if at < 0 {
		return nil
	}
	return &b.People[at]
}

// change reads the book, lets edit change it and writes it, again when somebody else was faster. An error
// of edit is returned as it is, and nothing is written.
func (s *Site) change(ctx context.Context, edit func(*book) error) error {
	for range writeTries {
		fresh, etag, err := s.read(ctx)
		if err != nil {
			return err
		}
		if err := edit(fresh); err != nil {
			return err
		}
		fresh.Change = randomBytes(secretBytes / 2)
		_, err = s.store.PutIf(ctx, storage.SitePeople(s.name), fresh, etag)
		if errors.Is(err, storage.ErrChanged) {
			continue
		}
		if err != nil {
			return err
		}
		s.keep(fresh)
		return nil
	}
	return fmt.Errorf("the people of site %s are changed by too many at once: try again", s.name)
}

func (s *Site) read(ctx context.Context) (*book, string, error) {
	fresh := &book{}
	etag, err := s.store.GetTagged(ctx, storage.SitePeople(s.name), fresh)
	if errors.Is(err, storage.ErrNotFound) {
		return &book{BadgeKey: randomBytes(secretBytes)}, "", nil
	}
	return fresh, etag, err
}

// keep remembers what the book is now.
func (s *Site) keep(fresh *book) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.knownAt = fresh, s.now()
}

// look is the book as it was read within the last seconds; never to be changed. When the store cannot be
// reached, the last one counts, so that tables work on.
func (s *Site) look(ctx context.Context, age time.Duration) (*book, error) {
	if known := s.remembered(age); known != nil {
		return known, nil
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	if known := s.remembered(min(age, time.Second)); known != nil {
		return known, nil
	}
	briefly, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	fresh, _, err := s.read(briefly)
	if err != nil {
		if last := s.remembered(time.Duration(1<<63 - 1)); last != nil {
			s.keep(last)
			return last, nil
		}
		return nil, err
	}
	s.keep(fresh)
	return fresh, nil
}

func (s *Site) remembered(age time.Duration) *book {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || s.now().Sub(s.knownAt) > age {
		return nil
	}
	return s.known
}

func byName(a, b Person) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) }
