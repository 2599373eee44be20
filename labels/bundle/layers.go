package bundle

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/samber/lo"
)

const blanks = " \t\r\n\x00\f"

// undoLayer undoes the outermost escapes; how is "" if there are none.
func undoLayer(data []byte) (inner []byte, how string) {
	text := bytes.Trim(bytes.TrimPrefix(data, utf8BOM), blanks)
	switch {
	case len(text) == 0 || bytes.HasPrefix(text, pdfOpens) || looksLikeZip(data) || looksLikeGzip(data):
		return nil, ""
	case text[0] == '"' || text[0] == '\'':
		return fromQuotes(text)
	case bytes.HasPrefix(text, []byte("data:")):
		return fromDataURI(text)
	case text[0] == '{' || text[0] == '[':
		if inner, how = fromJSON(text); how != "" {
			return inner, how
		}
	}
	switch {
	case quoteEntity.Match(text):
		return []byte(html.UnescapeString(string(text))), "HTML entities"
	case backslashes.Match(text) && letterEscapes.Match(text):
		return withoutBackslashes(text), "backslash escapes"
	case bytes.IndexByte(text, '&') >= 0 && entities.Match(text):
		return []byte(html.UnescapeString(string(text))), "HTML entities"
	case bytes.IndexByte(text, '%') >= 0 && percents.Match(text):
		return fromPercents(text)
	case bytes.IndexByte(text, '=') >= 0 && printables.Match(text):
		return fromPrintables(text), "quoted-printable"
	}
	return fromBase64(text)
}

var (
	// letterEscapes are escapes of JSON and of programs where ZPL has commands or barcode data.
	letterEscapes = regexp.MustCompile(`(?i)(\^X[AZ]|\^FS)\s*\\+[rnt]|\\+[rn]\s*[\^~](X[AZ]|F[OTXW]|CI|PW|L[HLST]|BY|CF|GB|MM|DG)|\\+(u00|x)[57]e|\^F[DV][^^{]*\\+u[0-9a-f]{4}|\^F[DV]\\+x3e|\^F[DV][^^]*\{\\+"`)
	// entities likewise, of HTML and XML.
	entities    = regexp.MustCompile(`(?i)\^B[0-9A-XZ][^^]*(\^F[^DVS][^^]*)*\^F[DV][^^]*&(amp;)*(amp|[gl]t|quot|apos|#[0-9]{2,3}|#x[0-9a-f]{2});|&(amp;)*(#0*94|#x0*5e|hat|#0*126|#x0*7e);[A-Z]|(\^X[AZ]|\^FS)\s*&(amp;)*#(0*1[03]|x0*[ad]);|\^F[DV]&(amp;)*(gt|#0*62|#x0*3e);[0-9:;]|\^F[DV][^^]*\{&(amp;)*(quot|#0*34|#x0*22);`)
	quoteEntity = regexp.MustCompile(`^&(amp;)*(quot|#0*34|#x0*22);`)
	// percents likewise, of addresses.
	percents = regexp.MustCompile(`(?i)%(25)*(5e|7e)[A-Z]|(\^X[AZ]|\^FS)%(25)*0[ad]|\^F[DV]%(25)*3e[0-9:;]`)
)

// fromQuotes reads text between quotes.
func fromQuotes(text []byte) ([]byte, string) {
	quote := text[0]
	inner := bytes.TrimSuffix(bytes.TrimSuffix(text[1:], []byte{quote}), []byte(","))
	if last := len(text) - 1; last < 1 || text[last] != quote {
		return nil, ""
	}
	var value string
	if quote == '"' && utf8.Valid(text) && json.Unmarshal(text, &value) == nil {
		return bytesOf(value), "a JSON string"
	}
	switch {
	case letterEscapes.Match(inner):
		inner = withoutBackslashes(inner)
	case quote == '"': // as in CSV
		inner = bytes.ReplaceAll(inner, []byte(`""`), []byte(`"`))
	}
	return inner, "quotes"
}

// bytesOf is a text as bytes. A PDF in a text has a letter for each byte.
func bytesOf(text string) []byte {
	if !strings.HasPrefix(text, string(pdfOpens)) {
		return []byte(text)
	}
	data := make([]byte, 0, len(text))
	for _, letter := range text {
		if letter > 0xff {
			return []byte(text)
		}
		data = append(data, byte(letter))
	}
	return data
}

// fromJSON reads the labels among the texts of a JSON value.
func fromJSON(text []byte) ([]byte, string) {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, ""
	}
	var found [][]byte
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		value, err := decoder.Token()
		if err != nil {
			break
		}
		if value, ok := value.(string); ok {
			inner := unescapeValue(bytesOf(value))
			if kind, _ := Sniff(inner); kind == PDF || kind == ZPL {
				found = append(found, inner)
			}
		}
	}
	isZPL := func(data []byte) bool { kind, _ := Sniff(data); return kind == ZPL }
	if len(found) == 0 || len(found) > 1 && !lo.EveryBy(found, isZPL) {
		return nil, ""
	}
	return bytes.Join(found, []byte("\n")), "JSON"
}

// unescapeValue undoes the layers of a text that is no JSON value with texts of its own.
func unescapeValue(data []byte) []byte {
	for range mostLayers {
		if text := bytes.TrimLeft(data, blanks); len(text) == 0 || text[0] == '{' || text[0] == '[' {
			break
		}
		next, how := undoLayer(data)
		if how == "" {
			break
		}
		data = next
	}
	return data
}

func fromPercents(text []byte) ([]byte, string) {
	read := url.PathUnescape
	if !bytes.ContainsAny(text, " ") && !bytes.Contains(text, []byte("%20")) { // a form writes + for a blank
		read = url.QueryUnescape
	}
	inner, err := read(string(text))
	if err != nil {
		return nil, ""
	}
	return []byte(inner), "percent escapes"
}

var dataURI = regexp.MustCompile(`^data:[\w.+-]*/?[\w.+-]*(;[\w.+-]+=[^;,]*)*(;base64)?,`)

func fromDataURI(text []byte) ([]byte, string) {
	head := dataURI.FindSubmatch(text)
	if head == nil {
		return nil, ""
	}
	inner := text[len(head[0]):]
	if bytes.ContainsRune(inner, '%') {
		if unescaped, err := url.PathUnescape(string(inner)); err == nil {
			inner = []byte(unescaped)
		}
	}
	if len(head[2]) == 0 {
		return inner, "a data address"
	}
	decoded, err := decodeBase64(inner)
	if err != nil {
		return nil, ""
	}
	return decoded, "a data address"
}

// fromBase64 reads a text that is nothing but base 64, or the only such text of an XML document.
func fromBase64(text []byte) ([]byte, string) {
	if text[0] == '<' {
		found := base64InXML.FindAllSubmatch(text, 2)
		if len(found) != 1 {
			return nil, ""
		}
		text = found[0][1]
	}
	const shortest = 16
	if len(text) < shortest || !base64Text.Match(text[:min(len(text), sniffBytes)]) {
		return nil, ""
	}
	decoded, err := decodeBase64(text)
	if err != nil {
		return nil, ""
	}
	if kind, _ := Sniff(decoded); kind == Empty || kind == Unknown && !isText(decoded) {
		return nil, ""
	}
	return decoded, "Base64"
}

var (
	base64Text  = regexp.MustCompile(`^[A-Za-z0-9+/_\-=\\\s]+$`)
	base64InXML = regexp.MustCompile(`>\s*(` + base64Label + `[A-Za-z0-9+/_\-=\s]+?)\s*<`)
)

// decodeBase64 reads both alphabets, with and without line ends and padding.
func decodeBase64(text []byte) ([]byte, error) {
	text = bytes.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r <= ' ' || r == '=' || r == '\\':
			return -1
		}
		return r
	}, text)
	decoded := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(decoded, text)
	return decoded[:n], err
}

// isText reports whether data may be another layer: letters without control characters.
func isText(data []byte) bool {
	return utf8.Valid(data) && !bytes.ContainsFunc(data, func(r rune) bool { return r < ' ' && !strings.ContainsRune(blanks, r) })
}
