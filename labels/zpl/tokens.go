package zpl

import (
	"bytes"
	"fmt"
	"strings"
)

// token is one command with its parameters, or text between commands (prefix
// 0). raw is how it stands in a file with the default prefixes.
type token struct {
	prefix byte
	code   string
	param  []byte
	raw    []byte
	short  bool // counted data that ends before its count
}

func (t token) is(codes ...string) bool {
	for _, code := range codes {
		if t.prefix != 0 && t.code == code {
			return true
		}
	}
	return false
}

// fieldData is true for the commands whose parameter is a label's own text.
func (t token) fieldData() bool { return t.is("FD", "FV") }

// scanner cuts ZPL into tokens, following changes of the prefixes.
type scanner struct {
	data         []byte
	at           int
	caret, tilde byte
	hex          byte // the escape indicator of the present field, 0 when it has none
	err          error
}

const (
	controlCaret = 0x1e // stands for ^ on every printer (ZPL II manual, "control prefix")
	controlTilde = 0x10 // stands for ~
)

func scan(data []byte) ([]token, error) {
	s := &scanner{data: data, caret: '^', tilde: '~'}
	var tokens []token
	for s.at < len(s.data) {
		tokens = append(tokens, s.next()...)
	}
	return tokens, s.err
}

// commandAt gives the prefix and code of the command that starts at i. The
// printer drops control characters, so they may stand between the two.
func (s *scanner) commandAt(i int, insideText bool) (prefix byte, code string, end int) {
	switch s.data[i] {
	case s.caret, controlCaret:
		prefix = '^'
	case s.tilde, controlTilde:
		prefix = '~'
	default:
		return 0, "", i
	}
	letters := make([]byte, 0, 2)
	for end = i + 1; end < len(s.data) && len(letters) < 2 && s.data[end] != ' '; end++ {
		if s.data[end] < ' ' {
			continue
		}
		letters = append(letters, s.data[end])
		if prefix == '^' && letters[0]|0x20 == 'a' {
			return prefix, "A", end + 1
		}
	}
	if len(letters) < 2 || !isLetter(letters[0]) || !isLetterOrDigit(letters[1]) {
		return 0, "", i
	}
	code = strings.ToUpper(string(letters))
	if prefix == '~' && insideText && code != string(letters) && !immediate[code] {
		return 0, "", i
	}
	return prefix, code, end
}

// nextCommand is where the first command at or after i begins.
func (s *scanner) nextCommand(i int, insideText bool) int {
	for ; i < len(s.data); i++ {
		if prefix, _, _ := s.commandAt(i, insideText); prefix != 0 {
			return i
		}
	}
	return len(s.data)
}

func (s *scanner) next() []token {
	start := s.at
	prefix, code, paramStart := s.commandAt(start, false)
	if prefix == 0 {
		s.at = s.nextCommand(start+1, false)
		return []token{{param: s.data[start:s.at], raw: s.data[start:s.at]}}
	}
	if code == "CC" || code == "CT" || code == "CD" {
		return s.changePrefix(code, paramStart)
	}
	if code == "XA" || code == "XZ" || code == "FS" {
		s.at, s.hex = paramStart, 0
		return []token{s.command(prefix, code, start, paramStart, paramStart)}
	}
	if end, short, ok := countedData(s.data, prefix, code, paramStart); ok {
		s.at = end
		t := s.command(prefix, code, start, paramStart, end)
		t.short = short
		return []token{t}
	}
	insideText := code == "FD" || code == "FV" || code == "FX"
	s.at = s.nextCommand(paramStart, insideText)
	t := s.command(prefix, code, start, paramStart, s.at)
	if t.is("FH") {
		s.hex = '_'
		if p := bytes.TrimSpace(t.param); len(p) > 0 {
			s.hex = p[0]
		}
	}
	return s.escaped(t)
}

// command makes a token; its raw form is spelt anew when the file's prefixes
// are not the default ones.
func (s *scanner) command(prefix byte, code string, start, paramStart, end int) token {
	t := token{prefix: prefix, code: code, param: s.data[paramStart:end], raw: s.data[start:end]}
	if s.data[start] != prefix {
		t.raw = append([]byte{prefix}, code...)
		t.raw = append(t.raw, t.param...)
	}
	return t
}

// escaped keeps a default prefix that is plain text under changed prefixes from
// becoming a command: in a field as a hex escape, elsewhere as a space.
func (s *scanner) escaped(t token) []token {
	if (s.caret == '^' && s.tilde == '~') || !bytes.ContainsAny(t.param, "^~") {
		return []token{t}
	}
	if s.tilde == '~' {
		t.param = bytes.TrimRight(t.param, "~") // a prefix with no command behind it
	}
	if !t.fieldData() {
		t.param = bytes.ReplaceAll(bytes.ReplaceAll(t.param, []byte("^"), []byte(" ")), []byte("~"), []byte(" "))
		return []token{spelt(t)}
	}
	if s.hex != 0 {
		t.param = escape(t.param, "^~", s.hex)
		return []token{spelt(t)}
	}
	t.param = escape(t.param, "^~_", '_')
	return []token{spelt(token{prefix: '^', code: "FH"}), spelt(t)}
}

func escape(data []byte, special string, indicator byte) []byte {
	var out bytes.Buffer
	for _, c := range data {
		if strings.IndexByte(special, c) >= 0 {
			fmt.Fprintf(&out, "%c%02X", indicator, c)
			continue
		}
		out.WriteByte(c)
	}
	return out.Bytes()
}

func spelt(t token) token {
	t.raw = append(append([]byte{t.prefix}, t.code...), t.param...)
	return t
}

func (s *scanner) changePrefix(code string, at int) []token {
	if at >= len(s.data) {
		s.at = at
		return nil
	}
	to := s.data[at]
	s.at = s.nextCommandAfterChange(code, to, at+1)
	return nil
}

func (s *scanner) nextCommandAfterChange(code string, to byte, next int) int {
	refused := to <= ' ' || to > '~' || isLetterOrDigit(to) || (code != "CD" && to == ',')
	switch {
	case refused, code == "CD" && to != ',':
		s.err = fmt.Errorf("the file changes a prefix or delimiter with ^%s to %q, which cannot be followed safely", code, to)
	case code == "CC":
		s.caret = to
	case code == "CT":
		s.tilde = to
	}
	if s.caret == s.tilde {
		s.err = fmt.Errorf("the file makes both prefixes %q, which cannot be followed safely", to)
	}
	return s.nextCommand(next, false)
}

func isLetter(c byte) bool        { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isLetterOrDigit(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' }
