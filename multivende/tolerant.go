package multivende

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The types of this file read what the hub sends without ever failing on a shape: a member that
// is not what it should be is read as absent. Only broken JSON is an error.

const (
	maxText = 1024
	maxLink = 16 << 10
)

// text is a string, also given as a number or a truth value; without control characters.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	words := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, scalar(raw))
	if len(words) > maxText {
		words = strings.ToValidUTF8(words[:maxText], "")
	}
	*t = text(strings.TrimSpace(words))
	return nil
}

// address is a link: a string of http or https, else "".
type address string

func (a *address) UnmarshalJSON(raw []byte) error {
	*a = ""
	if words := scalar(raw); isLink(words) {
		*a = address(words)
	}
	return nil
}

func isLink(words string) bool {
	lower := strings.ToLower(words[:min(len(words), len("https://"))])
	return len(words) <= maxLink && !strings.ContainsFunc(words, unicode.IsSpace) &&
		(strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://"))
}

// number is a whole number, also given as a string or with a fraction.
type number int

func (n *number) UnmarshalJSON(raw []byte) error {
	*n = 0
	value, err := strconv.ParseFloat(strings.TrimSpace(scalar(raw)), 64)
	if err == nil && math.Abs(value) < 1<<31 {
		*n = number(value)
	}
	return nil
}

// truth is a truth value, also given as a string or a number.
type truth bool

func (t *truth) UnmarshalJSON(raw []byte) error {
	switch strings.ToLower(scalar(raw)) {
	case "true", "1", "yes":
		*t = true
	default:
		*t = false
	}
	return nil
}

// moment is a time in any format of the hub and its channels: UTC if no zone is given; numbers
// are Unix seconds or milliseconds. It is zero when it cannot be read.
type moment time.Time

var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02",
}

func (m *moment) UnmarshalJSON(raw []byte) error {
	*m = moment(timeOf(scalar(raw)))
	return nil
}

func timeOf(words string) time.Time {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, words); err == nil {
			return plausible(at)
		}
	}
	if count, err := strconv.ParseInt(words, 10, 64); err == nil && count > 0 {
		if count > 1e11 {
			return plausible(time.UnixMilli(count))
		}
		return plausible(time.Unix(count, 0))
	}
	return time.Time{}
}

// plausible drops times that no order has, some of which could not even be written as JSON.
func plausible(at time.Time) time.Time {
	if at.Year() < 2000 || at.Year() > 2200 {
		return time.Time{}
	}
	return at.UTC()
}

// list is an array, also given as one object, as JSON in a string, or as null. Elements that
// cannot be read are left out.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(raw []byte) error {
	*l = nil
	for _, element := range elementsOf(raw) {
		var one T
		if json.Unmarshal(element, &one) == nil {
			*l = append(*l, one)
		}
	}
	return nil
}

// object is an object, also given as an array (its first), as JSON in a string, or as null.
type object[T any] struct {
	value   T
	present bool
}

func (o *object[T]) UnmarshalJSON(raw []byte) error {
	*o = object[T]{}
	for _, element := range elementsOf(raw) {
		var value T
		if json.Unmarshal(element, &value) == nil && bytes.HasPrefix(unquoted(element), []byte("{")) {
			*o = object[T]{value, true}
			break
		}
	}
	return nil
}

// elementsOf gives the elements of an array, or the object itself as the only one.
func elementsOf(raw []byte) []json.RawMessage {
	raw = unquoted(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if raw[0] != '[' {
		return []json.RawMessage{raw}
	}
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	present := all[:0]
	for _, element := range all {
		if string(element) != "null" {
			present = append(present, element)
		}
	}
	return present
}

// unquoted unwraps JSON from a string that holds JSON, up to three times; anything else stays.
func unquoted(raw []byte) []byte {
	raw = bytes.TrimSpace(raw)
	for range 3 {
		if len(raw) == 0 || raw[0] != '"' {
			break
		}
		var words string
		if json.Unmarshal(raw, &words) != nil {
			break
		}
		inner := bytes.TrimSpace([]byte(words))
		if len(inner) == 0 || !bytes.ContainsRune([]byte(`{["`), rune(inner[0])) || !json.Valid(inner) {
			break
		}
		raw = inner
	}
	return raw
}

// scalar is a string, number or truth value as text; "" for null, objects and arrays. Whole
// numbers are written without exponent or fraction.
func scalar(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		var words string
		if json.Unmarshal(raw, &words) != nil {
			return ""
		}
		return strings.TrimSpace(words)
	case '{', '[', 'n':
		return ""
	}
	if bytes.ContainsAny(raw, ".eE") {
		value, err := strconv.ParseFloat(string(raw), 64)
		if err == nil && value == math.Trunc(value) && math.Abs(value) < 1<<53 {
			return strconv.FormatInt(int64(value), 10)
		}
	}
	return string(raw)
}

// firstOf returns the first text that is not empty.
func firstOf[T ~string](candidates ...T) string {
	for _, candidate := range candidates {
		if candidate != "" {
			return string(candidate)
		}
	}
	return ""
}

// squashed is a member's name without case and underscores.
func squashed(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}
