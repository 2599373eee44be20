package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/despacho/despacho/activities"
)

var wholeNumber = regexp.MustCompile(`^\d+$`)

// parseJSONLines reads an array of texts, whole numbers or objects.
func parseJSONLines(name string, data []byte) ([]line, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if _, err := decoder.Token(); err != nil {
		return nil, jsonProblem(name, data, decoder, err)
	}
	var lines []line
	for decoder.More() {
		if len(lines) == maxOrdersRows {
			return nil, tooManyRows(name)
		}
		var entry json.RawMessage
		if err := decoder.Decode(&entry); err != nil {
			return nil, jsonProblem(name, data, decoder, err)
		}
		number := lineAt(data, decoder.InputOffset()-int64(len(entry)))
		reference, ok := jsonReference(entry)
		if !ok {
			return nil, lineProblem(name, number, "an entry is a text or an object with \"order\"")
		}
		lines = append(lines, line{number, reference})
	}
	if _, err := decoder.Token(); err != nil {
		return nil, jsonProblem(name, data, decoder, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, lineProblem(name, lineAt(data, decoder.InputOffset()), "there is more after the array")
	}
	return lines, nil
}

func jsonReference(entry json.RawMessage) (reference activities.OrderReference, ok bool) {
	if entry[0] != '{' {
		reference.Order, ok = jsonText(entry)
		return reference, ok
	}
	var object struct{ Order, Connection json.RawMessage }
	if json.Unmarshal(entry, &object) != nil {
		return reference, false
	}
	if reference.Order, ok = jsonText(object.Order); !ok {
		return reference, false
	}
	if len(object.Connection) == 0 || string(object.Connection) == "null" {
		return reference, true
	}
	reference.Connection, ok = jsonText(object.Connection)
	return reference, ok
}

// jsonText reads a text, or a whole number digit by digit: order numbers are
// longer than a floating-point number can tell.
func jsonText(raw json.RawMessage) (string, bool) {
	if wholeNumber.Match(raw) {
		return string(raw), true
	}
	var text string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return "", false
	}
	return strings.TrimSpace(text), true
}

func jsonProblem(name string, data []byte, decoder *json.Decoder, err error) error {
	offset := decoder.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return lineProblem(name, lineAt(data, int64(len(data))), "the JSON ends too early")
	}
	return lineProblem(name, lineAt(data, offset), "%v", err)
}
