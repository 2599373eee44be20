package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	// maxSegment is how long an id may become as a segment of a key: with an extension it has
	// to be a file's name on servers that keep objects in a folder.
	maxSegment = 128
	// escape begins !XX, a byte in hexadecimal, and ends with digestMark what a digest follows.
	escape     = '!'
	digestMark = "!h"
	// digestBytes of a SHA-256 tell ids apart that are too long to stand in a key.
	digestBytes = 20
)

// noName leaves an empty segment in a key, which checkKey refuses.
const noName = "/"

// name makes an id a segment of a key; no two ids have the same. An id of A–Z a–z 0–9 . _ -
// stands as it is, but for dots at an end or beside each other; every other byte becomes !XX.
// What is longer then than 128 is cut, and told apart by its SHA-256. An empty id is refused.
func name(id string) string {
	if id == "" {
		return noName
	}
	var segment strings.Builder
	cut := 0
	for i := range len(id) {
		if segment.Len() <= maxSegment-len(digestMark)-2*digestBytes {
			cut = segment.Len()
		}
		if standsInKey(id, i) {
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

func standsInKey(id string, i int) bool {
	switch c := id[i]; {
	case c == '.':
		return i > 0 && i < len(id)-1 && id[i-1] != '.'
	case c == '_', c == '-':
		return true
	default:
		return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
	}
}

// runName is name for a run or a status change, where the colons of a Schedule's time are
// hyphens as they are in its key.
func runName(key string) string { return name(strings.ReplaceAll(key, ":", "-")) }

// ID is the id of which a key was made that holds it between prefix and suffix. It is false
// when the id was too long to stand there: then what the object holds has to tell.
func ID(key, prefix, suffix string) (string, bool) {
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
