package zpl

import (
	"bytes"
	"slices"
	"strings"
)

// cleanGraphic leaves in a picture what can belong to it. One that makes no dot
// is no mark.
func (c *cutter) cleanGraphic(t token) token {
	t = c.withoutRest(t)
	if t.code == cmdGF && !t.isBinary() && !slices.ContainsFunc(pictureData(t), func(b byte) bool { return !isWhite[b] }) {
		t.class &^= marking | carrying | graphic
	}
	return t
}

// withoutRest takes out what follows a picture's data without belonging to it.
// Packed data is held against its sum.
func (c *cutter) withoutRest(t token) token {
	data := pictureData(t)
	if header := t.param()[:len(t.param())-len(data)]; bytes.ContainsAny(header, notInHeader) {
		t = t.with(append(withoutBytes(header, notInHeader), data...))
		data = pictureData(t)
	}
	if len(data) == 0 {
		return t
	}
	if isPacked(data) {
		end := endOfPacked(data)
		if checkSumFails(data[:end]) {
			c.report.mended("the check sum of a packed graphic is wrong: the printer may leave it out")
		}
		return c.cutGraphic(t, data, end)
	}
	if t.isBinary() {
		return t
	}
	end := slices.IndexFunc(data, func(b byte) bool { return !inPicture[b] })
	if end < 0 {
		return t
	}
	return c.cutGraphic(t, data, end)
}

// notInHeader are bytes that could begin a command or another language.
const notInHeader = "^~\x1e\x10\x1b!@\r\n"

func withoutBytes(text []byte, unwanted string) []byte {
	kept := make([]byte, 0, len(text))
	for _, c := range text {
		if strings.IndexByte(unwanted, c) < 0 {
			kept = append(kept, c)
		}
	}
	return kept
}

func (c *cutter) cutGraphic(t token, data []byte, end int) token {
	if isBlank(data[end:]) {
		return t
	}
	c.report.removeText(data[end:])
	param := t.param()
	return t.with(append(bytes.Clone(param[:len(param)-len(data)+end]), '\n'))
}

// inPicture are the bytes of a picture in hex digits, run lengths and repeats
// (ZPL II manual, "alternative data compression scheme"), and blanks.
var inPicture = func() (known [256]bool) {
	for _, c := range []byte("0123456789ABCDEFabcdefGHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz,:! \t\r\n") {
		known[c] = true
	}
	return known
}()

// isWhite are those of them that make no dot.
var isWhite = func() (white [256]bool) {
	for _, c := range []byte("0GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz,: \t\r\n") {
		white[c] = true
	}
	return white
}()

// endOfPacked is where ":Z64:text:sum" ends.
func endOfPacked(data []byte) int {
	end := len(":Z64:")
	for end < len(data) && data[end] != ':' && (isLetterOrDigit(data[end]) || strings.IndexByte("+/=\r\n \t", data[end]) >= 0) {
		end++
	}
	if end == len(data) || data[end] != ':' {
		return end
	}
	for end++; end < len(data) && isLetterOrDigit(data[end]); end++ {
	}
	return end
}

// pictureData is what follows the header of ^GF, ~DG and ~DY.
func pictureData(t token) []byte {
	param := t.param()
	for range headerOf(t.code) {
		comma := bytes.IndexByte(param, ',')
		if comma < 0 {
			return nil
		}
		param = param[comma+1:]
	}
	return param
}

// isBinary is true for a picture whose bytes are its data.
func (t token) isBinary() bool {
	format, _, _ := bytes.Cut(t.param(), []byte(","))
	if t.code == cmdDY {
		_, rest, _ := bytes.Cut(t.param(), []byte(","))
		format, _, _ = bytes.Cut(rest, []byte(","))
	}
	format = bytes.TrimSpace(format)
	return t.code != cmdDG && len(format) == 1 && bytes.IndexByte([]byte("BCbc"), format[0]) >= 0
}

// allowsDownload accepts graphics only: fonts, certificates and programs that
// ~DY can carry stay out.
func allowsDownload(t token) bool {
	if !plainName.MatchString(storedName(t).name) {
		return false
	}
	if t.code == cmdDG {
		return true
	}
	values := bytes.SplitN(t.param(), []byte(","), 4)
	if len(values) < 4 {
		return false
	}
	kind := strings.ToUpper(string(bytes.TrimSpace(values[2])))
	return kind == "G" || kind == "P"
}
