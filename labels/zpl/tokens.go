package zpl

import "iter"

// token is one command with its parameter, or text between commands (prefix 0). raw is how it looks
// in a file with the default prefixes; the parameter starts at begin. start is the position of raw
// in the file, -1 if it was rewritten.
type token struct {
	raw    []byte
	start  int
	class  class
	code   command
	prefix byte
	begin  uint8
	traits trait
}

func (t *token) param() []byte { return t.raw[t.begin:] }

func (t *token) is(code command) bool { return t.prefix == '^' && t.code == code }

// trait says what kinds of bytes are in a parameter, as a set.
type trait uint8

const (
	prefixByte trait = 1 << iota // a prefix, perhaps with no command behind it
	lineEnd                      // CR or LF
	suspicious                   // may begin another printer language
	literal                      // a default prefix that is plain text in a file with others
	beyondASCII
	cutShort   // counted data that ends before its count
	counted    // its end is where its count says
	miscounted // it is not: the data ends elsewhere
)

const (
	controlCaret = 0x1e // stands for ^ on every printer (ZPL II manual, "control prefix")
	controlTilde = 0x10 // stands for ~
)

var defaultTraits = traitsOf('^', '~')

func traitsOf(caret, tilde byte) *[256]trait {
	var traits [256]trait
	for c := 0x80; c < 256; c++ {
		traits[c] = beyondASCII
	}
	for _, c := range []byte("!@\x1b") {
		traits[c] = suspicious
	}
	traits['\r'], traits['\n'] = lineEnd, lineEnd
	traits['^'], traits['~'] = literal, literal
	for _, c := range []byte{caret, tilde, controlCaret, controlTilde} {
		traits[c] = traits[c]&^literal | prefixByte
	}
	return &traits
}

// scanner cuts ZPL into tokens, following changes of prefixes and delimiter. It reads each byte a
// bounded number of times.
type scanner struct {
	data         []byte
	at           int
	caret, tilde byte
	comma        byte
	traits       *[256]trait
	found        heading // where the last run ended
	err          error
	noFieldEnds  bool // no ^FS follows any more
}

// heading is a command without its parameter.
type heading struct {
	prefix  byte
	code    command
	at, end int
}

func newScanner(data []byte) *scanner {
	return &scanner{data: data, caret: '^', tilde: '~', comma: ',', traits: defaultTraits}
}

// commandAt returns the prefix and code of the command that starts at i. The printer drops control
// characters, so they may be between the two.
func (s *scanner) commandAt(i int, insideText bool) (prefix byte, code command, end int) {
	switch s.data[i] {
	case s.caret, controlCaret:
		prefix = '^'
	case s.tilde, controlTilde:
		prefix = '~'
	default:
		return 0, 0, i
	}
	if i+2 < len(s.data) && isLetter(s.data[i+1]) && isLetterOrDigit(s.data[i+2]) && s.data[i+1]|0x20 != 'a' {
		return s.judgeCommand(prefix, s.data[i+1], s.data[i+2], i+3, insideText)
	}
	first := s.significant(i + 1)
	if first == len(s.data) || !isLetter(s.data[first]) {
		return 0, 0, i
	}
	code = command(s.data[first]&^0x20) << 8
	if prefix == '^' && code == 'A'<<8 {
		return prefix, code, first + 1
	}
	second := s.significant(first + 1)
	if second == len(s.data) || !isLetterOrDigit(s.data[second]) {
		return 0, 0, i
	}
	return s.judgeCommand(prefix, s.data[first], s.data[second], second+1, insideText)
}

// judgeCommand takes two characters after a prefix for a command, unless they are more likely text: an
// e-mail address may contain a tilde.
func (s *scanner) judgeCommand(prefix, first, second byte, end int, insideText bool) (byte, command, int) {
	code := command(first&^0x20)<<8 | command(capital(second))
	capitals := first < 'a' && second < 'a'
	if insideText && prefix == '~' && !capitals && classOf(prefix, code)&immediate == 0 {
		return 0, 0, end
	}
	return prefix, code, end
}

func (s *scanner) significant(i int) int {
	for i < len(s.data) && s.data[i] < ' ' && s.data[i] != controlCaret && s.data[i] != controlTilde {
		i++
	}
	return i
}

// run returns the end of a parameter, where the next command begins.
func (s *scanner) run(i int, insideText bool) (end int, seen trait) {
	traits := s.traits
	for at, c := range s.data[i:] {
		is := traits[c]
		if is == 0 {
			continue
		}
		if is&prefixByte != 0 {
			if prefix, code, end := s.commandAt(i+at, insideText); prefix != 0 {
				s.found = heading{prefix, code, i + at, end}
				return i + at, seen
			}
		}
		seen |= is
	}
	return len(s.data), seen
}

// next reads the token at the scanner's position into t.
func (s *scanner) next(t *token) {
	start := s.at
	if s.found.at != start || s.found.prefix == 0 {
		s.found.prefix, s.found.code, s.found.end = s.commandAt(start, false)
	}
	prefix, code, begin := s.found.prefix, s.found.code, s.found.end
	if prefix == 0 {
		s.at, _ = s.run(start+1, false)
		*t = token{raw: s.data[start:s.at:s.at], start: start}
		return
	}
	is := classOf(prefix, code)
	if is&(steering|graphData) != 0 {
		s.nextOfOwnEnd(t, token{prefix: prefix, code: code, class: is}, begin)
		return
	}
	end, seen := s.run(begin, is&wholeText != 0)
	s.at = end
	t.raw, t.start, t.class, t.code, t.prefix, t.traits = s.data[start:end:end], start, is, code, prefix, seen
	s.finish(t, begin)
}

// nextOfOwnEnd reads a command that does not simply end at the next prefix.
func (s *scanner) nextOfOwnEnd(t *token, as token, begin int) {
	*t = token{}
	if as.class&steering != 0 {
		s.steer(as.code, begin)
		t.raw, t.start = s.data[min(begin+1, s.at):s.at], -1 // what follows belongs to no command
		return
	}
	end, seen, counted := s.countedData(as.prefix, begin)
	if !counted {
		end, seen = s.run(begin, false)
	}
	as.raw, as.start, as.traits = s.data[s.at:end:end], s.at, seen
	s.at = end
	*t = as
	s.finish(t, begin)
}

// finish writes a token with the default prefixes and delimiter.
func (s *scanner) finish(t *token, begin int) {
	t.begin = 3
	if t.code&0xff == 0 {
		t.begin = 2
	}
	if begin-t.start != int(t.begin) || t.raw[0] != t.prefix {
		*t = t.with(t.raw[begin-t.start:])
	}
	if s.comma != ',' && t.class&wholeText == 0 {
		*t = t.redelimited(s.comma)
	}
}

// tokens yields what a piece contains: default prefixes, everything allowed.
func tokens(raw []byte) iter.Seq[token] {
	return func(yield func(token) bool) {
		s := newScanner(raw)
		for s.at < len(raw) {
			var t token
			if s.next(&t); !yield(t) {
				return
			}
		}
	}
}

// with returns the command with another parameter.
func (t token) with(param []byte) token {
	raw := make([]byte, 0, 3+len(param))
	raw = append(raw, t.prefix)
	raw = append(raw, t.code.String()...)
	t.begin = uint8(len(raw))
	t.raw, t.start = append(raw, param...), -1
	return t
}

// newToken makes a ^ command.
func newToken(code command, param string) token {
	return token{prefix: '^', code: code, class: classOf('^', code)}.with([]byte(param))
}

func capital(c byte) byte {
	if c >= 'a' {
		return c &^ 0x20
	}
	return c
}

func isLetter(c byte) bool        { return c|0x20-'a' < 26 }
func isLetterOrDigit(c byte) bool { return isLetter(c) || c-'0' < 10 }

func isBlank(text []byte) bool {
	for _, c := range text {
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}
