package channels_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
)

func TestCountriesByCodeAndName(t *testing.T) {
	t.Parallel()
	for word, code := range map[string]string{
		"cl": "cl", "CL": "cl", " Chile ": "cl", "CHILE": "cl", "CHL": "cl", "México": "mx", "Mexico": "mx", "MÉXICO": "mx", "Me\u0301xico": "mx",
		"mx": "mx", "MEX": "mx", "Perú": "pe", "peru": "pe", "Colombia": "co", "Argentina": "ar", "Brasil": "br", "Brazil": "br", "España": "es",
		"República Dominicana": "do", "Costa-Rica": "cr", "E.E.U.U.": "us", "fr": "fr", "": "", "null": "", "Chilito": "", "C1": "", "ñ": "",
	} {
		assert.Equal(t, code, channels.CountryCode(word), word)
	}
}

func TestWhereAConnectionIs(t *testing.T) {
	t.Parallel()
	shop := func(id, slug, said string, names ...string) channels.ConnectionHints {
		return channels.ConnectionHints{ID: id, Slug: slug, HubCountry: said, Names: names}
	}
	chile, mexico := shop("1", "paris", "Chile"), shop("2", "amazon", "MX")
	cases := map[string]struct {
		overrides map[string]string
		shop      channels.ConnectionHints
		others    []channels.ConnectionHints
		country   string
		note      string // part of it; "" for none
	}{
		"as the hub says":                                   {nil, shop("9", "walmart", "México"), []channels.ConnectionHints{chile}, "mx", ""},
		"not given, by the marketplace's name":              {nil, shop("9", "walmart", "", "Tienda", "Walmart Chile"), []channels.ConnectionHints{mexico}, "cl", `going by the name "Walmart Chile"`},
		"by the seller's name":                              {nil, shop("9", "walmart", "", "Walmart México"), []channels.ConnectionHints{chile}, "mx", "despacho assumes MX"},
		"by a code in capitals":                             {nil, shop("9", "walmart", "", "Zapatos MX"), []channels.ConnectionHints{chile}, "mx", "despacho assumes MX"},
		"by a brand of the channel":                         {nil, shop("9", "walmart", "", "Líder"), []channels.ConnectionHints{mexico}, "cl", "despacho assumes CL"},
		"a word that only holds a country is none":          {nil, shop("9", "walmart", "", "Super Único", "Chilexpress"), []channels.ConnectionHints{chile, mexico}, "", ""},
		"a name that speaks of two tells nothing":           {nil, shop("9", "walmart", "", "Chile y México"), []channels.ConnectionHints{chile, mexico}, "", ""},
		"otherwise like all the others":                     {nil, shop("9", "walmart", ""), []channels.ConnectionHints{chile, shop("3", "ripley", "CL")}, "cl", "all other connections"},
		"others of two countries decide nothing":            {nil, shop("9", "walmart", ""), []channels.ConnectionHints{chile, mexico}, "", ""},
		"nor do others of unknown country":                  {nil, shop("9", "walmart", ""), []channels.ConnectionHints{shop("3", "paris", "")}, "", ""},
		"an unknown word is quoted in the note":             {nil, shop("9", "walmart", "Chilito"), []channels.ConnectionHints{chile}, "cl", `"Chilito"`},
		"an unknown word stays if nothing decides":          {nil, shop("9", "walmart", "Chilito"), []channels.ConnectionHints{chile, mexico}, "Chilito", ""},
		"an override for the connection goes before all":    {map[string]string{"country/9": "Chile"}, shop("9", "walmart", "mx", "Walmart México"), nil, "cl", ""},
		"one for the channel where the hub says nothing":    {map[string]string{"country/walmart": "CL"}, shop("9", "walmart", "", "Walmart México"), nil, "cl", ""},
		"but not where it says one":                         {map[string]string{"country/walmart": "CL"}, shop("9", "walmart", "mx"), nil, "mx", ""},
		"the id of a connection may be written in any case": {map[string]string{"Country/A58X-1fb6": "cl"}, shop("a58x-1fb6", "walmart", ""), nil, "cl", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, err := channels.New(c.overrides)
			require.NoError(t, err)
			got := table.Locate(append([]channels.ConnectionHints{c.shop}, c.others...))[0]
			assert.Equal(t, c.country, got.Country)
			assert.Equal(t, c.note == "", got.Note == "", got.Note)
			assert.Contains(t, got.Note, c.note)
			if got.Note != "" {
				assert.Contains(t, got.Note, "DESPACHO_CHANNELS=country/"+c.shop.ID)
			}
		})
	}
}

func TestStatusesGoByTheCountrysName(t *testing.T) {
	t.Parallel()
	for country, word := range map[string]string{"Chile": "Acknowledged", "CL": "Acknowledged", "México": "", "mx": ""} {
		words, known := channels.WordsOnChannel("walmart", country, "", channels.Handling)
		assert.True(t, known, country)
		assert.Equal(t, word != "", len(words) > 0, country)
	}
	_, known := channels.WordsOnChannel("walmart", "", "", channels.Handling)
	assert.False(t, known, "of no country: the hub's answer decides")
}
