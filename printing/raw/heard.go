package raw

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/despacho/despacho/printing"
)

// heard is what a printer has answered so far to the questions of one look.
type heard struct {
	extended *extendedStatus
	host     *hostStatus
	// strings are those of an answer to ~HS that is not whole yet.
	strings []string
	// counter is the counter of labels, nil for none; refused: the printer answered that it knows no such thing.
	counter *int64
	refused bool
	// listed: settings came as JSON.
	listed bool
	// wrong: something came that is no answer to any question.
	wrong bool
	said  []string
}

// take notes a part of an answer; it reports whether an answer to ~HS is now complete.
func (h *heard) take(p part) (endsHostStatus bool) {
	switch p.kind {
	case damaged:
		h.wrong, h.strings = true, nil
	case question:
		h.refused = true
		h.say("?")
	case value:
		h.takeCounter(p.text)
		h.say(strconv.Quote(p.text))
	case object:
		h.say(p.text)
		return h.takeObject(p.text)
	case frame:
		h.say(p.text)
		return h.takeFrame(p.text)
	}
	return false
}

func (h *heard) takeFrame(text string) (endsHostStatus bool) {
	if strings.Contains(text, "ERRORS:") {
		status, ok := parseExtendedStatus(text)
		if !ok {
			h.wrong = true
			return false
		}
		h.extended = &status
		return false
	}
	switch strings.Count(text, ",") + 1 {
	case firstFields:
		h.strings = []string{text}
		return false
	case secondFields:
		h.strings = append(h.strings, text)
		return false
	case thirdFields:
		h.strings = append(h.strings, text)
		status, ok := parseHostStatus(h.strings)
		h.strings = nil
		if !ok {
			h.wrong = true
			return false
		}
		h.host = &status
		return true
	}
	h.wrong = true
	return false
}

// takeObject takes the members of a JSON object that we asked for.
func (h *heard) takeObject(members string) (endsHostStatus bool) {
	var answered map[string]any
	if json.Unmarshal([]byte("{"+members+"}"), &answered) != nil {
		h.wrong = true
		return false
	}
	h.listed = h.listed || len(answered) > 0
	if text, is := answered[counterVar].(string); is {
		h.takeCounter(text)
	}
	text, is := answered[hostStatusVar].(string)
	if !is {
		return false
	}
	status, ok := parseHostStatus(strings.Fields(text))
	if !ok {
		h.wrong = true
		return false
	}
	h.host = &status
	return true
}

func (h *heard) takeCounter(text string) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err == nil && n >= 0 {
		h.counter = &n
	} else {
		h.refused = true
	}
}

func (h *heard) say(text string) {
	const most = 8
	if len(h.said) < most {
		h.said = append(h.said, text)
	}
}

// line is what the printer said, on one line.
func (h *heard) line() string {
	const longest = 200
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, strings.Join(h.said, "; "))
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), longest)]
}

// conditions are what the answers say together.
func (h *heard) conditions() []printing.Condition {
	var all []printing.Condition
	if h.extended != nil {
		all = h.extended.conditions()
	}
	if h.host != nil {
		all = append(all, h.host.conditions()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// hasFault reports whether the printer names something that keeps it from printing.
func (h *heard) hasFault() bool {
	return slices.ContainsFunc(h.conditions(), func(c printing.Condition) bool { return !c.IsWarning() })
}
