package partners

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"regexp"
	"strings"
)

const (
	// keyMark begins every key, so that people and programs that look for leaked secrets know one.
	keyMark = "dsp_"
	// secretBytes are 256 bits.
	secretBytes = 32
	idBytes     = 5
	// LongestKey is how many characters are looked at; a real key has fewer.
	LongestKey = 128
)

var (
	letters    = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	keyPattern = regexp.MustCompile(`^dsp_([a-z2-7]{8})_([a-z2-7]{52})$`)
	idPattern  = regexp.MustCompile(`^[a-z2-7]{8}$`)
)

// Key is a whole key. It prints as its public part.
type Key struct{ id, whole string }

// newKey makes a key for an id.
func newKey(id string) Key {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails
	return Key{id: id, whole: keyMark + id + "_" + letters.EncodeToString(secret)}
}

func newID() string {
	random := make([]byte, idBytes)
	_, _ = rand.Read(random)
	return letters.EncodeToString(random)
}

// ParseKey reads what a partner sends; false when it cannot be a key.
func ParseKey(text string) (Key, bool) {
	if len(text) > LongestKey {
		return Key{}, false
	}
	parts := keyPattern.FindStringSubmatch(text)
	if parts == nil {
		return Key{}, false
	}
	return Key{id: parts[1], whole: text}, true
}

// ID is the key's public part.
func (k Key) ID() string { return k.id }

// Reveal is the whole key, to be shown once.
func (k Key) Reveal() string { return k.whole }

// String is the key without its secret.
func (k Key) String() string { return keyMark + k.id + "_…" }

// GoString is the key without its secret.
func (k Key) GoString() string { return k.String() }

// digest is what the store keeps of a key.
func (k Key) digest() string {
	sum := sha256.Sum256([]byte(k.whole))
	return hex.EncodeToString(sum[:])
}

// opens says whether the key is the one of a digest.
func (k Key) opens(digest string) bool {
	return subtle.ConstantTimeCompare([]byte(k.digest()), []byte(digest)) == 1
}

// idOf is the id in what a person names a key by: its id, or the beginning of the key.
func idOf(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(name, keyMark), "…"), "_")
}
