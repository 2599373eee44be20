package door

import (
	"encoding/base64"
	"encoding/json"
)

// A cursor is where a list goes on, as text that nobody has to understand. It is bound to the list that it came from.
type cursor struct {
	List string          `json:"l"`
	At   json.RawMessage `json:"a"`
}

const longestCursor = 2048

// writeCursor makes a cursor; list names everything that the list depends on, at is where it goes on.
func writeCursor(list string, at any) (string, error) {
	data, err := json.Marshal(at)
	if err != nil {
		return "", err
	}
	whole, err := json.Marshal(cursor{List: digestOf(list)[:16], At: data})
	return base64.RawURLEncoding.EncodeToString(whole), err
}

// readCursor fills at from a cursor of the same list; an empty one leaves it as it is.
func readCursor(text, list string, at any) error {
	if text == "" {
		return nil
	}
	if len(text) > longestCursor {
		return problem(CodeCursor)
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return problem(CodeCursor)
	}
	var c cursor
	if json.Unmarshal(data, &c) != nil || c.List != digestOf(list)[:16] || json.Unmarshal(c.At, at) != nil {
		return problem(CodeCursor)
	}
	return nil
}
