package bundle

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// withoutBackslashes undoes escapes. Text that is not escaped throughout, as JSON would, keeps the
// backslashes that ZPL itself uses.
func withoutBackslashes(text []byte) []byte {
	var value string
	if utf8.Valid(text) && json.Unmarshal(bytes.Join([][]byte{{'"'}, {'"'}}, text), &value) == nil {
		return []byte(value)
	}
	depth := len(text)
	for _, escape := range backslashes.FindAllSubmatchIndex(text, -1) {
		depth = min(depth, escape[3]-escape[2])
	}
	return backslashes.ReplaceAllFunc(text, func(escape []byte) []byte {
		code := bytes.TrimLeft(escape, `\`)
		kept := bytes.Clone(escape[:len(escape)-len(code)-depth])
		switch code[0] {
		case 'r':
			return append(kept, '\r')
		case 'n':
			return append(kept, '\n')
		case 't':
			return append(kept, '\t')
		case 'u', 'U', 'x', 'X':
			letter, _ := strconv.ParseUint(string(code[1:]), 16, 32) // the pattern allows only digits
			return utf8.AppendRune(kept, rune(letter))
		}
		return append(kept, code...)
	})
}

// backslashes are escapes with as many backslashes as the text was escaped times.
var backslashes = regexp.MustCompile(`(\\+)([uU][0-9a-fA-F]{4}|[xX][0-9a-fA-F]{2}|[rnt"/])`)

// printables are escapes of mail where ZPL has line ends or the beginning of a barcode's data.
var printables = regexp.MustCompile(`(?i)(\^X[AZ]|\^FS)=(0[da]|\r?\n)|\^F[DV]=3e[0-9:;]`)

var printable = regexp.MustCompile(`=(\r?\n|[0-9A-Fa-f]{2})`)

func fromPrintables(text []byte) []byte {
	return printable.ReplaceAllFunc(text, func(escape []byte) []byte {
		letter, err := strconv.ParseUint(string(escape[1:]), 16, 8)
		if err != nil { // a line that goes on
			return nil
		}
		return []byte{byte(letter)}
	})
}
