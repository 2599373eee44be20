package people

import (
	"context"
	"crypto/hmac"
	"fmt"
	"maps"
	"regexp"
	"time"

	"golang.org/x/crypto/argon2"
)

const (
	// freeTries are the wrong PINs in a row that cost nothing; each further one locks for twice as long.
	freeTries = 5
	// firstLock is for how long the fifth wrong PIN locks, longestLock how long it gets.
	firstLock   = 5 * time.Minute
	longestLock = 24 * time.Hour
	// A digest of a PIN takes 19 MiB and some 20 ms, as OWASP wants for Argon2id.
	pinMemory, pinTime = 19 << 10, 2
)

// pin is a digest of a person's PIN.
type pin struct {
	Salt   []byte `json:"salt"`
	Digest []byte `json:"digest"`
}

var pinPattern = regexp.MustCompile(`^[0-9]{4,8}$`)

func (s *Site) newPIN(text string) (*pin, error) {
	if !pinPattern.MatchString(text) {
		return nil, fmt.Errorf("a PIN has 4 to 8 digits")
	}
	salt := randomBytes(16)
	return &pin{Salt: salt, Digest: s.pinDigest(text, salt)}, nil
}

// pinDigest makes one digest at a time: memory does not grow with the number of tries.
func (s *Site) pinDigest(text string, salt []byte) []byte {
	s.hashing.Lock()
	defer s.hashing.Unlock()
	return argon2.IDKey([]byte(text), salt, pinTime, pinMemory, 1, secretBytes)
}

// LockedError says until when no PIN of a person is taken at a device.
type LockedError struct{ Until time.Time }

func (e *LockedError) Error() string {
	return "too many wrong PINs: wait until " + e.Until.Format(time.TimeOnly)
}

// SignIn is what somebody gives to work at a device: a name or a badge, and a PIN where they have one.
type SignIn struct {
	Name, Badge, PIN string
}

// Sign lets somebody work at a device from now on. The error is [ErrNoPerson], [ErrNeedsPIN],
// [ErrWrongPIN] or a [*LockedError]. Each PIN counts as wrong until it is known to be right, so that
// tries at the same time are no way around the lock.
func (s *Site) Sign(ctx context.Context, deviceID string, given SignIn) (Person, error) {
	person, err := s.findPerson(ctx, given)
	if err != nil {
		return Person{}, err
	}
	if person.PIN != nil {
		if given.PIN == "" {
			return Person{}, ErrNeedsPIN
		}
		if err := s.countTry(ctx, deviceID, person.Name); err != nil {
			return Person{}, err
		}
		if len(given.PIN) > 8 || !hmac.Equal(person.PIN.Digest, s.pinDigest(given.PIN, person.PIN.Salt)) {
			return Person{}, ErrWrongPIN
		}
	}
	err = s.change(ctx, func(b *book) error {
		device := b.device(deviceID)
		if device == nil {
			return ErrUnpaired
		}
		device.Person, device.SignedAt, device.SeenAt = person.Name, s.now().UTC(), s.now().UTC()
		device.Wrong = maps.Clone(device.Wrong)
		delete(device.Wrong, person.Name)
		return nil
	})
	return person, err
}

func (s *Site) findPerson(ctx context.Context, given SignIn) (Person, error) {
	b, err := s.look(ctx, time.Second)
	if err != nil {
		return Person{}, err
	}
	var found *Person
	if given.Badge != "" {
		if badge, err := cleanBadge(given.Badge); err == nil {
			found = personWithBadge(b, badgeDigest(b.BadgeKey, badge))
		}
	} else if name, err := CleanName(given.Name); err == nil {
		found = b.person(name)
	}
	if found == nil {
		return Person{}, ErrNoPerson
	}
	return *found, nil
}

// countTry counts a PIN before it is looked at.
func (s *Site) countTry(ctx context.Context, deviceID, person string) error {
	return s.change(ctx, func(b *book) error {
		device := b.device(deviceID)
		if device == nil {
			return ErrUnpaired
		}
		tries := device.Wrong[person]
		if s.now().Before(tries.Until) {
			return &LockedError{Until: tries.Until}
		}
		tries.Count++
		tries.Until = time.Time{}
		if over := tries.Count - freeTries; over >= 0 {
			tries.Until = s.now().Add(lockFor(over)).UTC()
		}
		wrong := map[string]Attempts{}
		for name, other := range device.Wrong {
			if b.person(name) != nil {
				wrong[name] = other
			}
		}
		wrong[person] = tries
		device.Wrong = wrong
		return nil
	})
}

// lockFor doubles with every wrong PIN over the limit.
func lockFor(over int) time.Duration {
	if over > 10 {
		return longestLock
	}
	return min(firstLock<<over, longestLock)
}

// SignOut ends somebody's work at a device.
func (s *Site) SignOut(ctx context.Context, deviceID string) error {
	return s.change(ctx, func(b *book) error {
		if device := b.device(deviceID); device != nil {
			device.Person = ""
		}
		return nil
	})
}
