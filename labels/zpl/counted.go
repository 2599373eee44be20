package zpl

import (
	"bytes"
	"strconv"
)

// countedData gives the end of a command whose data is binary and of a stated
// length: prefixes in it are data. ok is false for every other command, whose
// data ends at the next prefix.
func countedData(data []byte, prefix byte, code string, at int) (end int, short, ok bool) {
	switch {
	case prefix == '^' && code == "GF":
		// ^GFa,bytes,total,bytesPerRow,data
		return counted(data, at, 4, 0, 1, "BC")
	case prefix == '~' && code == "DY":
		// ~DYd:f,b,x,bytes,bytesPerRow,data
		return counted(data, at, 5, 1, 3, "BC")
	}
	return 0, false, false
}

// counted reads a header of that many comma-separated values; the one at format
// says with one of the letters in binary that as many raw bytes follow as the
// one at count says.
func counted(data []byte, at, values, format, count int, binary string) (end int, short, ok bool) {
	const longestHeader = 120
	header, start := make([][]byte, 0, values), at
	for i := at; i < len(data) && i-at < longestHeader && len(header) < values; i++ {
		if data[i] == ',' {
			header = append(header, bytes.TrimSpace(data[start:i]))
			start = i + 1
		}
	}
	if len(header) < values || len(header[format]) != 1 || !bytes.ContainsAny(bytes.ToUpper(header[format]), binary) {
		return 0, false, false
	}
	if text := data[start:]; bytes.HasPrefix(text, []byte(":B64:")) || bytes.HasPrefix(text, []byte(":Z64:")) {
		return 0, false, false
	}
	n, err := strconv.Atoi(string(header[count]))
	if err != nil || n < 0 {
		return 0, false, false
	}
	if n > len(data)-start {
		return len(data), true, true
	}
	return start + n, false, true
}
