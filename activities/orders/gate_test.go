package orders

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
)

var (
	good         = soldAs("completed", "verified")
	listed       = books.Order{Listed: true}
	label        = verdict{label: true}
	statusNeeded = verdict{status: true}
)

// soldAs is a registered sale with these words.
func soldAs(payment, verification string) Sale {
	return SaleOf(multivende.Checkout{PaymentStatus: payment, VerificationStatus: verification}, channels.Table{})
}

func TestTheGateGoesByTheInstallationsOverrides(t *testing.T) {
	t.Parallel()
	order := books.Order{Listed: true, ShippingMode: "despacho propio"}
	ripley := activities.Connection{Channel: "ripley", Provider: "ripley", Country: "cl"}
	decided := func(c activities.Connection) verdict {
		return DecideAtGate(order, good, ReadOrdersInput{Scope: activities.Scope{Connection: c}})
	}
	assert.Equal(t, contract.Unsupported, decided(ripley).Outcome)
	assert.Equal(t, label, decided(activities.ConnectionsUnder([]activities.Connection{ripley}, map[string]string{"ripley/despacho propio": "listed"})[0]))
	assert.Equal(t, contract.Unsupported, decided(activities.ConnectionsUnder([]activities.Connection{ripley}, map[string]string{"paris/despacho propio": "listed"})[0]).Outcome, "of another channel")
}

func TestTheGateDecidesOnEachOrder(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		channel   string
		order     books.Order
		sale      Sale
		warehouse string
		want      verdict
	}{
		"a listed order of a good sale can have its label":    {"paris", listed, good, "", label},
		"an order that no list shows is not ready":            {"paris", books.Order{}, good, "", verdict{Outcome: contract.NotReady}},
		"a sale that is not registered holds it back":         {"paris", listed, Sale{}, "", verdict{Outcome: contract.HeldBack}},
		"an id that cannot be used ends it":                   {"paris", books.Order{ID: "..", Listed: true}, good, "", verdict{Outcome: contract.Rejected}},
		"one of its sale holds it back":                       {"paris", books.Order{ID: "a b", CheckoutID: "a/../b", Listed: true}, Sale{}, "", verdict{Outcome: contract.HeldBack}},
		"so does one that is not paid":                        {"paris", listed, soldAs("pending", "verified"), "", verdict{Outcome: contract.HeldBack}},
		"and one that is not verified":                        {"paris", listed, soldAs("completed", "pending"), "", verdict{Outcome: contract.HeldBack}},
		"a cancelled sale ends it":                            {"paris", listed, Sale{registered: true, Cancelled: true}, "", verdict{Outcome: contract.Cancelled}},
		"a cancelled delivery ends it":                        {"paris", books.Order{Listed: true, HubStatus: channels.Cancelled}, good, "", verdict{Outcome: contract.Cancelled}},
		"a listed order that is shipped is rejected":          {"paris", books.Order{Listed: true, HubStatus: channels.Shipped}, good, "", verdict{Outcome: contract.Rejected}},
		"a named order that is delivered is rejected":         {"paris", books.Order{Named: true, HubStatus: channels.Delivered}, good, "", verdict{Outcome: contract.Rejected}},
		"a shipped one that nobody listed does not wait":      {"linio", books.Order{HubStatus: channels.Shipped}, good, "", verdict{gone: true}},
		"a mode without labels is unsupported":                {"mercadolibre", books.Order{Listed: true, ShippingMode: "fulfillment"}, good, "", verdict{Outcome: contract.Unsupported}},
		"also when the sale is not paid":                      {"mercadolibre", books.Order{Listed: true, ShippingMode: "fulfillment"}, Sale{registered: true}, "", verdict{Outcome: contract.Unsupported}},
		"an order of the warehouse passes":                    {"paris", books.Order{Listed: true, WarehouseID: "w1"}, good, "w1", label},
		"one of another does not wait here":                   {"paris", books.Order{Listed: true, WarehouseID: "w2"}, good, "w1", verdict{gone: true, leftOut: contract.OtherWarehouse}},
		"one without a warehouse neither":                     {"paris", books.Order{Listed: true}, good, "w1", verdict{gone: true, leftOut: contract.NoWarehouse}},
		"one in this and another is held back":                {"paris", books.Order{Listed: true, Warehouses: []string{"w1", "w2"}}, good, "w1", verdict{Outcome: contract.HeldBack}},
		"one in two others does not wait here":                {"paris", books.Order{Listed: true, Warehouses: []string{"w2", "w3"}}, good, "w1", verdict{gone: true, leftOut: contract.OtherWarehouse}},
		"one in several passes when it is named":              {"paris", books.Order{Named: true, Listed: true, Warehouses: []string{"w1", "w2"}}, good, "w1", label},
		"one in several passes in a run for all":              {"paris", books.Order{Listed: true, Warehouses: []string{"w1", "w2"}}, good, "", label},
		"one in several that is cancelled is cancelled":       {"paris", books.Order{Listed: true, HubStatus: channels.Cancelled, Warehouses: []string{"w1", "w2"}}, good, "w1", verdict{Outcome: contract.Cancelled}},
		"a named one of another is rejected":                  {"paris", books.Order{Named: true, Listed: true, WarehouseID: "w2"}, good, "w1", verdict{Outcome: contract.Rejected}},
		"Linio wants its status first":                        {"linio", books.Order{HubStatus: channels.Pending}, good, "", statusNeeded},
		"also when a label is listed all the same":            {"linio", books.Order{Listed: true, HubStatus: channels.Pending}, good, "", statusNeeded},
		"a status that was set is verified first":             {"linio", books.Order{HubStatus: channels.ReadyToShip}, good, "", statusNeeded},
		"a listed order with its status can have its label":   {"linio", books.Order{Listed: true, HubStatus: channels.ReadyToShip}, good, "", label},
		"a later status makes the first one needless":         {"walmart", books.Order{HubStatus: channels.ReadyToShip}, good, "", label},
		"a word that nobody knows holds back no listed order": {"paris", listed, soldAs("verde", "azul"), "", label},
		"one that no list shows waits for the word":           {"linio", books.Order{}, soldAs("verde", "verified"), "", verdict{Outcome: contract.HeldBack}},
		"a word that says no holds back what is listed":       {"paris", listed, soldAs("pagado", "por verificar"), "", verdict{Outcome: contract.HeldBack}},
		"a sale that says nothing holds back no listed order": {"paris", listed, soldAs("", ""), "", label},
		"one that no list shows waits for what others say":    {"linio", books.Order{}, soldAs("", "verified"), "", verdict{Outcome: contract.HeldBack}},
		"unless its channel never says it":                    {"linio", books.Order{}, soldAs("", "").Without(true, true), "", statusNeeded},
		"Spanish words are as good":                           {"linio", books.Order{}, soldAs("completado", "verificado"), "", statusNeeded},
		"no status is sent for a sale that is not paid":       {"linio", books.Order{}, soldAs("pending", "verified"), "", verdict{Outcome: contract.HeldBack}},
		"an order of unknown status gets it":                  {"linio", books.Order{}, good, "", statusNeeded},
		"Falabella wants no status first":                     {"fcom", listed, good, "", label},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := ReadOrdersInput{Scope: activities.Scope{Connection: activities.Connection{Channel: c.channel, Country: "cl"}}, Warehouse: c.warehouse}
			got := DecideAtGate(c.order, c.sale, in)
			if got.Outcome != "" {
				assert.NotEmpty(t, got.Reason.Words, "an outcome says why")
			}
			got.Reason, got.remark = contract.Reason{}, contract.Reason{}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestTheGateSaysOfWhatAnIDCannotBeUsed(t *testing.T) {
	t.Parallel()
	in := ReadOrdersInput{Scope: activities.Scope{Connection: activities.Connection{Channel: "paris", Country: "cl"}}}
	assert.Contains(t, DecideAtGate(books.Order{ID: "..", Listed: true}, good, in).Reason.Words, "its order cannot be used")
	assert.Contains(t, DecideAtGate(books.Order{ID: "a", CheckoutID: "a/../b", Listed: true}, Sale{}, in).Reason.Words, "its sale cannot be used")
}

func TestTheGateSaysWhatItPassedOver(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		order          books.Order
		sale           Sale
		notVerified    bool
		reason, remark string
	}{
		"a strange payment, not listed": {books.Order{}, soldAs("verde", "verified"), false,
			`the sale's payment status is "verde", which is not known; if that means paid: DESPACHO_CHANNELS=payment/verde=good`, ""},
		"a strange payment, listed": {listed, soldAs("verde", "verified"), false, "",
			`the sale's payment status is "verde", which is not known; if that means paid: DESPACHO_CHANNELS=payment/verde=good`},
		"a strange verification, not listed": {books.Order{}, soldAs("paid", "azul"), false,
			`the sale's verification status is "azul", which is not known; if that means verified: DESPACHO_CHANNELS=verification/azul=good`, ""},
		"pending is told plainly":             {listed, soldAs("completed", "pending"), false, "the sale is not verified yet", ""},
		"another word is quoted":              {listed, soldAs("rechazado", "verified"), false, `the sale is not paid yet: the hub says "rechazado"`, ""},
		"a payment that others tell of":       {books.Order{}, soldAs("", "verified"), false, "the hub does not say whether the sale is paid, although it does for other sales", ""},
		"a person lifts the verification":     {books.Order{Named: true}, soldAs("paid", "pending"), true, "", "the sale is not verified yet; its label was asked for anyway (not-verified)"},
		"of orders that are named alone":      {listed, soldAs("paid", "pending"), true, "the sale is not verified yet", ""},
		"and of nothing but the verification": {books.Order{Named: true}, soldAs("pending", "pending"), true, "the sale is not paid yet", ""},
		"nothing to be said of a good sale":   {books.Order{Named: true}, good, true, "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := ReadOrdersInput{Scope: activities.Scope{Connection: activities.Connection{Channel: "linio"}}, NotVerified: c.notVerified}
			got := DecideAtGate(c.order, c.sale, in)
			assert.Equal(t, c.reason, got.Reason.Words)
			assert.Equal(t, c.remark, got.remark.Words)
			assert.LessOrEqual(t, len(c.reason), 200, "people read all of it")
		})
	}
}

func TestTheGateSaysWhatTheMerchantMustDoOnce(t *testing.T) {
	t.Parallel()
	got := DecideAtGate(books.Order{}, good, ReadOrdersInput{Scope: activities.Scope{Connection: activities.Connection{Channel: "ripley"}}})
	assert.Contains(t, got.Reason.Words, "Generación de etiquetas para Mercado Ripley")
}

func TestASaleIsReadInTheHubsWords(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		checkout        multivende.Checkout
		good, cancelled bool
	}{
		"paid and verified":               {multivende.Checkout{PaymentStatus: "completed", VerificationStatus: "verified"}, true, false},
		"in any case":                     {multivende.Checkout{PaymentStatus: "COMPLETED", VerificationStatus: "Verified"}, true, false},
		"in Spanish":                      {multivende.Checkout{PaymentStatus: "completado", VerificationStatus: "verificado"}, true, false},
		"nothing said is nothing against": {multivende.Checkout{}, true, false},
		"rejected is not good":            {multivende.Checkout{PaymentStatus: "rejected", VerificationStatus: "verified"}, false, false},
		"nor is a word that nobody knows": {multivende.Checkout{PaymentStatus: "verde", VerificationStatus: "verified"}, false, false},
		"cancelled":                       {multivende.Checkout{Status: "cancelled"}, false, true},
		"cancelled, American":             {multivende.Checkout{DeliveryStatus: "Canceled"}, false, true},
		"cancelled, Spanish":              {multivende.Checkout{Status: "Anulada"}, false, true},
		"refunded is cancelled":           {multivende.Checkout{PaymentStatus: "refunded"}, false, true},
		"so is reembolsado":               {multivende.Checkout{PaymentStatus: "Reembolsado"}, false, true},
		"a cancelled payment too":         {multivende.Checkout{PaymentStatus: "cancelled"}, false, true},
		"a pending payment is none":       {multivende.Checkout{PaymentStatus: "pending", VerificationStatus: "pending"}, false, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := SaleOf(c.checkout, channels.Table{})
			assert.Equal(t, c.good, got.Good())
			assert.Equal(t, c.cancelled, got.Cancelled)
		})
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
			got, ok := StatusOf(c.delivery)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.want != "", ok)
		})
	}
}
