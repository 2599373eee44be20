// Package lists makes the papers that go with a pile of labels: picking and packing lists as
// workbooks and as PDF, and the pages before and after the labels, as ZPL and as PDF. Begin with
// [Pile] for lists and [Separator] for pages. Texts are in Spanish, with Portuguese in small print.
//
// It promises that the same pile gives the same bytes, and that texts from outside can neither act
// as formulas nor as printer commands.
package lists

import (
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"github.com/samber/lo"
)

// Text is a text in the languages of packers.
type Text struct{ Spanish, Portuguese string }

// String is the text in both languages; equal wordings appear once.
func (t Text) String() string {
	return strings.Join(lo.Uniq(lo.Compact([]string{t.Spanish, t.Portuguese})), " / ")
}

// other is the Portuguese text where it differs.
func (t Text) other() string {
	if t.Portuguese == t.Spanish {
		return ""
	}
	return t.Portuguese
}

var sortWords = map[string]Text{
	"single-first": {"primero los pedidos de un solo SKU, después los mixtos", "primeiro os pedidos de um só SKU, depois os mistos"},
	"sku":          {"SKU", "SKU"},
	"bin":          {"ubicación", "localização"},
	"deadline":     {"fecha límite de despacho", "prazo de envio"},
	"courier":      {"courier", "transportadora"},
	"order":        {"número de pedido", "número do pedido"},
	"sold":         {"fecha de venta", "data da venda"},
	"channel":      {"canal", "canal"},
	"reverse":      {"del último al primero", "do último ao primeiro"},
}

// SortWords describes the order of a pile ("single-first,deadline,order") for people. Unknown keys
// stay as they are.
func SortWords(sort string) Text {
	var in Text
	for key := range strings.SplitSeq(sort, ",") {
		key = strings.TrimSpace(key)
		words, known := sortWords[key]
		if !known {
			words = Text{key, key}
		}
		in.Spanish, in.Portuguese = appendWords(in.Spanish, words.Spanish), appendWords(in.Portuguese, words.Portuguese)
	}
	return in
}

func appendWords(words, more string) string {
	if words == "" || more == "" {
		return words + more
	}
	return words + " › " + more
}

// missingLetter replaces a letter that cannot be printed on paper.
const missingLetter = '?'

// onPaper is a text as the fonts of PDF and of printers can show it (Windows-1252): each letter
// that they lack is visibly replaced. Marks and joiners, which change the letter before them, go.
func onPaper(text string) string {
	return strings.Map(func(r rune) rune {
		if _, has := charmap.Windows1252.EncodeRune(r); has {
			return r
		}
		if unicode.IsMark(r) {
			return -1
		}
		return missingLetter
	}, cleanText(text))
}

// longest is how many letters of one text are shown at most.
const longest = 300

// cleanText makes a text from outside fit on one line: composed accents, no control characters, nothing
// that reverses the text's direction, at most longest letters.
func cleanText(text string) string {
	text = strings.ToValidUTF8(text[:min(len(text), 8*longest)], "?")
	letters := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsPrint(r):
			return r
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return ' '
	}, norm.NFC.String(text))))
	if len(letters) > longest {
		return string(letters[:longest-1]) + "…"
	}
	return string(letters)
}
