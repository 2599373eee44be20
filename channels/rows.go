package channels

import "time"

const webShop = "is a web shop: the hub makes no labels for it"

// rows holds every channel that the guide names ("¿Cómo generar y consultar etiquetas de los
// Marketplace?").
var rows = []Channel{
	{
		Slug: "mercadolibre", Name: "Mercado Libre", Labels: true, BlocksCancellation: true,
		Files: Files{
			PerOrder: []Format{ZPL}, WholeRequest: []Format{PDF},
			Control: true, Nested: true, Roll: []Format{ZPL},
		},
		References: []Reference{OrderNumber, ShippingID},
		Captions:   map[Reference][]string{OrderNumber: {"Venta", "Pack ID"}, ShippingID: {"Envío"}},
	},
	{
		Slug: "linio", Name: "Linio", Labels: true, StatusFirst: ReadyToShip,
		Files:      Files{PerOrder: []Format{PDF}, Roll: []Format{PDF}},
		References: []Reference{PackageID},
		Captions:   map[Reference][]string{PackageID: {"REF"}},
	},
	{
		Slug: "dafiti", Name: "Dafiti", Labels: true, StatusFirst: ReadyToShip,
		Files:      Files{PerOrder: []Format{PDF}, Roll: []Format{PDF}},
		References: []Reference{OrderNumber},
		Captions:   map[Reference][]string{OrderNumber: {"Referencia"}},
	},
	{
		Slug: "ripley", Name: "Ripley", Labels: true,
		Files:      Files{PerOrder: []Format{PDF}, WholeRequest: []Format{PDF}, Roll: []Format{PDF}},
		References: []Reference{OrderNumber},
		Captions:   map[Reference][]string{OrderNumber: {"Número de Orden"}},
		SetupHint: "Ripley hands out labels only after a one-off set-up in the hub's portal: " +
			"\"Generación de etiquetas para Mercado Ripley\", up to step 2",
	},
	{
		Slug: "paris", Name: "Paris", Labels: true,
		Files:      Files{PerOrder: []Format{PDF, ZPL}, WholeRequest: []Format{PDF}, Roll: []Format{PDF, ZPL}},
		References: []Reference{OrderNumber},
		Captions:   map[Reference][]string{OrderNumber: {"Referencia"}},
	},
	{
		Slug: "fcom", Name: "Falabella", Labels: true, StatusAfter: ReadyToShip,
		Files:      Files{PerOrder: []Format{PDF, ZPL}, Either: true},
		References: []Reference{PackageID},
		Captions:   map[Reference][]string{PackageID: {"REF"}},
	},
	{Slug: "amazon", Name: "Amazon", Labels: true, LinkLife: 15 * time.Minute},
	{Slug: "walmart", Name: "Walmart", Labels: true, Countries: []string{"cl"}, StatusFirst: Handling},
	{Slug: "coppel", Name: "Coppel", Labels: true},
	{Slug: "totalplay", Name: "Totalplay", Labels: true},
	{Slug: "liverpool", Name: "Liverpool", Labels: true, StatusFirst: Handling},

	{Slug: "vtex", Name: "VTEX", SkipReason: "VTEX " + webShop},
	{Slug: "magento", Name: "Magento", SkipReason: "Magento " + webShop},
	{Slug: "shopify", Name: "Shopify", SkipReason: "Shopify " + webShop},
	{Slug: "prestashop", Name: "PrestaShop", SkipReason: "PrestaShop " + webShop},
	{Slug: "woocommerce", Name: "WooCommerce", SkipReason: "WooCommerce " + webShop},

	unnamed("jumpseller", "Jumpseller"),
	unnamed("bigcommerce", "BigCommerce"),
	{Slug: "apprecio", Name: "Apprecio", SkipReason: "the hub makes no labels for Apprecio"},
	unnamed("sohomarket", "Soho Market"),
	unnamed("happygift", "Happygift"),
	unnamed("juntoz", "Juntoz"),
	unnamed("outlepp", "Outlepp"),
	unnamed("entrekids", "Entrekids"),
}

// aliases maps other spellings of a slug, squashed, to the slug.
var aliases = map[string]string{"wocommerce": "woocommerce"}

// unnamed is a channel of which the guide does not say whether it has labels: none, until an
// override says otherwise.
func unnamed(slug, name string) Channel {
	return Channel{
		Slug: slug, Name: name, Inferred: true,
		SkipReason: "the hub's guide does not list " + name + " among the channels with labels",
	}
}
