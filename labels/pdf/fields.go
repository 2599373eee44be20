package pdf

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// form is a file's form with fields (ISO 32000 12.7). Stale says that its fields may have other values
// than their drawings show: readers draw such fields anew.
type form struct {
	source *source
	dict   types.Dict
	stale  bool
}

// fieldValue is a widget on a page with the entries that it inherits.
type fieldValue struct {
	kind  string // FT
	value types.Object
	flags int
	dict  types.Dict
	style string // DA
}

// The flags of fields that are looked at (ISO 32000 tables 226, 228 and 230).
const (
	multiline = 1 << 12
	password  = 1 << 13
	combo     = 1 << 17
	comb      = 1 << 24
)

// drawFields gives each field on a page the drawing of its value, if it has none or an old one.
// Fields that cannot be drawn are counted, for [Document.Removed].
func (s *source) drawFields() {
	dict := s.dict(s.catalog()["AcroForm"])
	if dict == nil {
		return
	}
	needed, _ := s.resolve(dict["NeedAppearances"]).(types.Boolean)
	f := form{source: s, dict: dict, stale: bool(needed)}
	for i := range s.pages {
		p := &s.pages[i]
		annotations := s.array(p.dict["Annots"])
		for j, o := range annotations {
			d := s.dict(o)
			if s.name(d["Subtype"]) != "Widget" || !s.isPrinted(d) {
				continue
			}
			if drawn := f.drawn(d, *p); drawn != nil {
				annotations = slices.Clone(annotations)
				annotations[j] = drawn
				p.dict = maps.Clone(p.dict)
				p.dict["Annots"] = annotations
			}
		}
	}
}

// drawn is a widget with a drawing of its value; nil if it has one, has no value or cannot be drawn.
func (f form) drawn(widget types.Dict, p page) types.Dict {
	s := f.source
	own := f.field(widget)
	if own.kind == "Btn" {
		return f.chosen(own)
	}
	text := own.text(s)
	if own.kind != "Tx" && own.kind != "Ch" || own.flags&password != 0 || f.shows(widget, text, p) {
		return nil
	}
	ref, ok := f.draw(own, text)
	if !ok {
		s.undrawnFields++
		return nil
	}
	s.drawnFields++
	widget = maps.Clone(widget)
	widget["AP"] = types.Dict{"N": ref}
	return widget
}

// field reads what a widget and the fields above it say.
func (f form) field(widget types.Dict) fieldValue {
	out := fieldValue{dict: widget}
	style, _ := value(f.source.resolve(f.dict["DA"]))
	found := map[string]bool{}
	for d, depth := widget, 0; d != nil && depth < maxDepth; d, depth = f.source.dict(d["Parent"]), depth+1 {
		for _, key := range []string{"FT", "V", "Ff", "DA"} {
			o := f.source.resolve(d[key])
			if o == nil || found[key] {
				continue
			}
			found[key] = true
			switch key {
			case "FT":
				out.kind = f.source.name(o)
			case "V":
				out.value = o
			case "Ff":
				n, _ := f.source.number(o)
				out.flags = int(n)
			case "DA":
				style, _ = value(o)
			}
		}
	}
	out.style = string(style)
	return out
}

// text is a field's value as people read it.
func (f fieldValue) text(s *source) string {
	switch v := f.value.(type) {
	case types.StringLiteral, types.HexLiteral:
		codes, _ := value(v)
		return strings.TrimRight(f.displayed(s, textOf(codes)), "\r\n ")
	case types.StreamDict:
		return textOf(s.decoded(v))
	case types.Array:
		return strings.Join(lo.FilterMap(v, func(o types.Object, _ int) (string, bool) {
			codes, ok := value(s.resolve(o))
			return f.displayed(s, textOf(codes)), ok
		}), "\n")
	}
	return ""
}

// displayed is what a choice shows for a value.
func (f fieldValue) displayed(s *source, text string) string {
	for _, o := range s.array(f.dict["Opt"]) {
		pair := s.array(o)
		if len(pair) != 2 {
			continue
		}
		exported, _ := value(s.resolve(pair[0]))
		if shown, ok := value(s.resolve(pair[1])); ok && textOf(exported) == text {
			return textOf(shown)
		}
	}
	return text
}

// textOf reads a text string (ISO 32000 7.9.2).
func textOf(codes []byte) string {
	var text []byte
	var err error
	switch {
	case bytes.HasPrefix(codes, []byte("\xfe\xff")), bytes.HasPrefix(codes, []byte("\xff\xfe")):
		text, err = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Bytes(codes)
	case bytes.HasPrefix(codes, []byte("\xef\xbb\xbf")):
		text = codes[3:]
	default:
		text, err = charmap.Windows1252.NewDecoder().Bytes(codes)
	}
	if err != nil {
		return ""
	}
	return string(text)
}

// shows reports whether a widget's drawing may be printed as it is: it shows the value, or the form
// does not say that drawings are old and it shows anything.
func (f form) shows(widget types.Dict, text string, p page) bool {
	appearance := f.source.appearance(widget)
	if f.source.dict(appearance) == nil {
		return text == ""
	}
	if !f.stale && text == "" {
		return true
	}
	r := f.source.reader(p, identity)
	if m, ok := f.source.stamping(widget, f.source.dict(appearance), p); ok {
		r.form(appearance, nil, m, 0)
	}
	r.payOwed()
	if !f.stale {
		return r.painted
	}
	return squeezed(r.words.all()) == squeezed(text)
}

// squeezed is a text without blanks, which drawings place as they like.
func squeezed(text string) string { return strings.Join(strings.Fields(text), "") }

func (w *words) all() string {
	var out strings.Builder
	for _, r := range w.runs {
		out.WriteString(r.text)
	}
	return out.String()
}

// chosen is a check box or one of several buttons in the state that its value gives; nil if it is in
// that state.
func (f form) chosen(own fieldValue) types.Dict {
	states, ok := f.source.resolve(f.source.dict(own.dict["AP"])["N"]).(types.Dict)
	state := f.source.name(own.dict["AS"])
	if !ok || own.value == nil || state != "" && !f.stale {
		return nil
	}
	want := f.source.name(own.value)
	if _, has := states[want]; !has {
		want = "Off"
	}
	if want == state {
		return nil
	}
	f.source.drawnFields++
	widget := maps.Clone(own.dict)
	widget["AS"] = types.Name(want)
	return widget
}

var placeholder = regexp.MustCompile(`(?i)please wait`)

// isPlaceholder reports whether the pages stand for a form in XML that only some readers draw (XFA,
// ISO 32000 12.7.8).
func (s *source) isPlaceholder() bool {
	form := s.dict(s.catalog()["AcroForm"])
	if s.resolve(form["XFA"]) == nil {
		return false
	}
	if needed, _ := s.resolve(s.catalog()["NeedsRendering"]).(types.Boolean); bool(needed) {
		return true
	}
	return slices.ContainsFunc(s.pages, func(p page) bool {
		if p.broken != nil {
			return false
		}
		r := s.reader(p, identity)
		r.page()
		return placeholder.MatchString(r.words.within(r.sheet()))
	})
}
