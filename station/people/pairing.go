package people

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// CodeLife is how long a pairing code can be used, unless it is made for longer.
	CodeLife = 10 * time.Minute
	// codeTries are the wrong codes that end all open ones.
	codeTries = 20
	// typedBytes make a code of 8 letters and digits, linkBytes one that stands in a link only.
	typedBytes, linkBytes = 5, 16
)

// codeAlphabet has no letter that looks like another or like a digit (Crockford's).
var codeAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// NewCode makes a code that pairs one device, which will have this name; an empty one means "Mesa n". A
// code that lives longer than [CodeLife] is too long to be typed. Only its digest is stored.
func (s *Site) NewCode(ctx context.Context, device string, life time.Duration) (string, error) {
	if device != "" {
		var err error
		if device, err = CleanName(device); err != nil {
			return "", err
		}
	}
	size := typedBytes
	if life > CodeLife {
		size = linkBytes
	}
	text := codeAlphabet.EncodeToString(randomBytes(size))
	err := s.change(ctx, func(b *book) error {
		s.dropOldCodes(b)
		if len(b.Codes) >= mostCodes {
			return fmt.Errorf("pairing codes: %w (%d): use one of them, or wait until they end", ErrFull, mostCodes)
		}
		b.Codes = append(b.Codes, code{Digest: digest([]byte(text)), Device: device, Ends: s.now().Add(life), Tries: codeTries})
		return nil
	})
	return text, err
}

func (s *Site) dropOldCodes(b *book) {
	b.Codes = slices.DeleteFunc(b.Codes, func(c code) bool { return !s.now().Before(c.Ends) || c.Tries <= 0 })
}

// Pair takes a code and returns the cookie of the new device. The code is over with that, in the same write.
func (s *Site) Pair(ctx context.Context, text string) (cookie string, device Device, err error) {
	if !s.attempts.Allow() {
		return "", Device{}, ErrTooFast
	}
	wanted := digest([]byte(normalCode(text)))
	secret, id := randomBytes(secretBytes), hex.EncodeToString(randomBytes(8))
	found := false
	err = s.change(ctx, func(b *book) error {
		s.dropOldCodes(b)
		at := slices.IndexFunc(b.Codes, func(c code) bool { return sameDigest(c.Digest, wanted) })
		if found = at >= 0; !found {
			for i := range b.Codes {
				b.Codes[i].Tries--
			}
			if len(b.Codes) == 0 {
				return ErrWrongCode // nothing to count, so nothing to write
			}
			return nil
		}
		if len(b.Devices) >= MostDevices {
			return fmt.Errorf("devices: %w (%d): remove one with `station devices remove`", ErrFull, MostDevices)
		}
		device = Device{ID: id, Name: freeName(b, b.Codes[at].Device), PairedAt: s.now().UTC(), Secret: digest(secret)}
		b.Codes = slices.Delete(b.Codes, at, at+1)
		b.Devices = append(b.Devices, device)
		return nil
	})
	switch {
	case err != nil:
		return "", Device{}, err
	case !found:
		return "", Device{}, ErrWrongCode
	}
	return id + "." + base64.RawURLEncoding.EncodeToString(secret), device, nil
}

// normalCode is what a person typed, as it was made: without spaces and hyphens, in capitals, O as 0, I
// and L as 1.
func normalCode(text string) string {
	if len(text) > 100 {
		return ""
	}
	return strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(text)))
}

// freeName is the wanted name of a device, with a number where another has it.
func freeName(b *book, wanted string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(b.Devices, func(d Device) bool { return strings.EqualFold(d.Name, name) })
	}
	if wanted != "" && !taken(wanted) {
		return wanted
	}
	base := wanted
	if base == "" {
		base = "Mesa"
	}
	for n := 1; ; n++ {
		if name := fmt.Sprintf("%s %d", base, n); !taken(name) && (wanted == "" || n > 1) {
			return name
		}
	}
}

// parseCookie splits a cookie into the id and the secret of a device.
func parseCookie(cookie string) (id string, secret []byte, ok bool) {
	id, text, found := strings.Cut(cookie, ".")
	if !found || len(id) != 16 {
		return "", nil, false
	}
	secret, err := base64.RawURLEncoding.DecodeString(text)
	return id, secret, err == nil && len(secret) == secretBytes
}

// Devices lists the paired devices in the order in which they were paired.
func (s *Site) Devices(ctx context.Context) ([]Device, error) {
	b, _, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	return b.Devices, nil
}

// RemoveDevice ends a pairing, by the device's name or id.
func (s *Site) RemoveDevice(ctx context.Context, name string) error {
	return s.change(ctx, func(b *book) error {
		before := len(b.Devices)
		b.Devices = slices.DeleteFunc(b.Devices, func(d Device) bool { return d.ID == name || strings.EqualFold(d.Name, name) })
		if len(b.Devices) == before {
			return fmt.Errorf("no device of site %s is called %q: `station devices list` names them", s.name, name)
		}
		return nil
	})
}
