package zpl

import (
	"bytes"
	"strconv"
)

// mostCounted is the largest count of binary data in the ZPL II manual (^GF).
const mostCounted = 99_999

// countedData returns the end of ^GF and ~DY with binary data of a stated length: prefixes within
// it are data. Other data ends at the next prefix. Data whose length is not as stated, because the
// manual does not allow its header or because bytes were lost or added on the way, ends at the next ^FS.
func (s *scanner) countedData(prefix byte, at int) (end int, seen trait, ok bool) {
	code, values := cmdGF, 4 // ^GFa,bytes,total,bytesPerRow,data
	if prefix == '~' {
		code, values = cmdDY, 5 // ~DYd:f,b,x,bytes,bytesPerRow,data
	}
	header, start := s.header(at, values)
	if header == nil || !isBinaryHeader(code, header) || IsPacked(s.data[start:]) {
		return 0, 0, false
	}
	n, isAllowed := countOf(code, header)
	rest := len(s.data) - start
	if isAllowed && n <= rest && s.isDataEnd(start+n) && !s.hasFields(s.data[start:start+n]) {
		return start + n, counted, true
	}
	if fieldEnd := s.fieldEnd(start); fieldEnd >= 0 {
		return fieldEnd, miscounted, true
	}
	if isAllowed && n <= rest {
		return start + n, miscounted, true
	}
	return len(s.data), cutShort, true
}

// isBinaryHeader reports whether a picture's header announces binary data.
func isBinaryHeader(code command, header [][]byte) bool {
	format := 0
	if code == cmdDY {
		format = 1
	}
	return code != cmdDG && len(header) > format && len(header[format]) == 1 && bytes.IndexByte([]byte("BCbc"), header[format][0]) >= 0
}

// countOf is how many bytes of binary data follow a header, and whether the manual allows it.
func countOf(code command, header [][]byte) (n int, isAllowed bool) {
	if code == cmdDY {
		n = numberOf(header[3])
		return n, n > 0
	}
	n, total, row := numberOf(header[1]), numberOf(header[2]), numberOf(header[3])
	isAllowed = n > 0 && n <= mostCounted && total > 0 && total <= mostCounted && row > 0 && row <= total
	return n, isAllowed && (n == total || header[0][0]|0x20 == 'c')
}

// numberOf reads a number in plain digits; 0 if it is none.
func numberOf(value []byte) int {
	const longest = 9
	if len(value) > longest || len(bytes.Trim(value, "0123456789")) > 0 {
		return 0
	}
	n, _ := strconv.Atoi(string(value)) // only digits
	return n
}

// isDataEnd reports whether a command follows, or nothing more.
func (s *scanner) isDataEnd(i int) bool {
	for i < len(s.data) && s.data[i] <= ' ' && s.traits[s.data[i]]&prefixByte == 0 {
		i++
	}
	if i == len(s.data) {
		return true
	}
	prefix, _, _ := s.commandAt(i, false)
	return prefix != 0
}

// hasFields reports whether data is a label's fields: the end of one, and the beginning of the next.
func (s *scanner) hasFields(data []byte) bool {
	end := []byte{s.caret, 'F', 'S'}
	for {
		_, after, found := bytes.Cut(data, end)
		if !found {
			return false
		}
		next := bytes.TrimLeft(after, " \r\n\t")
		if len(next) == 0 || next[0] == s.caret {
			return true
		}
		data = after
	}
}

// fieldEnd is where the next ^FS is; -1 if there is none.
func (s *scanner) fieldEnd(start int) int {
	if s.noFieldEnds {
		return -1
	}
	i := bytes.Index(s.data[start:], []byte{s.caret, 'F', 'S'})
	if i < 0 {
		s.noFieldEnds = true
		return -1
	}
	return start + i
}

// header reads that many values, each followed by a delimiter, without the bytes that printers pass over,
// and returns where the data begins.
func (s *scanner) header(at, values int) (header [][]byte, start int) {
	const longest = 120
	start = at
	for i := at; i < len(s.data) && i-at < longest; i++ {
		if s.data[i] != s.comma {
			continue
		}
		header = append(header, cleanHeader(s.data[start:i]))
		start = i + 1
		if len(header) == values {
			return header, start
		}
	}
	return nil, at
}

// checkSumFails reports whether packed data has a wrong checksum (CRC-16, polynomial 0x1021): the
// printer then leaves the picture out.
func checkSumFails(packed []byte) bool {
	text := bytes.TrimRight(packed, " \t\r\n")
	colon := bytes.LastIndexByte(text, ':')
	if colon < len(":B64:") {
		return true
	}
	stated, err := strconv.ParseUint(string(text[colon+1:]), 16, 16)
	if err != nil {
		return true
	}
	return checkSum(text[len(":B64:"):colon]) != uint16(stated)
}

func checkSum(text []byte) (sum uint16) {
	for _, c := range text {
		if c > ' ' {
			sum = sum<<8 ^ checkSums[byte(sum>>8)^c]
		}
	}
	return sum
}

var checkSums = func() (table [256]uint16) {
	const polynomial = 0x1021
	for i := range table {
		sum := uint16(i) << 8
		for range 8 {
			carry := sum&0x8000 != 0
			sum <<= 1
			if carry {
				sum ^= polynomial
			}
		}
		table[i] = sum
	}
	return table
}()
