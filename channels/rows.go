package channels

import (
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// rows holds every channel that the guide names ("¿Cómo generar y consultar etiquetas de los
// Marketplace?").
var rows = []Channel{
	{Slug: "mercadolibre", Name: "Mercado Libre", Labels: true, BlocksCancellation: true},
	{Slug: "linio", Name: "Linio", Labels: true, StatusFirst: ReadyToShip},
	{Slug: "dafiti", Name: "Dafiti", Labels: true, StatusFirst: ReadyToShip},
	{
		Slug: "ripley", Name: "Ripley", Labels: true,
		SetupHint: contract.WhyRipleySetUp,
	},
	{Slug: "paris", Name: "Paris", Labels: true},
	{Slug: "fcom", Name: "Falabella", Labels: true, StatusAfter: ReadyToShip},
	{Slug: "amazon", Name: "Amazon", Labels: true},
	{Slug: "walmart", Name: "Walmart", Labels: true, Countries: []string{"cl"}, StatusFirst: Handling},
	{Slug: "coppel", Name: "Coppel", Labels: true},
	{Slug: "totalplay", Name: "Totalplay", Labels: true},
	{Slug: "liverpool", Name: "Liverpool", Labels: true, StatusFirst: Handling},

	webShop("vtex", "VTEX"),
	webShop("magento", "Magento"),
	webShop("shopify", "Shopify"),
	webShop("prestashop", "PrestaShop"),
	webShop("woocommerce", "WooCommerce"),

	unnamed("jumpseller", "Jumpseller"),
	unnamed("bigcommerce", "BigCommerce"),
	{Slug: "apprecio", Name: "Apprecio", SkipReason: wording.Reason(contract.WhyNoLabels, "channel", "Apprecio")},
	unnamed("sohomarket", "Soho Market"),
	unnamed("happygift", "Happygift"),
	unnamed("juntoz", "Juntoz"),
	unnamed("outlepp", "Outlepp"),
	unnamed("entrekids", "Entrekids"),
}

// aliases maps other spellings of a slug, squashed, to the slug.
var aliases = map[string]string{"wocommerce": "woocommerce"}

// webShop is a channel that sells by itself, without a marketplace.
func webShop(slug, name string) Channel {
	return Channel{Slug: slug, Name: name, SkipReason: wording.Reason(contract.WhyWebShop, "channel", name)}
}

// unnamed is a channel of which the guide does not say whether it has labels: it has none unless an
// override says otherwise.
func unnamed(slug, name string) Channel {
	return Channel{
		Slug: slug, Name: name, Inferred: true,
		SkipReason: wording.Reason(contract.WhyNotInGuide, "channel", name),
	}
}
