package zpl

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/samber/lo"
	"golang.org/x/text/encoding/charmap"
)

var (
	code128Start  = regexp.MustCompile(`^>[9:;]`)
	code128Switch = regexp.MustCompile(`>[1-9:;<=]`)
	qrLead        = regexp.MustCompile(`^[HQML]?(A,|M,[NAK]|M,B[0-9]{4})`)
)

// Texts returns the unit's texts and barcode data in order, with escapes decoded and without the
// characters that only control a barcode. JSON in a QR code is followed by its values, one by one.
func Texts(u Unit) []string {
	var texts []string
	for _, p := range u.pieces {
		texts = append(texts, textsOf(p)...)
	}
	return texts
}

func textsOf(p piece) []string {
	var texts []string
	var code token
	var indicator byte
	for t := range tokens(p.raw) {
		switch {
		case t.class&bare != 0:
			code, indicator = token{}, 0
		case t.is(cmdFH):
			indicator = indicatorOf(t)
		case t.class&barcode != 0:
			code = t
		case t.is(cmdSN):
			texts = append(texts, readable(firstValue(t.param())))
		case t.class&fieldData != 0:
			text := barcodeText(code, readable(Unescape(withoutBytes(t.param(), "\r\n"), indicator)))
			texts = append(texts, text)
			texts = append(texts, jsonValues(text)...)
		}
	}
	return lo.Compact(lo.Map(texts, func(text string, _ int) string { return strings.TrimSpace(text) }))
}

// indicatorOf is the character with which the escapes of ^FH begin.
func indicatorOf(t token) byte {
	if param := bytes.TrimSpace(t.param()); len(param) > 0 {
		return param[0]
	}
	return '_'
}

// Unescape decodes the hex escapes of ^FH; indicator 0 means a field without escapes.
func Unescape(data []byte, indicator byte) []byte {
	if indicator == 0 || bytes.IndexByte(data, indicator) < 0 {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		var letter [1]byte
		if data[i] == indicator && i+2 < len(data) {
			if _, err := hex.Decode(letter[:], data[i+1:i+3]); err == nil {
				out = append(out, letter[0])
				i += 2
				continue
			}
		}
		out = append(out, data[i])
	}
	return out
}

func readable(data []byte) string {
	if utf8.Valid(data) {
		return string(data)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "?")
	}
	return string(text)
}

func barcodeText(code token, text string) string {
	if code.class&barcode != 0 {
		text = code128Start.ReplaceAllString(text, "")
	}
	switch code.code {
	case cmdBC:
		return strings.ReplaceAll(code128Switch.ReplaceAllString(text, ""), ">0", ">")
	case cmdBQ:
		return qrLead.ReplaceAllString(text, "")
	case cmdBX:
		if values := bytes.Split(code.param(), []byte(",")); len(values) > 6 && len(bytes.TrimSpace(values[6])) == 1 {
			return strings.ReplaceAll(text, string(bytes.TrimSpace(values[6]))+"1", " ")
		}
	}
	return text
}

func jsonValues(text string) []string {
	start, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if start < 0 || end < start {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(text[start : end+1]))
	decoder.UseNumber()
	var values []string
	for {
		t, err := decoder.Token()
		if err != nil {
			return values
		}
		switch value := t.(type) {
		case string:
			values = append(values, value)
		case json.Number:
			values = append(values, value.String())
		}
	}
}

// Fingerprint is equal for two units that show the same texts, barcodes and graphics, wherever they
// are on the label.
func Fingerprint(u Unit) [sha256.Size]byte {
	hash := sha256.New()
	for _, p := range u.pieces {
		for t := range tokens(p.raw) {
			switch {
			case t.class&download != 0:
				hash.Write(t.param()[len(firstValue(t.param())):])
			case t.class&(fieldData|graphic) != 0, t.is(cmdSN):
				hash.Write(bytes.TrimSpace(t.param()))
			default:
				continue
			}
			hash.Write([]byte{0})
		}
	}
	return [sha256.Size]byte(hash.Sum(nil))
}
