package bundle

import (
	"bytes"
	"regexp"
	"unicode/utf8"

	"github.com/samber/lo"
)

// plain is what a file means that a tool wrote with its text escaped, perhaps more than once. Undone
// says what was undone, from the outside in; WhyRefused, that the file is known and cannot be read.
type plain struct {
	data       []byte
	undone     []string
	whyRefused string
}

// mostLayers is how often a file may be escaped.
const mostLayers = 6

// unescape undoes what tools do to a label on its way. A file that is a label as it is stays as it is: a
// backslash, an entity or a percent sign in the text of a good label is text. Only escapes where a
// label cannot have any are undone: for line ends between commands, for prefixes, or at the
// beginning of barcode data.
func unescape(data []byte) plain {
	p := plain{data: data}
	if text, ok := fromUTF16(data); ok {
		p.data = text
	}
	for range mostLayers {
		next, how := undoLayer(p.data)
		if how == "" {
			break
		}
		p.data, p.undone = next, append(p.undone, how)
	}
	kind, _ := Sniff(p.data)
	switch {
	case kind == Unknown, kind == ZPL && dump.Match(bytes.TrimLeft(p.data, blanks)):
		return plain{data: data, whyRefused: whyNoLabel(p.data)}
	case kind == ZPL && len(p.undone) > 0:
		p.readAsUTF8()
	}
	p.undone = lo.Uniq(p.undone)
	return p
}

// readAsUTF8 says in a label that says nothing about its letters that they are UTF-8, which they are once
// their escapes are undone.
func (p *plain) readAsUTF8() {
	isASCII := !bytes.ContainsFunc(p.data, func(r rune) bool { return r >= utf8.RuneSelf })
	if !isASCII && utf8.Valid(p.data) && !bytes.Contains(bytes.ToUpper(p.data), []byte("^CI")) {
		p.data = append([]byte("^CI28\n"), bytes.TrimPrefix(p.data, utf8BOM)...)
	}
}

// base64Label begins a PDF, a format of ZPL or a Windows driver's set-up in base 64.
const base64Label = `(?:JVBERi0|XlhB|XnhB|Xnhh|Q1R\+fkNE)`

// dump is bytes in hexadecimal, perhaps with their addresses before them.
var dump = regexp.MustCompile(`(?i)^(0*[0-9a-f]{1,8}[:\s]\s*)?(0x|\\x)?(5e[\s,]*(0x)?58[\s,]*(0x)?41|25[\s,]*(0x)?50[\s,]*(0x)?44[\s,]*(0x)?46|504b0304)`)

var knownForms = []struct {
	form *regexp.Regexp
	why  string
}{
	{dump, "the file is a hexadecimal dump of a label, not the label itself"},
	{regexp.MustCompile(`^['"]?(data:[^,]*,)?` + base64Label), "the file is a label in Base64 that is damaged"},
	{regexp.MustCompile(`^data:`), "the file is a data address that cannot be read as a label"},
	{regexp.MustCompile(`^[{\[]["\s\w:,\-]*` + base64Label), "the file is JSON with labels in Base64, not a label itself"},
	{regexp.MustCompile(`^[{\[<][\s\S]*` + base64Label), "the file holds labels in Base64 among other data and is not a label itself"},
}

// whyNoLabel names a form in which labels come and which is not read; "" if it is none of them.
func whyNoLabel(data []byte) string {
	text := bytes.Trim(bytes.TrimPrefix(data, utf8BOM), blanks)
	text = text[:min(len(text), sniffBytes)]
	for _, known := range knownForms {
		if known.form.Match(text) {
			return known.why
		}
	}
	return ""
}
