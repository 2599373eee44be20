package zpl

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Report says what was removed or repaired around the units.
type Report struct {
	Removed []Removed
	Repairs []string
	Broken  string // why the whole file cannot be cut into units

	mendings []Removed // what was repaired, and how often
}

// Removed is a command, or text between commands, that was removed. Dangerous says in plain words
// what it could have done; "" if it was harmless.
type Removed struct {
	Command   string // as "~JR" or "^MMT"; "text" for text between commands
	Count     int
	Dangerous string
}

// String describes the removal, such as "removed ~JR ×2 (dangerous: it resets or cancels)".
func (r Removed) String() string {
	text := fmt.Sprintf("removed %s ×%d", r.Command, r.Count)
	if r.Dangerous != "" {
		text += " (dangerous: " + r.Dangerous + ")"
	}
	return text
}

func (r *Report) addRepair(what string) {
	r.mendings = addRemoved(r.mendings, Removed{Command: what, Count: 1})
}

func (r *Report) close() {
	for _, m := range r.mendings {
		if m.Count > 1 {
			m.Command += " ×" + strconv.Itoa(m.Count)
		}
		r.Repairs = append(r.Repairs, m.Command)
	}
}

// remove records a token that is removed.
func (r *Report) remove(t token) {
	if t.prefix == 0 {
		r.removeText(t.raw)
		return
	}
	name := string(t.prefix) + t.code.String()
	param := firstValue(t.param())
	if hasMode[name] && len(param) > 0 && isLetter(param[0]) {
		name += string(capital(param[0]))
	}
	r.Removed = addRemoved(r.Removed, Removed{Command: name, Count: 1, Dangerous: danger(t)})
	r.removeForeign(t.param())
}

// removeText records text that belongs to no command; blanks are not mentioned.
func (r *Report) removeText(text []byte) {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n', 0, 0x04, 0x1a:
			continue
		}
		if !r.removeForeign(text) && !r.removeJob(text) {
			r.Removed = addRemoved(r.Removed, Removed{Command: "text", Count: 1})
		}
		return
	}
}

func (r *Report) removeForeign(text []byte) bool {
	return r.removeLanguage(text, otherLanguage)
}

// removeJob records text outside commands that is a job in another language.
func (r *Report) removeJob(text []byte) bool {
	return r.removeLanguage(text, otherJob)
}

func (r *Report) removeLanguage(text []byte, language *regexp.Regexp) bool {
	if !language.Match(text) {
		return false
	}
	r.Removed = addRemoved(r.Removed, Removed{Command: "text in another printer language", Count: 1, Dangerous: "it can change settings, files and firmware"})
	return true
}

// mostKinds bounds what a report lists; the rest is counted as others.
const mostKinds = 200

func addRemoved(sum []Removed, more Removed) []Removed {
	if len(sum) >= mostKinds {
		more.Command, more.Dangerous = "others", ""
	}
	for i := range sum {
		if sum[i].Command == more.Command {
			sum[i].Count += more.Count
			return sum
		}
	}
	return append(sum, more)
}

func quoted(name string) string { return strconv.Quote(strings.ToValidUTF8(name, "?")) }
