package people

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// longestName is how many letters a name may have.
	longestName = 40
	// A badge says at least shortestBadge characters, so that no name of an article passes for one.
	shortestBadge, longestBadge = 4, 64
)

// CleanName is a name as it is stored: in one Unicode form, without signs that are not printed, and with
// single spaces. One that is empty or longer than 40 letters is refused.
func CleanName(name string) (string, error) {
	if len(name) > 4*longestName {
		return "", fmt.Errorf("the name has more than %d letters: shorten it", longestName)
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, !unicode.IsPrint(r), strings.ContainsRune(`<>&"\`, r):
			return -1
		}
		return r
	}, norm.NFC.String(name))
	clean = strings.Join(strings.Fields(clean), " ")
	switch count := utf8.RuneCountInString(clean); {
	case count == 0:
		return "", fmt.Errorf("the name %q has no letters: write a name", name)
	case count > longestName:
		return "", fmt.Errorf("the name has more than %d letters: shorten it", longestName)
	}
	return clean, nil
}

// NewPerson is a person as they are added: PIN (4 to 8 digits) and Badge (what the scanner reads) may be empty.
type NewPerson struct {
	Name, PIN, Badge string
}

// AddPerson adds somebody to the site; the error is an [ErrTaken] where the name or the badge is another's.
func (s *Site) AddPerson(ctx context.Context, given NewPerson) (Person, error) {
	name, err := CleanName(given.Name)
	if err != nil {
		return Person{}, err
	}
	person := Person{Name: name, AddedAt: s.now().UTC()}
	if given.PIN != "" {
		if person.PIN, err = s.newPIN(given.PIN); err != nil {
			return Person{}, err
		}
	}
	badge, err := cleanBadge(given.Badge)
	if err != nil {
		return Person{}, err
	}
	err = s.change(ctx, func(b *book) error {
		if badge != "" {
			person.Badge = badgeDigest(b.BadgeKey, badge)
		}
		switch {
		case len(b.People) >= MostPeople:
			return fmt.Errorf("people: %w (%d): remove one with `station people remove`", ErrFull, MostPeople)
		case b.person(name) != nil:
			return fmt.Errorf("%q: %w", name, ErrTaken)
		case badge != "" && personWithBadge(b, person.Badge) != nil:
			return fmt.Errorf("the badge of %q: %w", name, ErrTaken)
		}
		b.People = append(b.People, person)
		slices.SortFunc(b.People, byName)
		return nil
	})
	return person, err
}

// RemovePerson takes somebody off the site; devices at which they work ask for a person again.
func (s *Site) RemovePerson(ctx context.Context, name string) error {
	return s.change(ctx, func(b *book) error {
		person := b.person(name)
		if person == nil {
			return fmt.Errorf("nobody at site %s is called %q: `station people list` names them", s.name, name)
		}
		gone := person.Name
		b.People = slices.DeleteFunc(b.People, func(p Person) bool { return p.Name == gone })
		for i := range b.Devices {
			if b.Devices[i].Person == gone {
				b.Devices[i].Person = ""
			}
		}
		return nil
	})
}

// People lists who works at the site, by name.
func (s *Site) People(ctx context.Context) ([]Person, error) {
	b, err := s.look(ctx, time.Second)
	if err != nil {
		return nil, err
	}
	return slices.Clone(b.People), nil
}

var badgePattern = regexp.MustCompile(`^[\x21-\x7e][\x20-\x7e]*$`)

// cleanBadge is what a badge says, without the white space that scanners add.
func cleanBadge(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	if len(text) < shortestBadge || len(text) > longestBadge || !badgePattern.MatchString(text) {
		return "", fmt.Errorf("the badge must have %d to %d letters and digits, as the scanner reads it", shortestBadge, longestBadge)
	}
	return text, nil
}

func badgeDigest(key []byte, badge string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(badge))
	return mac.Sum(nil)
}

func personWithBadge(b *book, badge []byte) *Person {
	at := slices.IndexFunc(b.People, func(p Person) bool { return len(p.Badge) > 0 && sameDigest(p.Badge, badge) })
	if at < 0 {
		return nil
	}
	return &b.People[at]
}
