package zpl

import (
	"bytes"
	"iter"
)

// Command is a command as it is in a label, from Start to End, written with the default prefixes
// and delimiter. Code is its two letters in capitals; ^A has only one, and its parameter begins
// with the font. Text between commands has no Prefix.
type Command struct {
	Prefix     byte
	Code       [2]byte
	Param      []byte
	Start, End int
}

// Is reports whether this is the ^ command with this code.
func (c Command) Is(code string) bool {
	return c.Prefix == '^' && c.Code == [2]byte{code[0], code[1]}
}

// Commands yields the commands of ZPL one by one. Prefixes within data of a stated length do not
// begin a command.
func Commands(data []byte) iter.Seq[Command] {
	return func(yield func(Command) bool) {
		s := newScanner(data)
		for s.at < len(data) {
			var t token
			start := s.at
			s.next(&t)
			c := Command{Prefix: t.prefix, Code: [2]byte{byte(t.code >> 8), byte(t.code)}, Param: t.param(), Start: start, End: s.at}
			if !yield(c) {
				return
			}
		}
	}
}

// Picture returns the values before the data of ^GF, ~DG and ~DY, and the data.
func (c Command) Picture() (header [][]byte, data []byte) {
	values := headerOf(command(c.Code[0])<<8 | command(c.Code[1]))
	header = bytes.SplitN(c.Param, []byte(","), values+1)
	if len(header) <= values {
		return header, nil
	}
	return header[:values], header[values]
}

// IsPacked reports whether a picture's data is in base 64, plain or deflated, with a checksum.
func IsPacked(data []byte) bool {
	return bytes.HasPrefix(data, []byte(":B64:")) || bytes.HasPrefix(data, []byte(":Z64:"))
}
