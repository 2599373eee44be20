package zpl

import (
	"bytes"
	"strconv"
)

// countedData gives the end of ^GF and ~DY with binary data of a stated length:
// prefixes in it are data. Other data ends at the next prefix.
func (s *scanner) countedData(prefix byte, at int) (end int, seen trait, ok bool) {
	values, format, count := 4, 0, 1 // ^GFa,bytes,total,bytesPerRow,data
	if prefix == '~' {
		values, format, count = 5, 1, 3 // ~DYd:f,b,x,bytes,bytesPerRow,data
	}
	header, start := s.header(at, values)
	if header == nil || len(header[format]) != 1 || !bytes.ContainsAny(header[format], "BCbc") {
		return 0, 0, false
	}
	if isPacked(s.data[start:]) {
		return 0, 0, false
	}
	n, err := strconv.Atoi(string(header[count]))
	switch {
	case err != nil || n < 0:
		return 0, 0, false
	case n > len(s.data)-start:
		return len(s.data), cutShort, true
	}
	return start + n, 0, true
}

// header reads so many values, each before a delimiter, and where data begins.
func (s *scanner) header(at, values int) (header [][]byte, start int) {
	const longest = 120
	start = at
	for i := at; i < len(s.data) && i-at < longest; i++ {
		if s.data[i] != s.comma {
			continue
		}
		header = append(header, bytes.TrimSpace(s.data[start:i]))
		start = i + 1
		if len(header) == values {
			return header, start
		}
	}
	return nil, at
}

// isPacked is true for data in base 64, plain or deflated, with a check sum.
func isPacked(data []byte) bool {
	return bytes.HasPrefix(data, []byte(":B64:")) || bytes.HasPrefix(data, []byte(":Z64:"))
}

// checkSumFails is true for packed data whose check sum is not that of its text
// (CRC-16, polynomial 0x1021): the printer then leaves the picture out.
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
	var sum uint16
	for _, c := range text[len(":B64:"):colon] {
		if c > ' ' {
			sum = sum<<8 ^ checkSums[byte(sum>>8)^c]
		}
	}
	return sum != uint16(stated)
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
