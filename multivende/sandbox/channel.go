package sandbox

import "github.com/despacho/despacho/multivende/sandbox/paper"

// channel is a marketplace as the sandbox imitates it.
type channel struct {
	provider, name string
	first          string   // the status that must reach the channel before it makes a label
	caption        string   // the name of the order's reference on the label
	prefix         string   // how its tracking numbers begin
	modes          []string // shipping modes with a label
	without        []string // shipping modes without one
	couriers       []string
	stringContent  bool // externalContent is JSON in a string
	hands          handout
}

// handout is what a channel's zip holds.
type handout struct {
	pdf, zpl bool
	zplExt   string
	stock    paper.Stock
	compress bool
	merged   string // the name of the PDF with all labels; empty for none
	nested   bool   // ZPL in a zip of its own, PDF only merged
	control  bool
	sheets   bool // Packing and Picking
	dies     bool // links live for 15 minutes
}

const (
	pending     = "_delivery_order_status_pending_"
	handling    = "_delivery_order_status_handling_"
	readyToShip = "_delivery_order_status_ready_to_ship_"
	reschedule  = "_delivery_order_reschedule_"
	shipped     = "_delivery_order_status_shipped_"
	delivered   = "_delivery_order_status_delivered_"
	undelivered = "_delivery_order_status_not_delivered_"
	cancelled   = "_delivery_order_status_cancelled_"
	underReview = "_delivery_order_status_under_review_"
	partial     = "_delivery_order_status_partial_cancelled_"
)

var fulfillment = []string{"fulfillment"}

// channels are the marketplaces that make labels, by provider.
var channels = map[string]*channel{
	"mercadolibre": {
		name: "Mercadolibre", caption: "Envío", prefix: "MEL",
		modes: []string{"xd_drop_off", "drop_off", "cross_docking", "self_service", "me2", "xd_drop_off", "drop_off", "cross_docking",
			"xd_drop_off", "drop_off"}, // one in ten is Flex
		without:  []string{"fulfillment", "custom", "me1", "default"},
		couriers: []string{"Mercado Envíos", "Blue Express", "BLUEXPRESS"},
		hands: handout{zpl: true, zplExt: ".txt", pdf: true, stock: paper.FourBySix, merged: "Etiquetas.pdf",
			nested: true, control: true, sheets: true},
	},
	"linio": {
		name: "Linio", first: readyToShip, caption: "REF", prefix: "LNO", stringContent: true,
		modes: []string{"Dropshipping"}, couriers: []string{"Chilexpress", "Blue Express"},
		hands: handout{pdf: true, stock: paper.FourBySixRotated},
	},
	"dafiti": {
		name: "Dafiti", first: readyToShip, caption: "Referencia", prefix: "DFT",
		modes: []string{"Dropshipping", "cross docking"}, couriers: []string{"Chilexpress", "BLX"},
		hands: handout{pdf: true, stock: paper.TenByFifteen},
	},
	"ripley": {
		name: "Ripley", caption: "Número de Orden", prefix: "RPL",
		modes: []string{"Dropshipping", "Cross Docking"}, without: fulfillment, couriers: []string{"Starken", "Ripley Envíos"},
		hands: handout{pdf: true, stock: paper.TenByFifteenOnA4, merged: "Etiquetas_Ripley.pdf", sheets: true},
	},
	"paris": {
		name: "Paris", caption: "Referencia", prefix: "PRS",
		modes: []string{"scheduled", "Dropshipping", "Same Day", "Next Day"}, without: fulfillment,
		couriers: []string{"Cencosud Envíos", "Blue Express"},
		hands: handout{pdf: true, zpl: true, zplExt: ".zpl", stock: paper.TenByFifteen, compress: true,
			merged: "etiquetas_paris.pdf", sheets: true},
	},
	"fcom": {
		name: "Falabella", caption: "REF", prefix: "FCM",
		modes: []string{"Dropshipping", "cross_docking"}, without: fulfillment, couriers: []string{"Ibis", "Blue Express", "Chilexpress"},
		hands: handout{pdf: true, zplExt: ".zpl", stock: paper.TenByFifteen, sheets: true},
	},
	"amazon": {
		name: "Amazon", caption: "Pedido", prefix: "AMZ",
		modes: []string{"std-ez-mx", "pri-ez-mx", "expd-ez-mx", "expr-ez-mx", "MFN"}, without: fulfillment, couriers: []string{"Amazon Logistics"},
		hands: handout{pdf: true, stock: paper.FourBySix, compress: true, dies: true},
	},
	"walmart": {
		name: "Walmart", first: handling, caption: "Orden", prefix: "WMT",
		modes: []string{"Standard"}, couriers: []string{"Chilexpress"},
		hands: handout{pdf: true, stock: paper.FourBySix},
	},
	"coppel": {
		name: "Coppel", caption: "Pedido", prefix: "CPL",
		modes: []string{"Standard"}, couriers: []string{"Estafeta", "Paquetexpress"},
		hands: handout{zpl: true, zplExt: ".zpl"},
	},
	"totalplay": {
		name: "Totalplay", caption: "Pedido", prefix: "TTP",
		modes: []string{"Standard"}, couriers: []string{"Estafeta"},
		hands: handout{pdf: true, stock: paper.A4},
	},
	"liverpool": {
		name: "Liverpool", first: handling, caption: "Pedido", prefix: "LVP",
		modes: []string{"Standard"}, couriers: []string{"Estafeta", "99 Minutos"},
		hands: handout{zpl: true, zplExt: ".txt"},
	},
}

func init() {
	for provider, channel := range channels {
		channel.provider = provider
	}
}

// outlet is a connection that every world has.
type outlet struct {
	provider, name, alias, country string
	share                          int // of the orders that can be labelled, in hundredths
}

var outlets = []outlet{
	{"mercadolibre", "Mercadolibre", "Tienda Norte", "cl", 42},
	{"mercadolibre", "Mercadolibre", "Loja do Sul", "br", 8},
	{"linio", "Linio", "", "cl", 6},
	{"dafiti", "Dafiti", "", "cl", 5},
	{"ripley", "Ripley", "Ripley Chile", "cl", 7},
	{"paris", "Paris", "", "cl", 8},
	{"fcom", "Falabella", "Falabella Seller Center", "cl", 9},
	{"amazon", "Amazon", "", "mx", 5},
	{"walmart", "Walmart", "", "cl", 4},
	{"coppel", "Coppel", "", "mx", 2},
	{"totalplay", "Totalplay", "", "mx", 2},
	{"liverpool", "Liverpool", "", "mx", 2},
	{"walmart", "Walmart", "Walmart México", "mx", 0},
	{"vtex", "Vtex", "", "cl", 0},
	{"magento", "Magento", "", "cl", 0},
	{"shopify", "Shopify", "Tienda propia", "cl", 0},
	{"prestashop", "Prestashop", "", "cl", 0},
	{"wocommerce", "WooCommerce", "", "cl", 0},
	{"jumpseller", "Jumpseller", "", "cl", 0},
	{"bigcommerce", "BigCommerce", "", "mx", 0},
	{"apprecio", "Apprecio", "", "cl", 0},
	{"mercadito-azul", "Mercadito Azul", "", "cl", 0},
}
