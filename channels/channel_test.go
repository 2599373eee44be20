package channels_test

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

// fact is what the guide says about a channel's labels: one row for each row of its tables.
type fact struct {
	slug, name  string
	labels      bool
	onlyIn      string // country
	first       channels.Status
	after       channels.Status
	setUp       bool
	blocks      bool
	inferred    bool
	saysLabelNo string // in the reason
}

var facts = []fact{
	{slug: "mercadolibre", name: "Mercado Libre", labels: true, blocks: true},
	{slug: "linio", name: "Linio", labels: true, first: "ready_to_ship"},
	{slug: "dafiti", name: "Dafiti", labels: true, first: "ready_to_ship"},
	{slug: "ripley", name: "Ripley", labels: true, setUp: true},
	{slug: "paris", name: "Paris", labels: true},
	{slug: "fcom", name: "Falabella", labels: true, after: "ready_to_ship"},
	{slug: "amazon", name: "Amazon", labels: true},
	{slug: "walmart", name: "Walmart", labels: true, onlyIn: "cl", first: "handling"},
	{slug: "coppel", name: "Coppel", labels: true},
	{slug: "totalplay", name: "Totalplay", labels: true},
	{slug: "liverpool", name: "Liverpool", labels: true, first: "handling"},

	{slug: "vtex", name: "VTEX", saysLabelNo: "web shop"},
	{slug: "magento", name: "Magento", saysLabelNo: "web shop"},
	{slug: "shopify", name: "Shopify", saysLabelNo: "web shop"},
	{slug: "prestashop", name: "PrestaShop", saysLabelNo: "web shop"},
	{slug: "woocommerce", name: "WooCommerce", saysLabelNo: "web shop"},
	{slug: "apprecio", name: "Apprecio", saysLabelNo: "no labels for Apprecio"},

	{slug: "jumpseller", name: "Jumpseller", inferred: true, saysLabelNo: "does not list Jumpseller"},
	{slug: "bigcommerce", name: "BigCommerce", inferred: true, saysLabelNo: "does not list BigCommerce"},
	{slug: "sohomarket", name: "Soho Market", inferred: true, saysLabelNo: "does not list Soho Market"},
	{slug: "happygift", name: "Happygift", inferred: true, saysLabelNo: "does not list Happygift"},
	{slug: "juntoz", name: "Juntoz", inferred: true, saysLabelNo: "does not list Juntoz"},
	{slug: "outlepp", name: "Outlepp", inferred: true, saysLabelNo: "does not list Outlepp"},
	{slug: "entrekids", name: "Entrekids", inferred: true, saysLabelNo: "does not list Entrekids"},
}

func TestEveryChannelIsAsTheGuideSays(t *testing.T) {
	t.Parallel()
	slugs := lo.Map(channels.All(), func(c channels.Channel, _ int) string { return c.Slug })
	assert.ElementsMatch(t, lo.Map(facts, func(f fact, _ int) string { return f.slug }), slugs)
	assert.Equal(t, 11, lo.CountBy(channels.All(), func(c channels.Channel) bool { return c.Labels }))

	for _, want := range facts {
		t.Run(want.slug, func(t *testing.T) {
			t.Parallel()
			c := channels.BySlug(want.slug)
			assert.Equal(t, want.slug, c.Slug)
			assert.Equal(t, want.name, c.Name)
			assert.Equal(t, want.labels, c.Labels)
			assert.Equal(t, want.onlyIn, joined(c.Countries))
			assert.Equal(t, want.first, c.StatusFirst)
			assert.Equal(t, want.after, c.StatusAfter)
			assert.Equal(t, want.setUp, c.SetupHint != "")
			assert.Equal(t, want.blocks, c.BlocksCancellation)
			assert.Equal(t, want.inferred, c.Inferred)
			assert.Equal(t, want.labels, c.SkipReason.Words == "")
			assert.Contains(t, c.SkipReason.Words, want.saysLabelNo)
		})
	}
}

func joined[T ~string](words []T) string {
	return lo.Reduce(words, func(all string, word T, _ int) string {
		return all + lo.Ternary(all == "", "", " ") + string(word)
	}, "")
}

func TestChannelLookup(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"MercadoLibre": "mercadolibre", "Mercado Libre": "mercadolibre", " mercado_libre ": "mercadolibre", "FCOM": "fcom",
		"wocommerce": "woocommerce", "WooCommerce": "woocommerce", "Soho Market": "sohomarket",
	} {
		assert.Equal(t, want, channels.BySlug(given).Slug, given)
	}
	t.Run("an unknown slug has no labels and says so", func(t *testing.T) {
		t.Parallel()
		c := channels.BySlug(" Exito ")
		assert.Equal(t, "exito", c.Slug)
		assert.True(t, c.Inferred)
		ok, reason := c.CanLabel("cl")
		assert.False(t, ok)
		assert.Contains(t, reason.Words, "exito")
	})
	t.Run("no slug at all has no labels and says so", func(t *testing.T) {
		t.Parallel()
		ok, reason := channels.BySlug(" ").CanLabel("cl")
		assert.False(t, ok)
		assert.Equal(t, contract.WhyChannelUnsaid, reason.Code)
	})
	t.Run("a row that is changed by its caller stays as it is", func(t *testing.T) {
		t.Parallel()
		channels.BySlug("walmart").Countries[0] = "x"
		assert.Equal(t, []string{"cl"}, channels.BySlug("walmart").Countries)
	})
}

func TestCanLabelByCountry(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		slug, country string
		ok            bool
		says          string
	}{
		"Walmart in Chile":              {"walmart", "cl", true, ""},
		"Walmart in Chile, upper case":  {"walmart", " CL ", true, ""},
		"Walmart in Chile, by name":     {"walmart", "Chile", true, ""},
		"Walmart in Mexico":             {"walmart", "mx", false, "this connection is in MX"},
		"Walmart in Mexico, by name":    {"walmart", "México", false, "this connection is in MX"},
		"Walmart without a country":     {"walmart", "", false, "set DESPACHO_CHANNELS=country/walmart=cl"},
		"Walmart of an unknown country": {"walmart", "Chilito", false, `the hub's word "Chilito" is not a country`},
		"Paris anywhere":                {"paris", "", true, ""},
		"a web shop":                    {"shopify", "cl", false, "web shop"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ok, reason := channels.BySlug(test.slug).CanLabel(test.country)
			assert.Equal(t, test.ok, ok)
			assert.Equal(t, test.ok, reason.Words == "")
			assert.Contains(t, reason.Words, test.says)
		})
	}
}

func TestTracking(t *testing.T) {
	t.Parallel()
	mode := func(word string) channels.TrackedOrder { return channels.TrackedOrder{ShippingMode: word} }
	cases := map[string]struct {
		slug   string
		parcel channels.TrackedOrder
		taken  bool
	}{
		"Mercado Libre's ME1":                     {"mercadolibre", mode("me1"), true},
		"its default":                             {"mercadolibre", mode("default"), true},
		"its custom":                              {"mercadolibre", mode("custom"), true},
		"its not specified":                       {"mercadolibre", mode("not_specified"), true},
		"not its ME2":                             {"mercadolibre", mode("me2"), false},
		"nor Flex":                                {"mercadolibre", mode("self_service"), false},
		"nor an empty mode":                       {"mercadolibre", mode(""), false},
		"nor its pick-ups":                        {"mercadolibre", channels.TrackedOrder{ShippingMode: "me1", PickUp: true}, false},
		"VTEX in every mode":                      {"vtex", mode("retiro"), true},
		"VTEX's pick-ups too":                     {"vtex", channels.TrackedOrder{PickUp: true}, true},
		"Dafiti's drop shipping":                  {"dafiti", mode("Dropshipping"), true},
		"not its cross docking":                   {"dafiti", mode("cross docking"), false},
		"Amazon's Channel MFN, whatever the mode": {"amazon", channels.TrackedOrder{ShippingMode: "Std MX D2D", Fulfillment: "MFN"}, true},
		"not its Channel AFN, whatever the mode":  {"amazon", channels.TrackedOrder{ShippingMode: "MFN", Fulfillment: "AFN"}, false},
		"without a Channel, Amazon's mode MFN":    {"amazon", mode("MFN"), true},
		"or MFN std":                              {"amazon", mode("MFN std"), true},
		"but not its Easy Ship":                   {"amazon", mode("std-ez-mx"), false},
		"Liverpool":                               {"liverpool", mode(""), true},
		"a Channel does not matter to others":     {"dafiti", channels.TrackedOrder{ShippingMode: "dropshipping", Fulfillment: "AFN"}, true},
		"not Paris":                               {"paris", mode("Dropshipping"), false},
		"not Ripley":                              {"ripley", mode("despacho propio"), false},
		"nor an unknown channel":                  {"unheard-of", mode(""), false},
		"nor the pick-ups of one that accepts it for orders": {"liverpool", channels.TrackedOrder{PickUp: true}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ok, reason := channels.BySlug(c.slug).TakesTracking(c.parcel)
			assert.Equal(t, c.taken, ok)
			assert.Equal(t, c.taken, reason.Words == "", reason)
			if !c.taken {
				assert.Contains(t, reason.Words, "no tracking number")
			}
		})
	}
}
