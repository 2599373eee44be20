package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	// maxSegment is how long an id may become as a segment of a key: with an extension it must fit
	// into a file name, for servers that keep objects in folders.
	maxSegment = 128
	// escape begins !XX, a byte in hexadecimal; digestMark precedes a digest.
	escape     = '!'
	digestMark = "!h"
	// digestBytes of a SHA-256 tell apart ids that are too long to be written out in a key.
	digestBytes = 20
)

// invalidSegment leaves an empty segment in a key, which checkKey refuses.
const invalidSegment = "/"

// keySegment turns an id into a segment of a key; no two ids share one. Letters (A–Z a–z), digits, . _
// and - are kept, except dots at an end or next to each other; every other byte becomes !XX. A
// result longer than 128 is cut and completed with a SHA-256. An empty id is refused.
func keySegment(id string) string {
	if id == "" {
		return invalidSegment
	}
	var segment strings.Builder
	cut := 0
	for i := range len(id) {
		if segment.Len() <= maxSegment-len(digestMark)-2*digestBytes {
			cut = segment.Len()
		}
		if isPlainInKey(id, i) {
			segment.WriteByte(id[i])
		} else {
			fmt.Fprintf(&segment, "%c%02X", escape, id[i])
		}
		if segment.Len() > maxSegment {
			sum := sha256.Sum256([]byte(id))
			return segment.String()[:cut] + digestMark + hex.EncodeToString(sum[:digestBytes])
		}
	}
	return segment.String()
}

func isPlainInKey(id string, i int) bool {
	switch c := id[i]; {
	case c == '.':
		return i > 0 && i < len(id)-1 && id[i-1] != '.'
	case c == '_', c == '-':
		return true
	default:
		return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
	}
}

// runName is name for a run or a status change: the colons of a Schedule's time become hyphens, as
// in its key.
func runName(key string) string { return keySegment(strings.ReplaceAll(key, ":", "-")) }

// IDInKey extracts the id from a key that holds it between prefix and suffix. It returns false if the id
// was too long to be written out; then read it from the object.
func IDInKey(key, prefix, suffix string) (string, bool) {
	segment := strings.TrimSuffix(strings.TrimPrefix(key, prefix), suffix)
	if strings.Contains(segment, digestMark) {
		return "", false
	}
	var id strings.Builder
	for {
		plain, rest, found := strings.Cut(segment, string(escape))
		id.WriteString(plain)
		if !found {
			return id.String(), true
		}
		if len(rest) < 2 {
			return "", false
		}
		value, err := hex.DecodeString(rest[:2])
		if err != nil {
			return "", false
		}
		id.Write(value)
		segment = rest[2:]
	}
}
