package fakezebra

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// maxPending is how much of a format the printer keeps before its end; what is longer is dropped.
const maxPending = 16 << 20

// stream cuts what comes over a connection into commands: immediate ones (~HS …), "! U1" lines,
// downloads (~DG, ~DY) and formats (^XA … ^XZ). Prefixes within data of a stated length begin no command.
type stream struct {
	data     []byte
	at       int
	format   int // where the format under way begins, -1 outside of one
	printer  *Printer
	power    int // of the printer when its connection began
	answerTo func(answer []byte)
}

func newStream(printer *Printer, power int, answerTo func([]byte)) *stream {
	return &stream{format: -1, printer: printer, power: power, answerTo: answerTo}
}

// isPartial reports whether a format has begun and not ended.
func (s *stream) isPartial() bool { return s.format >= 0 }

// take reads on with more bytes.
func (s *stream) take(more []byte) {
	s.data = append(s.data, more...)
	for s.step() {
	}
	if kept := s.kept(); kept > 0 {
		s.data = append([]byte(nil), s.data[kept:]...)
		s.at -= kept
		if s.format >= 0 {
			s.format -= kept
		}
	}
	if len(s.data) > maxPending {
		s.data, s.at, s.format = nil, 0, -1
	}
}

// kept is how many bytes at the beginning are not needed any more.
func (s *stream) kept() int {
	if s.format >= 0 {
		return s.format
	}
	return s.at
}

// step takes the next command; false when it is not complete yet.
func (s *stream) step() bool {
	next := bytes.IndexAny(s.data[s.at:], "^~!")
	if next < 0 {
		s.at = len(s.data)
		return false
	}
	s.at += next
	rest := s.data[s.at:]
	if rest[0] == '!' {
		return s.takeLine(rest)
	}
	if len(rest) < 3 {
		return false
	}
	size, complete := commandSize(rest)
	if !complete {
		return false
	}
	start := s.at
	s.at += size
	if size >= len("^XA") {
		s.obey(start, rest[:size])
	}
	return true
}

// takeLine takes a line "! U1 getvar …"; an exclamation mark that begins none is passed over.
func (s *stream) takeLine(rest []byte) bool {
	const begin = "! U1 "
	n := min(len(rest), len(begin))
	if s.format >= 0 || string(rest[:n]) != begin[:n] {
		s.at++
		return true
	}
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		return false
	}
	s.at += end + 1
	s.printer.obeySGD(s.power, strings.TrimSpace(string(rest[len(begin):end])), s.answerTo)
	return true
}

// obey does what a command says.
func (s *stream) obey(start int, command []byte) {
	name := strings.ToUpper(string(command[1:3]))
	switch {
	case command[0] == '^' && name == "XA":
		s.format = start
	case command[0] == '^' && name == "XZ" && s.format >= 0:
		s.printer.queueFormat(s.power, bytes.Clone(s.data[s.format:s.at]))
		s.format = -1
	case command[0] == '~':
		s.printer.notePartial(s)
		s.printer.obeyImmediate(s.power, command, s.answerTo)
	}
}

// commandSize is how long the command at the beginning is: up to the next prefix, or as long as it states.
func commandSize(data []byte) (size int, complete bool) {
	name := string(bytes.ToUpper(data[:3]))
	switch name {
	case "^GF":
		return countedSize(data, 4, func(header [][]byte) (format byte, count []byte) { return letter(header[0]), header[1] })
	case "~DY":
		return countedSize(data, 5, func(header [][]byte) (format byte, count []byte) { return letter(header[1]), header[3] })
	}
	for _, immediate := range immediates {
		if bytes.HasPrefix(bytes.ToUpper(data[:min(len(data), 5)]), []byte(immediate)) {
			return len(immediate), true
		}
		if strings.HasPrefix(immediate, string(bytes.ToUpper(data))) {
			return 0, false
		}
	}
	ends := "^~\n"
	switch name {
	case "^XA", "^XZ":
		return 3, true
	case "~DG", "~DY":
		ends = "^~"
	}
	next := bytes.IndexAny(data[1:], ends)
	if next < 0 {
		return 0, false
	}
	return next + 1, true
}

// immediates are the commands that are obeyed as soon as their letters are there.
var immediates = []string{"~HQES", "~HS", "~HI", "~JA", "~JR", "~PS", "~PP"}

var spaces = regexp.MustCompile(`\s`)

func letter(value []byte) byte {
	if value = spaces.ReplaceAll(value, nil); len(value) == 1 {
		return value[0] | 0x20
	}
	return 0
}

// countedSize is the size of ^GF and ~DY: those with binary data end after as many bytes as they state.
func countedSize(data []byte, values int, of func([][]byte) (byte, []byte)) (size int, complete bool) {
	parts := bytes.SplitN(data[3:], []byte(","), values+1)
	if len(parts) <= values {
		if next := bytes.IndexAny(data[1:], "^~"); next >= 0 {
			return next + 1, true
		}
		return 0, false
	}
	format, count := of(parts)
	n, err := strconv.Atoi(string(spaces.ReplaceAll(count, nil)))
	if err != nil || n < 0 || n > maxPending || format != 'b' && format != 'c' {
		next := bytes.IndexAny(data[1:], "^~")
		return next + 1, next >= 0
	}
	size = len(data) - len(parts[values]) + n
	return size, size <= len(data)
}
