package tables

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// neverSpanish are bytes that no text of ours has in Windows-1252: they are letters with accents on old Macs.
const neverSpanish = "\x81\x83\x84\x86\x87\x88\x89\x8b\x8c\x8d\x8e\x8f\x90\x9b\x9c\x9d\x9e\x9f"

// decode returns a file's text: UTF-8, UTF-16 with a byte order mark, or Windows-1252.
func decode(data []byte) (string, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil || len(data)%2 != 0 || bytes.IndexByte(decoded, 0) >= 0 {
			return "", errors.New("says that it is UTF-16 and is not: save it as CSV UTF-8")
		}
		return string(decoded), nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch {
	case utf8.Valid(data):
		return string(data), nil
	case partlyUTF8(data):
		return "", errors.New("is partly UTF-8 and partly not: save it as CSV UTF-8")
	case slices.ContainsFunc(data, func(b byte) bool { return strings.IndexByte(neverSpanish, b) >= 0 }):
		return "", errors.New("is neither UTF-8 nor Windows-1252: save it as CSV UTF-8")
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(data)
	return string(decoded), err
}

// partlyUTF8 says of what is not UTF-8 whether it holds a letter with an accent in it.
func partlyUTF8(data []byte) bool {
	for i := 1; i < len(data); i++ {
		if data[i-1] == 0xc3 && data[i]&0xc0 == 0x80 {
			return true
		}
	}
	return false
}
