package bundle

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// Kind is what a file is, judging by its bytes.
type Kind string

// The kinds that [Sniff] tells apart.
const (
	PDF      Kind = "pdf"
	ZPL      Kind = "zpl"
	Workbook Kind = "workbook"
	Image    Kind = "image"
	HTML     Kind = "html"
	Empty    Kind = "empty"
	Archive  Kind = "archive"
	Unknown  Kind = "unknown"

	// Housekeeping is a file that a computer keeps for itself, such as .DS_Store; only [Open] tells it.
	Housekeeping Kind = "housekeeping"
)

const sniffBytes = 4096

var (
	pdfOpens  = []byte("%PDF-")
	utf8BOM   = []byte("\xef\xbb\xbf")
	zplOpens  = regexp.MustCompile(`(?i)\^XA|\A *(~D[GYU]|CT~~CD,~CC|[\^~]C[CDT][!-~]|\^(A[0@]|BY|CF|CI|FO|FT|FX|LH|LL|LS|LT|MC|MM|PO|PR|PW|XF))`)
	pdfObject = regexp.MustCompile(`(^|[\s%])[0-9]+\s+[0-9]+\s+obj\b`)
	htmlOpens = regexp.MustCompile(`(?i)^<(!doctype html|html|head|body|\?xml[^>]*\?>\s*<(!doctype html|html))`)
)

// Sniff recognises a file's kind by its bytes. It returns the data unchanged, except for UTF-16
// text, which it converts to UTF-8.
func Sniff(data []byte) (Kind, []byte) {
	if text, ok := fromUTF16(data); ok {
		data = text
	}
	head := data[:min(len(data), sniffBytes)]
	start := bytes.TrimLeft(bytes.TrimPrefix(head, utf8BOM), " \t\r\n\x00\f")
	switch {
	case len(bytes.Trim(data, " \t\r\n\x00\f\xef\xbb\xbf")) == 0:
		return Empty, data
	case looksLikeZip(data):
		return kindOfZip(bytes.NewReader(data), int64(len(data))), data
	case looksLikeGzip(data), otherArchive(data) != "":
		return Archive, data
	case bytes.HasPrefix(start, pdfOpens):
		return PDF, data
	case htmlOpens.Match(start) && !(headerNear(head) && bytes.Contains(data, []byte("endobj"))):
		return HTML, data
	case strings.HasPrefix(http.DetectContentType(data), "image/"):
		return Image, data
	}
	kind := kindByMark(head, start, data)
	if kind == Unknown && endsAsZip(data) {
		kind = Archive
	}
	return kind, data
}

// endsAsZip recognises a zip behind something else, such as a program that unpacks it.
func endsAsZip(data []byte) bool {
	const longestEnd = 22 + 64<<10
	if !bytes.Contains(data[max(0, len(data)-longestEnd):], []byte("PK\x05\x06")) {
		return false
	}
	entries, _, err := readDirectory(bytes.NewReader(data), int64(len(data)), mostToTell)
	return err == nil && len(entries) > 0
}

// otherArchives are the archives that are not opened, by how they begin.
var otherArchives = []struct{ begins, name string }{
	{"7z\xbc\xaf\x27\x1c", "7z"}, {"Rar!\x1a\x07", "rar"}, {"\xfd7zXZ\x00", "xz"}, {"\x28\xb5\x2f\xfd", "zstd"},
	{"\x1f\x9d", "compress"}, {"\x1f\xa0", "compress"}, {"MSCF\x00\x00\x00\x00", "cab"}, {"LZIP", "lzip"}, {"\x60\xea", "arj"},
}

// otherArchive names the kind of an archive that is not opened.
func otherArchive(data []byte) string {
	for _, other := range otherArchives {
		if bytes.HasPrefix(data, []byte(other.begins)) {
			return other.name
		}
	}
	const tarMark, tarHeader = 257, 512
	switch {
	case len(data) >= tarHeader && bytes.HasPrefix(data[tarMark:], []byte("ustar")):
		return "tar"
	case len(data) > 10 && bytes.HasPrefix(data, []byte("BZh")) && bytes.Equal(data[4:10], []byte("1AY&SY")):
		return "bzip2"
	}
	return ""
}

// kindByMark looks for the first sign of a PDF or of ZPL behind leading junk. A PDF that lost its
// header is recognised by its objects, ZPL behind a lot of junk by a whole format.
func kindByMark(head, start, data []byte) Kind {
	hasPDF := headerNear(head)
	text := asPrintersRead(start)
	zpl := zplOpens.FindIndex(text)
	switch {
	case hasPDF && (zpl == nil || bytes.Index(text, pdfOpens) < zpl[0]):
		return PDF
	case zpl != nil:
		return ZPL
	case pdfObject.Match(head) && bytes.Contains(data, []byte("endobj")), bytes.Contains(data[max(0, len(data)-pdfHeaderWithin):], []byte("startxref")):
		return PDF
	case bytes.Contains(data, []byte("^XA")) && bytes.Contains(data, []byte("^XZ")):
		return ZPL
	default:
		return Unknown
	}
}

// pdfHeaderWithin is Acrobat's rule: the header is within the first 1,024 bytes.
const pdfHeaderWithin = 1024

func headerNear(head []byte) bool {
	return bytes.Contains(head[:min(len(head), pdfHeaderWithin)], pdfOpens)
}

// asPrintersRead is ZPL without control characters, two of which stand for the prefixes (ZPL II
// manual, "control prefix").
func asPrintersRead(data []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch {
		case r == 0x1e:
			return '^'
		case r == 0x10:
			return '~'
		case r < ' ':
			return -1
		}
		return r
	}, data)
}

func looksLikeZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

func looksLikeGzip(data []byte) bool { return bytes.HasPrefix(data, []byte("\x1f\x8b\x08")) }

// mostToTell is how many entries of a zip are looked at to tell what it is; an office document has few.
const mostToTell = 5_000

// kindOfZip distinguishes office documents, which are zips themselves, from archives.
func kindOfZip(r io.ReaderAt, size int64) Kind {
	entries, _, err := readDirectory(r, size, mostToTell)
	if err != nil {
		return Archive
	}
	var contentTypes, sheets bool
	for _, entry := range entries {
		contentTypes = contentTypes || entry.Name == "[Content_Types].xml"
		sheets = sheets || strings.HasPrefix(entry.Name, "xl/")
	}
	switch {
	case contentTypes && sheets:
		return Workbook
	case contentTypes:
		return Unknown
	default:
		return Archive
	}
}

// fromUTF16 converts to UTF-8 a text with a UTF-16 byte order mark, or plain letters that alternate
// with zero bytes.
func fromUTF16(data []byte) ([]byte, bool) {
	order := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), alternates(data, 1):
	case bytes.HasPrefix(data, []byte("\xfe\xff")), alternates(data, 0):
		order = unicode.BigEndian
	default:
		return nil, false
	}
	text, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(data)
	return text, err == nil
}

// alternates reports whether a text begins with plain letters and zero bytes by turns, the zeros at odd
// places or at even ones.
func alternates(data []byte, zeros int) bool {
	const enough, most = 4, 32
	head := data[:min(len(data), most)&^1]
	for i, c := range head {
		if isZero := i%2 == zeros; isZero != (c == 0) || c >= 0x7f {
			return false
		}
	}
	return len(head) >= enough
}
