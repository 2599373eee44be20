package zpl

import (
	"bytes"
	"fmt"
)

// steer follows ^CC, ^CT and ^CD: what they affect is written with the default prefixes and
// delimiter, so that no change of the file's remains in effect after it.
func (s *scanner) steer(code command, at int) {
	s.at = at
	if at >= len(s.data) {
		return
	}
	to := s.data[at]
	switch code {
	case cmdCC:
		s.caret = to
	case cmdCT:
		s.tilde = to
	default:
		s.comma = to
	}
	same := s.caret == s.tilde || s.caret == s.comma || s.tilde == s.comma
	if to <= ' ' || to > '~' || isLetterOrDigit(to) || same {
		s.err = fmt.Errorf("the file changes a prefix or delimiter with ^%s to %q, which cannot be followed safely", code, to)
	}
	s.traits = defaultTraits
	if s.caret != '^' || s.tilde != '~' {
		s.traits = traitsOf(s.caret, s.tilde)
	}
	s.at, _ = s.run(at+1, false)
}

// headerOf is how many values come before a picture's data.
func headerOf(code command) int {
	switch code {
	case cmdGF:
		return 4
	case cmdDG:
		return 3
	case cmdDY:
		return 5
	}
	return 0
}

// redelimited writes a parameter with commas. A comma that was not a delimiter becomes a blank,
// except in a picture's data, which is compressed with commas.
func (t token) redelimited(delimiter byte) token {
	param, values, most := bytes.Clone(t.param()), 0, headerOf(t.code)
	for i, c := range param {
		switch {
		case most > 0 && values == most:
			return t.with(param)
		case c == delimiter:
			param[i] = ','
			values++
		case c == ',':
			param[i] = ' '
		}
	}
	return t.with(param)
}
