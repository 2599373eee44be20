// Package lists makes what lies beside a pile of labels: picking and packing
// lists as workbooks and as PDF, and the pages that stand before and behind the
// labels, as ZPL and as PDF. Spanish first, with Portuguese and English. Pure:
// the same pile gives the same bytes.
package lists

import (
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"github.com/samber/lo"
)

// Text is a text in the languages of packers.
type Text struct{ Spanish, Portuguese, English string }

// String is the text in all languages, each wording once.
func (t Text) String() string { return strings.Join(t.all(), " / ") }

func (t Text) all() []string { return lo.Uniq([]string{t.Spanish, t.Portuguese, t.English}) }

var sortWords = map[string]Text{
	"single-first": {"primero los de un solo SKU, por SKU", "primeiro os de um só SKU, por SKU", "one-SKU orders first, by SKU"},
	"sku":          {"SKU", "SKU", "SKU"},
	"bin":          {"ubicación", "localização", "bin"},
	"deadline":     {"fecha límite de despacho", "prazo de envio", "deadline"},
	"courier":      {"courier", "transportadora", "courier"},
	"order":        {"número de pedido", "número do pedido", "order number"},
	"sold":         {"fecha de venta", "data da venda", "date of sale"},
	"channel":      {"canal", "canal", "channel"},
	"reverse":      {"del último al primero", "do último ao primeiro", "last one first"},
}

// SortWords says the order of a pile ("single-first,deadline,order") to people.
// Keys that it does not know stay as they are.
func SortWords(sort string) Text {
	var in Text
	for key := range strings.SplitSeq(sort, ",") {
		key = strings.TrimSpace(key)
		words, known := sortWords[key]
		if !known {
			words = Text{key, key, key}
		}
		in.Spanish, in.Portuguese, in.English = further(in.Spanish, words.Spanish), further(in.Portuguese, words.Portuguese), further(in.English, words.English)
	}
	return in
}

func further(words, more string) string {
	if words == "" || more == "" {
		return words + more
	}
	return words + " › " + more
}

// missingLetter stands for a letter that paper has not.
const missingLetter = '?'

// onPaper is a text as the fonts of PDF and of printers have it (Windows-1252):
// what they lack is replaced visibly, letter by letter.
func onPaper(text string) string {
	return strings.Map(func(r rune) rune {
		if _, has := charmap.Windows1252.EncodeRune(r); has {
			return r
		}
		return missingLetter
	}, plain(text))
}

// longest is how many letters of one text are shown at most.
const longest = 300

// plain makes a text from outside fit one line: composed accents, no control
// characters, nothing that turns the text around, no more than longest letters.
func plain(text string) string {
	text = strings.ToValidUTF8(text[:min(len(text), 8*longest)], "?")
	letters := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, norm.NFC.String(text))))
	if len(letters) > longest {
		return string(letters[:longest-1]) + "…"
	}
	return string(letters)
}
