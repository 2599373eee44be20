package zpl

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
)

// largestPicture is A4 at 24 dots/mm in bytes, more than any label.
const largestPicture = 210 * 24 / 8 * 297 * 24

// unusable says why no printer can show a picture with this header; "" if one can.
func unusable(code command, header [][]byte) string {
	total, row := numberOf(header[len(header)-2]), numberOf(header[len(header)-1])
	switch {
	case code == cmdGF && len(header[0]) > 0 && (len(header[0]) > 1 || !bytes.ContainsAny(header[0], "AaBbCc")):
		return "the manual knows no form of data " + quoted(string(header[0]))
	case isPNG(code, header):
		return ""
	case total == 0 || row == 0 || row > total:
		return "its header does not say how large it is"
	case total > largestPicture:
		return "it is larger than any label"
	}
	return ""
}

// unfilled says why a picture's data are not the picture that its header announces; "" if they are.
// A header with other counts than the data is corrected, so that all rows are printed.
func (c *cutter) unfilled(code command, header [][]byte, data []byte, p *piece) string {
	if isPNG(code, header) {
		return c.unfilledPNG(header, data)
	}
	totalAt, rowAt := len(header)-2, len(header)-1
	total, row := numberOf(header[totalAt]), numberOf(header[rowAt])
	if IsPacked(data) {
		return c.unfilledPacked(data, total, row)
	}
	got := unpackedSize(data, row)
	if got < total-total%row { // a part of a row is none
		return fmt.Sprintf("its data end after %d of %d bytes", got, total)
	}
	stated := total
	if got > total+row && got%row == 0 && got <= largestPicture {
		total = got
	}
	if sent := numberOf(header[1]); code == cmdGF && sent != total || total != stated {
		if code == cmdGF {
			stated = sent
			header[1] = []byte(strconv.Itoa(total))
		}
		header[totalAt] = []byte(strconv.Itoa(total))
		p.addRepair(fmt.Sprintf("a graphic of %d bytes stated %d: corrected", total, stated))
	}
	return ""
}

// unfilledPacked looks at data in base 64, plain or deflated.
func (c *cutter) unfilledPacked(data []byte, total, row int) string {
	if checkSumFails(data[:endOfPacked(data)]) {
		return "its checksum is wrong, so that a printer may leave it out"
	}
	bits, err := c.unpack(data, total)
	switch {
	case err != nil:
		return "its packed data cannot be unpacked"
	case len(bits) < total-total%row:
		return fmt.Sprintf("its data end after %d of %d bytes", len(bits), total)
	}
	return ""
}

// unpack returns what is in packed data, up to a byte more than most.
func (c *cutter) unpack(data []byte, most int) ([]byte, error) {
	text, _, _ := bytes.Cut(data[len(":B64:"):], []byte(":"))
	raw, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(withoutBytes(text, " \t\r\n"))))
	if err != nil || data[1] == 'B' {
		return raw, err
	}
	unpacked, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	bits, err := io.ReadAll(io.LimitReader(unpacked, int64(most)+1))
	if spent := c.within.Unpack(int64(len(bits))); spent != nil {
		c.scanner.err = spent
	}
	return bits, err
}

// unfilledPNG looks at a picture in a format that says itself where it ends.
func (c *cutter) unfilledPNG(header [][]byte, data []byte) string {
	const begin, end = "\x89PNG\r\n\x1a\n", "IEND\xaeB`\x82"
	var content []byte
	var err error
	if IsPacked(data) {
		if checkSumFails(data[:endOfPacked(data)]) {
			return "its checksum is wrong, so that a printer may leave it out"
		}
		content, err = c.unpack(data, largestPicture)
	} else {
		content, err = hex.DecodeString(string(withoutBytes(data, " \t\r\n")))
	}
	if err != nil || !bytes.HasPrefix(content, []byte(begin)) || !bytes.Contains(content, []byte(end)) {
		return "it is no whole PNG"
	}
	if total := numberOf(header[3]); total < len(content) {
		return "its header does not say how large it is"
	}
	return ""
}

// unpackedSize is how many bytes hex digits make, with the alternative compression: letters repeat
// the digit after them, a comma or ! fills the row, and : repeats the row above. Half a byte counts.
func unpackedSize(data []byte, row int) int {
	wide, digits, repeat := 2*row, 0, 0
	for _, c := range data {
		switch {
		case c-'0' < 10, c|0x20-'a' < 6:
			digits += max(1, repeat)
			repeat = 0
		case c >= 'G' && c <= 'Y':
			repeat += int(c-'G') + 1
		case c >= 'g' && c <= 'z':
			repeat += 20 * (int(c-'g') + 1)
		case c == ',', c == '!':
			digits += wide - digits%wide
		case c == ':' && digits >= wide:
			digits += wide
		}
	}
	return (digits + 1) / 2
}
