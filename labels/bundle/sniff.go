package bundle

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// Kind is what a file's bytes say that it is.
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
)

const sniffBytes = 4096

var (
	pdfOpens  = []byte("%PDF-")
	utf8BOM   = []byte("\xef\xbb\xbf")
	zplOpens  = regexp.MustCompile(`(?i)\^XA|\A *(~D[GYU]|CT~~CD,~CC|[\^~]C[CDT][!-~]|\^(A[0@]|BY|CF|CI|FO|FT|FX|LH|LL|LS|LT|MC|MM|PO|PR|PW|XF))`)
	pdfObject = regexp.MustCompile(`(^|[\s%])[0-9]+\s+[0-9]+\s+obj\b`)
	htmlOpens = regexp.MustCompile(`(?i)^<(!doctype html|html|head|body|\?xml[^>]*\?>\s*<(!doctype html|html))`)
)

// Sniff tells a file's kind by its bytes. The data that it returns is the same,
// except for UTF-16 text, which comes back as UTF-8.
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
	case looksLikeGzip(data):
		return Archive, data
	case bytes.HasPrefix(start, pdfOpens):
		return PDF, data
	case htmlOpens.Match(start):
		return HTML, data
	case strings.HasPrefix(http.DetectContentType(data), "image/"):
		return Image, data
	}
	return kindByMark(head, start, data), data
}

// kindByMark looks for the first mark of a PDF or of ZPL behind leading junk. A
// PDF that lost its header is known by its objects, ZPL behind long junk by a
// whole format.
func kindByMark(head, start, data []byte) Kind {
	const pdfHeaderWithin = 1024 // Acrobat's rule: the header within the first 1,024 bytes
	hasPDF := bytes.Contains(head[:min(len(head), pdfHeaderWithin)], pdfOpens)
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

// asPrintersRead is ZPL without control characters, of which two stand for the
// prefixes (ZPL II manual, "control prefix").
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

// kindOfZip tells office documents from archives: they are zips themselves.
func kindOfZip(r io.ReaderAt, size int64) Kind {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return Archive
	}
	var contentTypes, sheets bool
	for _, entry := range archive.File {
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

// fromUTF16 turns text with a UTF-16 byte order mark, or plain letters each
// beside a zero byte, into UTF-8.
func fromUTF16(data []byte) ([]byte, bool) {
	order := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("^\x00X\x00")):
	case bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.HasPrefix(data, []byte("\x00^\x00X")):
		order = unicode.BigEndian
	default:
		return nil, false
	}
	text, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(data)
	return text, err == nil
}
