package zpl

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/samber/lo"
	"golang.org/x/text/encoding/charmap"
)

// cleanGraphic keeps in a picture only what can belong to it, and writes binary data as hexadecimal,
// so that no printer can count it otherwise. A picture that is damaged says so on its piece and carries
// nothing; if it cannot be shown, nothing is left of its token. One without a black dot is no mark.
func (c *cutter) cleanGraphic(t token, p *piece) token {
	header, data := headerValues(t)
	if isBlank(data) {
		return c.leaveOut(t, p, "it has no data")
	}
	if isBinaryHeader(t.code, header) && !IsPacked(data) {
		if why := c.binaryGraphic(&t, header, &data, p); why != "" {
			return c.leaveOut(t, p, why)
		}
	} else if data = c.withoutRest(data); isBlank(data) {
		return c.leaveOut(t, p, "its data are none of a picture")
	}
	if why := unusable(t.code, header); why != "" {
		return c.leaveOut(t, p, why)
	}
	why := c.unfilled(t.code, header, data, p)
	t = t.ofPicture(header, data)
	if why != "" {
		p.damage = "a graphic is damaged: " + why
		t.class &^= carrying
	}
	if t.code == cmdGF && !IsPacked(data) && !slices.ContainsFunc(data, func(b byte) bool { return !isWhite[b] }) {
		t.class &^= marking | carrying | graphic
	}
	return t
}

// leaveOut removes a damaged picture. Its label still counts as one that prints, so that it is not lost
// without a word.
func (c *cutter) leaveOut(t token, p *piece, why string) token {
	c.report.remove(t)
	p.damage = "a graphic is damaged and was left out: " + why
	p.classes |= t.class & marking
	t.class &^= carrying
	t.raw = nil
	return t
}

// binaryGraphic writes binary data as hexadecimal, or says why they cannot be trusted.
func (c *cutter) binaryGraphic(t *token, header [][]byte, data *[]byte, p *piece) (why string) {
	_, isAllowed := countOf(t.code, header)
	switch {
	case t.traits&cutShort != 0:
		p.broken = "a graphic is cut short"
	case !isAllowed:
		p.broken = "a graphic in binary form states a size that the ZPL manual does not allow"
	case isCompressed(t.code, header):
		p.broken = "a graphic in Zebra's own compressed binary form (C) cannot be checked"
	case t.traits&counted == 0 && c.restore(t.code, header, data, p):
		return ""
	case t.traits&counted == 0 && containsCommand(*data):
		p.broken = "a graphic's binary data do not end where its header says, so that commands may be lost with them"
	case t.traits&counted == 0:
		return "its binary data do not end where its header says"
	case hasLostLetters(*data):
		return "a conversion of text replaced its bytes with question marks"
	default:
		inHexadecimal(t.code, header, data)
		return ""
	}
	return "it is in binary form"
}

func inHexadecimal(code command, header [][]byte, data *[]byte) {
	header[formatIndex(code)] = []byte(lo.Ternary(isPNG(code, header), "P", "A"))
	*data = fmt.Appendf(nil, "%X", *data)
}

// restore takes binary data that do not end where their header says if it is sure what they were: the
// stated number of bytes before a conversion of text, or more rows than the header says.
func (c *cutter) restore(code command, header [][]byte, data *[]byte, p *piece) bool {
	n, _ := countOf(code, header)
	if original := unconverted(*data, n); original != nil {
		*data = original
		inHexadecimal(code, header, data)
		p.addRepair("a graphic's binary data, which a conversion of text had changed, were restored")
		return true
	}
	length := len(*data)
	if code != cmdGF || length <= n || length > mostCounted || length%numberOf(header[3]) != 0 || isConverted(*data) {
		return false
	}
	p.addRepair(fmt.Sprintf("a graphic of %d bytes stated %d: corrected", length, n))
	header[1], header[2] = strconv.AppendInt(nil, int64(length), 10), strconv.AppendInt(nil, int64(length), 10)
	inHexadecimal(code, header, data)
	return true
}

// unconverted undoes a conversion of line ends or from Latin-1 to UTF-8 that gives n bytes; nil if none
// does.
func unconverted(data []byte, n int) []byte {
	if original := bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")); len(original) == n {
		return original
	}
	if utf8.RuneCount(data) != n || !utf8.Valid(data) {
		return nil
	}
	original, err := charmap.ISO8859_1.NewEncoder().Bytes(data)
	if err != nil {
		return nil
	}
	return original
}

// isConverted reports whether data look as after a conversion of text.
func isConverted(data []byte) bool {
	isText := utf8.Valid(data) && bytes.ContainsFunc(data, func(r rune) bool { return r >= utf8.RuneSelf })
	lines := bytes.Count(data, []byte("\n"))
	return isText || bytes.Contains(data, []byte("\uFFFD")) || lines > 0 && lines == bytes.Count(data, []byte("\r\n"))
}

// hasLostLetters reports whether data have question marks where others have bytes above 127.
func hasLostLetters(data []byte) bool {
	const fewest = 8
	marks := bytes.Count(data, []byte("?"))
	return marks >= fewest && 8*marks > len(data)-bytes.Count(data, []byte{0}) && !slices.ContainsFunc(data, func(c byte) bool { return c > 0x7f })
}

func formatIndex(code command) int {
	if code == cmdDY {
		return 1
	}
	return 0
}

func isCompressed(code command, header [][]byte) bool {
	return header[formatIndex(code)][0]|0x20 == 'c'
}

func isPNG(code command, header [][]byte) bool {
	return code == cmdDY && bytes.EqualFold(header[2], []byte("P"))
}

// containsCommand reports whether data contains what looks like a command of the label.
func containsCommand(data []byte) bool {
	for t := range tokens(data) {
		if t.prefix == '^' && t.class&drawing != 0 || t.prefix == '~' && t.class&immediate != 0 {
			return true
		}
	}
	return false
}

// withoutRest cuts off what follows a picture's data without belonging to it.
func (c *cutter) withoutRest(data []byte) []byte {
	end := len(data)
	if IsPacked(data) {
		end = endOfPacked(data)
	} else if i := slices.IndexFunc(data, func(b byte) bool { return !inPicture[b] }); i >= 0 {
		end = i
	}
	if !isBlank(data[end:]) {
		c.report.removeText(data[end:])
		data = append(bytes.Clone(data[:end]), '\n')
	}
	if bytes.IndexByte(data, '!') >= 0 && (blackThenBlank.Match(data) || otherLanguage.Match(data)) {
		data = withoutBytes(data, " \t\r\n")
	}
	return data
}

var blackThenBlank = regexp.MustCompile(`!\s`)

// cleanHeader is a value without the bytes that printers pass over or that could begin a command or
// another language.
func cleanHeader(value []byte) []byte {
	isIn := func(r rune) bool { return r > ' ' && r < 0x7f && !strings.ContainsRune("^~!@", r) }
	if bytes.IndexFunc(value, func(r rune) bool { return !isIn(r) }) < 0 {
		return value
	}
	return bytes.Map(func(r rune) rune { return lo.Ternary(isIn(r), r, -1) }, value)
}

func withoutBytes(text []byte, unwanted string) []byte {
	kept := make([]byte, 0, len(text))
	for _, c := range text {
		if strings.IndexByte(unwanted, c) < 0 {
			kept = append(kept, c)
		}
	}
	return kept
}

// inPicture are the bytes of a picture in hex digits, run lengths and repeats (ZPL II manual,
// "alternative data compression scheme"), and blanks.
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

// headerValues returns the values before a picture's data, and the data; nil if there are too few.
func headerValues(t token) (header [][]byte, data []byte) {
	values := headerOf(t.code)
	header = bytes.SplitN(t.param(), []byte(","), values+1)
	if len(header) <= values {
		return nil, nil
	}
	data = header[values]
	header = header[:values:values]
	for i := range header {
		header[i] = cleanHeader(header[i])
	}
	return header, data
}

// ofPicture is the command with this header and data; itself if it has them already.
func (t token) ofPicture(header [][]byte, data []byte) token {
	before := append(bytes.Join(header, []byte(",")), ',')
	if param := t.param(); bytes.HasPrefix(param, before) && bytes.Equal(param[len(before):], data) {
		return t
	}
	return t.with(slices.Concat(before, data))
}

// allowsDownload accepts only graphics: fonts, certificates and programs, which ~DY can also carry,
// are left out.
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
