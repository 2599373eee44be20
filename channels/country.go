package channels

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/samber/lo"
)

// countryRow is a country with the names that the hub and sellers use for it, squashed.
type countryRow struct {
	code  string // ISO 3166 alpha-2 in lower case
	name  string
	names []string // besides code and name
	// plain: its code is not an ordinary word, so it means the country within a connection's name.
	plain bool
}

// countryRows are the countries in which the hub's merchants sell, and their neighbours.
var countryRows = []countryRow{
	{code: "cl", name: "Chile", names: []string{"chl"}, plain: true},
	{code: "mx", name: "México", names: []string{"mex", "mejico", "estadosunidosmexicanos"}, plain: true},
	{code: "pe", name: "Perú", names: []string{"per"}, plain: true},
	{code: "co", name: "Colombia", names: []string{"col"}},
	{code: "ar", name: "Argentina", names: []string{"arg"}, plain: true},
	{code: "br", name: "Brasil", names: []string{"bra", "brazil"}, plain: true},
	{code: "uy", name: "Uruguay", names: []string{"ury", "uru"}, plain: true},
	{code: "ec", name: "Ecuador", names: []string{"ecu", "equador"}},
	{code: "bo", name: "Bolivia", names: []string{"bol"}},
	{code: "py", name: "Paraguay", names: []string{"pry", "paraguai"}},
	{code: "ve", name: "Venezuela", names: []string{"ven"}},
	{code: "cr", name: "Costa Rica", names: []string{"cri"}},
	{code: "gt", name: "Guatemala", names: []string{"gtm"}},
	{code: "pa", name: "Panamá", names: []string{"pan"}},
	{code: "do", name: "República Dominicana", names: []string{"dom", "dominicanrepublic"}},
	{code: "us", name: "Estados Unidos", names: []string{"usa", "eeuu", "unitedstates"}},
	{code: "es", name: "España", names: []string{"esp", "spain"}},
}

// brands are shops in one country that the hub lists under another shop's slug.
var brands = []struct{ slug, word, country string }{
	{"walmart", "lider", "cl"},
	{"walmart", "bodega aurrera", "mx"},
}

// CountryCode converts the hub's word for a country into its code (ISO 3166 alpha-2, lower case): a
// code or a name in any case, with or without accents. An unknown two-letter code is returned as it
// is; any other unknown word gives "".
func CountryCode(word string) string {
	squashed := squashLetters(word)
	row, found := lo.Find(countryRows, func(row countryRow) bool {
		return row.code == squashed || squashLetters(row.name) == squashed || slices.Contains(row.names, squashed)
	})
	switch {
	case found:
		return row.code
	case len(squashed) == 2 && lo.EveryBy([]rune(squashed), func(r rune) bool { return r < unicode.MaxASCII && unicode.IsLetter(r) }):
		return squashed
	}
	return ""
}

// countryIn is the single country that a name mentions ("Walmart México", "Lider"); "" for none or
// several.
func countryIn(slug, name string) string {
	spoken := spaced(name)
	named := lo.FilterMap(countryRows, func(row countryRow, _ int) (string, bool) {
		words := append([]string{row.name}, lo.Filter(row.names, func(n string, _ int) bool { return len(n) > 3 })...)
		return row.code, row.plain && hasCode(name, row.code) ||
			lo.SomeBy(words, func(word string) bool { return strings.Contains(spoken, spaced(word)) })
	})
	for _, brand := range brands {
		if brand.slug == slugOf(slug) && strings.Contains(spoken, spaced(brand.word)) {
			named = append(named, brand.country)
		}
	}
	if named = lo.Uniq(named); len(named) == 1 {
		return named[0]
	}
	return ""
}

// spaced is a name as squashed words with a space before and after each.
func spaced(name string) string {
	return " " + strings.Join(lo.Map(wordsOf(name), func(word string, _ int) string { return squashLetters(word) }), " ") + " "
}

func wordsOf(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) })
}

// hasCode reports whether a name contains a country's code as a word in capitals.
func hasCode(name, code string) bool {
	return slices.Contains(wordsOf(name), strings.ToUpper(code))
}

// ConnectionHints is what is known about a marketplace connection and may tell its country.
type ConnectionHints struct {
	ID         string
	Slug       string
	HubCountry string   // the hub's word; may be empty
	Names      []string // the seller's, the marketplace's
}

// Located is a connection's country. Note says, for people, how it was decided, unless the hub's
// own word decided.
type Located struct{ Country, Note string }

// Locate finds the country of each of a merchant's connections, in their order. These decide in
// turn: an override for the connection, the hub's word, an override for its channel, its names, the
// single country of all the others. If none decides, Country is the hub's own word.
func (t Table) Locate(shops []ConnectionHints) []Located {
	found := lo.Map(shops, func(s ConnectionHints, _ int) Located { return t.locate(s) })
	known := lo.Uniq(lo.FilterMap(found, func(l Located, _ int) (string, bool) { return l.Country, CountryCode(l.Country) != "" }))
	for i, l := range found {
		if CountryCode(l.Country) == "" && len(known) == 1 {
			found[i] = Located{known[0], saysNothing(shops[i], known[0], "like all other connections of this merchant")}
		}
	}
	return found
}

func (t Table) locate(s ConnectionHints) Located {
	if code := t.countries[squash(s.ID)]; code != "" {
		return Located{Country: code}
	}
	if code := CountryCode(s.HubCountry); code != "" {
		return Located{Country: code}
	}
	if code := t.countries[slugOf(s.Slug)]; code != "" {
		return Located{Country: code}
	}
	for _, name := range s.Names {
		if code := countryIn(s.Slug, name); code != "" {
			return Located{code, saysNothing(s, code, fmt.Sprintf("going by the name %q", name))}
		}
	}
	return Located{Country: strings.TrimSpace(s.HubCountry)}
}

func saysNothing(s ConnectionHints, code, by string) string {
	said := "the hub does not say the country"
	if word := strings.TrimSpace(s.HubCountry); word != "" {
		said = fmt.Sprintf("the hub's word for the country, %.40q, is not known", word)
	}
	return fmt.Sprintf("%s; despacho assumes %s, %s (to set it: DESPACHO_CHANNELS=country/%s=…)", said, strings.ToUpper(code), by, s.ID)
}
