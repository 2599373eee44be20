package activities

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

var (
	good         = sale{registered: true, paid: true, verified: true}
	listed       = books.Order{Listed: true}
	label        = verdict{label: true}
	statusNeeded = verdict{status: true}
)

func TestTheGateGoesByTheInstallationsOverrides(t *testing.T) {
	t.Parallel()
	order := books.Order{Listed: true, ShippingMode: "despacho propio"}
	ripley := Connection{Channel: "ripley", Provider: "ripley", Country: "cl"}
	decided := func(c Connection) verdict { return decide(order, good, ReadOrdersInput{Scope: Scope{Connection: c}}) }
	assert.Equal(t, books.Unsupported, decided(ripley).outcome)
	assert.Equal(t, label, decided(ripley.under(map[string]string{"ripley/despacho propio": "listed"})))
	assert.Equal(t, books.Unsupported, decided(ripley.under(map[string]string{"paris/despacho propio": "listed"})).outcome, "of another channel")
}

func TestTheGateDecidesOnEachOrder(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		channel   string
		order     books.Order
		sale      sale
		warehouse string
		want      verdict
	}{
		"a listed order of a good sale can have its label":  {"paris", listed, good, "", label},
		"an order that no list shows is not ready":          {"paris", books.Order{}, good, "", verdict{outcome: books.NotReady}},
		"a sale that is not registered holds it back":       {"paris", listed, sale{}, "", verdict{outcome: books.HeldBack}},
		"so does one that is not paid":                      {"paris", listed, sale{registered: true, verified: true}, "", verdict{outcome: books.HeldBack}},
		"and one that is not verified":                      {"paris", listed, sale{registered: true, paid: true}, "", verdict{outcome: books.HeldBack}},
		"a cancelled sale ends it":                          {"paris", listed, sale{registered: true, cancelled: true}, "", verdict{outcome: books.Cancelled}},
		"a cancelled delivery ends it":                      {"paris", books.Order{Listed: true, HubStatus: channels.Cancelled}, good, "", verdict{outcome: books.Cancelled}},
		"a listed order that is shipped is rejected":        {"paris", books.Order{Listed: true, HubStatus: channels.Shipped}, good, "", verdict{outcome: books.Rejected}},
		"a named order that is delivered is rejected":       {"paris", books.Order{Named: true, HubStatus: channels.Delivered}, good, "", verdict{outcome: books.Rejected}},
		"a shipped one that nobody listed does not wait":    {"linio", books.Order{HubStatus: channels.Shipped}, good, "", verdict{gone: true}},
		"a mode without labels is unsupported":              {"mercadolibre", books.Order{Listed: true, ShippingMode: "fulfillment"}, good, "", verdict{outcome: books.Unsupported}},
		"also when the sale is not paid":                    {"mercadolibre", books.Order{Listed: true, ShippingMode: "fulfillment"}, sale{registered: true}, "", verdict{outcome: books.Unsupported}},
		"an order of the warehouse passes":                  {"paris", books.Order{Listed: true, WarehouseID: "w1"}, good, "w1", label},
		"one of another does not wait here":                 {"paris", books.Order{Listed: true, WarehouseID: "w2"}, good, "w1", verdict{gone: true, leftOut: books.OtherWarehouse}},
		"one without a warehouse neither":                   {"paris", books.Order{Listed: true}, good, "w1", verdict{gone: true, leftOut: books.NoWarehouse}},
		"one in this and another is held back":              {"paris", books.Order{Listed: true, Warehouses: []string{"w1", "w2"}}, good, "w1", verdict{outcome: books.HeldBack}},
		"one in two others does not wait here":              {"paris", books.Order{Listed: true, Warehouses: []string{"w2", "w3"}}, good, "w1", verdict{gone: true, leftOut: books.OtherWarehouse}},
		"one in several passes when it is named":            {"paris", books.Order{Named: true, Listed: true, Warehouses: []string{"w1", "w2"}}, good, "w1", label},
		"one in several passes in a run for all":            {"paris", books.Order{Listed: true, Warehouses: []string{"w1", "w2"}}, good, "", label},
		"one in several that is cancelled is cancelled":     {"paris", books.Order{Listed: true, HubStatus: channels.Cancelled, Warehouses: []string{"w1", "w2"}}, good, "w1", verdict{outcome: books.Cancelled}},
		"a named one of another is rejected":                {"paris", books.Order{Named: true, Listed: true, WarehouseID: "w2"}, good, "w1", verdict{outcome: books.Rejected}},
		"Linio wants its status first":                      {"linio", books.Order{HubStatus: channels.Pending}, good, "", statusNeeded},
		"also when a label is listed all the same":          {"linio", books.Order{Listed: true, HubStatus: channels.Pending}, good, "", statusNeeded},
		"a status that was set is verified first":           {"linio", books.Order{HubStatus: channels.ReadyToShip}, good, "", statusNeeded},
		"a listed order with its status can have its label": {"linio", books.Order{Listed: true, HubStatus: channels.ReadyToShip}, good, "", label},
		"a later status makes the first one needless":       {"walmart", books.Order{HubStatus: channels.ReadyToShip}, good, "", label},
		"no status is sent for a sale that is not paid":     {"linio", books.Order{}, sale{registered: true, verified: true}, "", verdict{outcome: books.HeldBack}},
		"an order of unknown status gets it":                {"linio", books.Order{}, good, "", statusNeeded},
		"Falabella wants no status first":                   {"fcom", listed, good, "", label},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := ReadOrdersInput{Scope: Scope{Connection: Connection{Channel: c.channel, Country: "cl"}}, Warehouse: c.warehouse}
			got := decide(c.order, c.sale, in)
			if got.outcome != "" {
				assert.NotEmpty(t, got.reason, "an outcome says why")
			}
			got.reason = ""
			assert.Equal(t, c.want, got)
		})
	}
}

func TestTheGateSaysWhatTheMerchantMustDoOnce(t *testing.T) {
	t.Parallel()
	got := decide(books.Order{}, good, ReadOrdersInput{Scope: Scope{Connection: Connection{Channel: "ripley"}}})
	assert.Contains(t, got.reason, "Generación de etiquetas para Mercado Ripley")
}

func TestASaleIsReadInTheHubsWords(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		checkout multivende.Checkout
		want     sale
	}{
		"paid and verified":         {multivende.Checkout{PaymentStatus: "completed", VerificationStatus: "verified"}, good},
		"in any case":               {multivende.Checkout{PaymentStatus: "COMPLETED", VerificationStatus: "Verified"}, good},
		"nothing said is not paid":  {multivende.Checkout{}, sale{registered: true}},
		"rejected is not paid":      {multivende.Checkout{PaymentStatus: "rejected", VerificationStatus: "verified"}, sale{registered: true, verified: true}},
		"cancelled":                 {multivende.Checkout{Status: "cancelled"}, sale{registered: true, cancelled: true}},
		"cancelled, American":       {multivende.Checkout{DeliveryStatus: "Canceled"}, sale{registered: true, cancelled: true}},
		"refunded is cancelled":     {multivende.Checkout{PaymentStatus: "refunded"}, sale{registered: true, cancelled: true}},
		"a cancelled payment too":   {multivende.Checkout{PaymentStatus: "cancelled"}, sale{registered: true, cancelled: true}},
		"a pending payment is none": {multivende.Checkout{PaymentStatus: "pending", VerificationStatus: "pending"}, sale{registered: true}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, saleOf(c.checkout))
		})
	}
}

func TestFinalWordsAreKnownInAnyCase(t *testing.T) {
	t.Parallel()
	for words, final := range map[string]bool{
		"The order status is Shipped":      true,
		"E063: invalid package":            true,
		`{"cause":"NOT_PRINTABLE_STATUS"}`: true,
		"Intenta de nuevo más tarde":       false,
		"":                                 false,
		"the label service of the marketplace does not respond": false,
	} {
		assert.Equal(t, final, finalWords(words), words)
	}
}

func TestTheStatusOfADeliveryOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		delivery multivende.DeliveryOrder
		want     channels.Status
	}{
		"the hub's code counts":                  {multivende.DeliveryOrder{StatusCode: "_delivery_order_status_handling_", DeliveryStatus: "cancelled"}, channels.Handling},
		"else the coarse word for cancelled":     {multivende.DeliveryOrder{DeliveryStatus: "Canceled"}, channels.Cancelled},
		"or for delivered":                       {multivende.DeliveryOrder{DeliveryStatus: "delivered"}, channels.Delivered},
		"pending and completed tell nothing":     {multivende.DeliveryOrder{DeliveryStatus: "completed"}, ""},
		"a code that nobody knows tells nothing": {multivende.DeliveryOrder{StatusCode: "_new_"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := statusOf(c.delivery)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.want != "", ok)
		})
	}
}
