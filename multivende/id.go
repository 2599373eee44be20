package multivende

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxID is how many bytes an id of the hub may have; those that the hub makes itself are UUIDs.
const MaxID = 200

// unusable is the prefix of the stand-in for an id that cannot be used.
const unusable = "unusable-id:"

// id is the id of an object of the hub: a string or a number, as it is. One that cannot be used
// is replaced by a stand-in, so that its object has a name in the books and is not mistaken for another.
type id string

func (i *id) UnmarshalJSON(raw []byte) error {
	words := scalar(raw)
	if raw = bytes.TrimSpace(raw); bytes.HasPrefix(raw, []byte{'"'}) {
		_ = json.Unmarshal(raw, &words) // with its spaces
	}
	*i = id(words)
	if words != "" && (WhyUnusable(words) != "" || words != strings.TrimSpace(words)) {
		sum := sha256.Sum256(raw)
		*i = id(unusable + hex.EncodeToString(sum[:8]))
	}
	return nil
}

// WhyUnusable says why an id cannot be used in a call or a key; it returns "" for an id that can be
// used. All printable characters are allowed: they are escaped.
func WhyUnusable(id string) string {
	switch {
	case id == "":
		return "it is empty"
	case strings.HasPrefix(id, unusable):
		return fmt.Sprintf("it is longer than %d bytes, leads out of its path, or has characters that cannot be seen", MaxID)
	case len(id) > MaxID:
		return fmt.Sprintf("it is longer than %d bytes", MaxID)
	case !utf8.ValidString(id) || strings.ContainsRune(id, utf8.RuneError) || strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return "it has characters that cannot be seen"
	case slices.ContainsFunc(strings.Split(id, "/"), func(part string) bool { return part == "." || part == ".." }):
		return "it leads out of its path"
	}
	return ""
}
