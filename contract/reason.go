package contract

import (
	"encoding/json"
	"strings"
	"unicode"
)

// ReasonCode names a reason, in words joined by underscores; a code keeps its meaning for ever.
type ReasonCode string

// Reason says why something is as it is: Code with Values for programs, Words in English for people. The
// zero value is no reason. In JSON it stands among the members of what it explains.
type Reason struct {
	// Words is the whole reason as English text, that of Also included.
	Words string `json:"reason"`
	// Code is one of the constants Why…; empty in what was written before there were codes.
	Code ReasonCode `json:"reason_code,omitempty"`
	// Values are what the code's sentence names, each one line of at most 200 characters. "said" are the
	// words of a channel or of the hub, as they came; "detail" is technical and in English.
	Values map[string]string `json:"reason_values,omitempty"`
	// Also are further reasons.
	Also []Reason `json:"reason_also,omitempty"`
}

// FirstReason is the first that is one.
func FirstReason(reasons ...Reason) Reason {
	for _, r := range reasons {
		if r.Words != "" {
			return r
		}
	}
	return Reason{}
}

// Cause is a reason that is a member of its own in JSON; a bare text is read as its words.
type Cause Reason

// UnmarshalJSON reads a reason, or the words of one.
func (c *Cause) UnmarshalJSON(data []byte) error {
	var words string
	if json.Unmarshal(data, &words) == nil {
		*c = Cause{Words: words}
		return nil
	}
	return json.Unmarshal(data, (*Reason)(c))
}

// reasonLimit is how many characters of words from outside become part of a reason.
const reasonLimit = 200

// CleanReason puts words that came from outside into one line of at most 200 characters, without control
// characters.
func CleanReason(words string) string {
	line := []rune(strings.Join(strings.FieldsFunc(words, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
	}), " "))
	if len(line) > reasonLimit {
		return string(line[:reasonLimit-1]) + "…"
	}
	return string(line)
}
