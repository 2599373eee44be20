package tables

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var wholeNumber = regexp.MustCompile(`^\d+$`)

// readJSON reads an array of objects with the names of columns, of texts or whole numbers for the first
// column, or, where the layout says so, an object of pairs.
func (t *Table) readJSON(text string) error {
	t.blanks = true
	decoder := json.NewDecoder(strings.NewReader(text))
	open, err := decoder.Token()
	if err != nil {
		return t.jsonProblem(text, decoder, err)
	}
	pairs := open == json.Delim('{')
	if pairs && !t.layout.Pairs {
		return t.whole("holds a JSON object, not an array")
	}
	line, counted := 1, int64(0)
	for decoder.More() {
		begun := decoder.InputOffset()
		var key any
		if pairs {
			if key, err = decoder.Token(); err != nil {
				return t.jsonProblem(text, decoder, err)
			}
		}
		var entry json.RawMessage
		if err := decoder.Decode(&entry); err != nil {
			return t.jsonProblem(text, decoder, err)
		}
		at := decoder.InputOffset() - int64(len(entry))
		if pairs {
			at = begun + 1
		}
		line += strings.Count(text[counted:at], "\n")
		counted = at
		if pairs {
			name, _ := key.(string)
			err = t.addPair(line, name, entry)
		} else {
			err = t.addEntry(line, entry)
		}
		if err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return t.jsonProblem(text, decoder, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return t.stopAt(lineAt(text, decoder.InputOffset()), "there is more after the array")
	}
	return nil
}

func (t *Table) addPair(line int, key string, value json.RawMessage) error {
	cells := make([]cell, len(t.layout.Columns))
	cells[0] = cell{text: key, exact: true}
	var ok bool
	if cells[1].text, cells[1].exact, ok = jsonText(value); !ok {
		cells[1].complaint = "it is not a text"
	}
	return t.add(line, cells)
}

func (t *Table) addEntry(line int, entry json.RawMessage) error {
	cells := make([]cell, len(t.layout.Columns))
	if entry[0] != '{' {
		var ok bool
		if cells[0].text, cells[0].exact, ok = jsonText(entry); !ok {
			cells[0].complaint = fmt.Sprintf("an entry is a text or an object with %q", t.layout.Columns[0].Names[0])
		}
		return t.add(line, cells)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(entry, &object); err != nil {
		return t.stopAt(line, "%v", err)
	}
	names := slices.Sorted(maps.Keys(object))
	header, complaint := t.entryHeader(names)
	if complaint != "" {
		cells[0].complaint = strings.ReplaceAll(strings.ReplaceAll(complaint, "the header", "the entry"), "column ", "member ")
		return t.add(line, cells)
	}
	for i, place := range header.places {
		if place < 0 {
			continue
		}
		value, ok := object[names[place]], false
		if string(value) == "null" {
			continue
		}
		if cells[i].text, cells[i].exact, ok = jsonText(value); !ok {
			cells[i].complaint = "it is not a text"
		}
	}
	return t.add(line, cells)
}

// entryHeader is the header of an entry's members; most entries have the same as the one before.
func (t *Table) entryHeader(names []string) (header, string) {
	if !slices.Equal(names, t.members) {
		t.members = names
		t.memberHeader, t.memberComplaint = t.layout.header(names)
	}
	return t.memberHeader, t.memberComplaint
}

// jsonText reads a text, or a whole number digit by digit: a floating-point number cannot tell all of
// them. exact: it is a text.
func jsonText(raw json.RawMessage) (text string, exact, ok bool) {
	if wholeNumber.Match(raw) {
		return string(raw), false, true
	}
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return "", false, false
	}
	return text, true, true
}

func (t *Table) jsonProblem(text string, decoder *json.Decoder, err error) error {
	offset := decoder.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return t.stopAt(lineAt(text, int64(len(text))), "the JSON ends too early")
	}
	return t.stopAt(lineAt(text, offset), "%v", err)
}

// lineAt is the number of the line in which the byte at offset stands.
func lineAt(text string, offset int64) int {
	return 1 + strings.Count(text[:min(max(offset, 0), int64(len(text)))], "\n")
}
