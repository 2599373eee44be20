package multivende

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const wholeCheckout = `{
 "_id": "c-1", "code": "C-1", "origin": "fcom", "status": "created", "verificationStatus": "verified", "paymentStatus": "completed",
 "deliveryStatus": "pending", "soldAt": "2026-11-20T09:00:00.000Z", "createdAt": "2026-11-20T09:01:00.000Z", "updatedAt": "2026-11-20T09:02:00.000Z",
 "net": "1000", "gross": 1190, "comment": "para Ana", "tags": "[\"a\"]", "isMultiwarehouse": "true", "courierName": "múltiple", "shippingMode": "multiple",
 "DeliveryTypeId": "t-1", "ClientId": "x", "Client": {"fullName": "Ana Pérez", "email": "ana@example.com", "phoneNumber": "+56912345678"},
 "CheckoutBillingClients": [{"taxId": "12.345.678-9"}],
 "CheckoutItems": [
   {"code": "SKU-1", "count": "3", "ProductVersion": {"code": "other", "Product": {"name": "Té de hojas"}}},
   {"code": null, "count": 1, "ProductVersion": {"code": "SKU-2", "internalCode": "i", "Product": {"name": "Café"}}}],
 "CheckoutLink": {"externalId": 991, "externalOrderNumber": "ON-1", "externalCustomerOrderNumber": "CON-1",
   "externalContent": "{\"PackageId\":\"PKG-1\",\"AddressShipping\":{\"FirstName\":\"Ana\"},\"OrderItems\":[{\"PackageId\":\"PKG-2\"},{\"PackageId\":\"PKG-1\"}]}",
   "MarketplaceConnection": {"_id": "con-1", "_name": "Falabella"}},
 "DeliveryOrderInCheckouts": [
   {"_id": "j-1", "DeliveryOrderId": "d-1", "CheckoutId": "c-1", "DeliveryOrder": {"_id": "d-1", "shippingMode": "Dropshipping", "DeliveryOrderStatusId": "s-9"},
    "DeliveryOrderInCheckoutItems": [{"ProductVersion": {"code": "SKU-1"}, "count": 3}]},
   {"DeliveryOrderId": "d-2", "DeliverOrder": {"shippingMode": "fulfillment"}},
   {"DeliveryOrderId": "d-2", "DeliveryOrder": null}, {"DeliveryOrder": null}, null],
 "PickUpOrders": [{"_id": "p-1", "code": "RT-1", "PickUpOrderStatus": {"code": "pick_up_order_status_pending"}}, {"_id": "p-2", "PickUpOrderStatusId": "s-2"}, {"code": "x"}, {"_id": "p-2"}]
}`

func checkoutOf(t *testing.T, body string) Checkout {
	t.Helper()
	hub := newHub(t, map[string]http.HandlerFunc{
		"/api/checkouts/c-1":           says(body),
		"/api/delivery-order-statuses": says(`{"entries":[{"_id":"s-9","code":"_delivery_order_status_pending_"}]}`),
	})
	checkout, err := hub.client(t).Checkout(t.Context(), "c-1")
	require.NoError(t, err)
	return checkout
}

func TestCheckoutInFull(t *testing.T) {
	t.Parallel()
	sold := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	sale := []CheckoutReference{{ID: "c-1", Code: "C-1", OrderNumber: "ON-1", ExternalIDs: []string{"991"}}}
	checkout := checkoutOf(t, wholeCheckout)
	assert.Equal(t, Checkout{
		ID: "c-1", Code: "C-1", Origin: "fcom", Status: "created", VerificationStatus: "verified", PaymentStatus: "completed",
		DeliveryStatus: "pending", SoldAt: sold, CreatedAt: sold.Add(time.Minute), UpdatedAt: sold.Add(2 * time.Minute),
		ConnectionID: "con-1", ExternalID: "991", OrderNumber: "ON-1", CustomerOrderNumber: "CON-1",
		PackageID: "PKG-2", PackageIDs: []string{"PKG-2", "PKG-1"},
		ShippingMode: "multiple", CourierName: "múltiple", MultiWarehouse: true, DeliveryTypeID: "t-1",
		Items: []CheckoutItem{{"SKU-1", "Té de hojas", 3}, {"SKU-2", "Café", 1}},
		DeliveryOrders: []DeliveryOrder{
			{ID: "d-1", ShippingMode: "Dropshipping", StatusID: "s-9", StatusCode: "_delivery_order_status_pending_", Checkouts: sale,
				Documents: []Document{}, LinkExternalIDs: []string{}, Items: []DeliveryItem{{SKU: "SKU-1", Quantity: 3}}},
			{ID: "d-2", ShippingMode: "fulfillment", Checkouts: sale, Documents: []Document{}, LinkExternalIDs: []string{}, Items: []DeliveryItem{}},
		},
		PickUpOrders: []PickUpOrder{
			{ID: "p-1", Code: "RT-1", StatusCode: "pick_up_order_status_pending", CheckoutIDs: []string{}},
			{ID: "p-2", StatusID: "s-2", CheckoutIDs: []string{}},
		},
	}, checkout)
	for _, personal := range []string{"Ana", "example.com", "912345678", "12.345.678"} {
		assert.NotContains(t, fmt.Sprintf("%+v", checkout), personal)
	}
}

func TestCheckoutNumbersInEveryShape(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		link                         string
		number, external, pack, ship string
		connection                   string
	}{
		"an object":                 {`"CheckoutLink":{"externalId":"e","externalOrderNumber":"n","MarketplaceConnectionId":"m"}`, "n", "e", "", "", "m"},
		"an array":                  {`"CheckoutLinks":[{"externalId":"e","externalOrderNumber":2000003508897546,"MarketplaceConnectionId":"m"}]`, "2000003508897546", "e", "", "", "m"},
		"both, one of them bare":    {`"CheckoutLink":{"externalId":"e"},"CheckoutLinks":[{"externalOrderNumber":"n"}]`, "n", "e", "", "", ""},
		"null":                      {`"CheckoutLink":null,"CheckoutLinks":null`, "", "", "", "", ""},
		"shipping in an object":     {`"CheckoutLink":{"externalContent":{"shipping":{"id":44012345678,"receiver_address":{"receiver_name":"x"}}}}`, "", "", "", "44012345678", ""},
		"shipping in a string":      {`"CheckoutLink":{"externalContent":"{\"shipping\":{\"id\":\"44\"}}"}`, "", "", "", "44", ""},
		"shipping in an array":      {`"CheckoutLink":{"externalContent":[{"id":1},{"shipping":{"id":44}}]}`, "", "", "", "44", ""},
		"a package":                 {`"CheckoutLink":{"externalContent":{"PackageId":"p"}}`, "", "", "p", "", ""},
		"a package in a list":       {`"CheckoutLink":{"externalContent":{"OrderItems":{"OrderItem":[{"PackageId":17}]}}}`, "", "", "17", "", ""},
		"a list of packages":        {`"CheckoutLink":{"externalContent":{"PackageId":["p","q"]}}`, "", "", "p", "", ""},
		"a package, lower case":     {`"CheckoutLink":{"externalContent":{"package_id":"p"}}`, "", "", "p", "", ""},
		"an empty package":          {`"CheckoutLink":{"externalContent":{"PackageId":"","x":{"PackageId":"p"}}}`, "", "", "p", "", ""},
		"content that is words":     {`"CheckoutLink":{"externalContent":"not JSON"}`, "", "", "", "", ""},
		"the sale's own connection": {`"MarketplaceConnectionId":"m"`, "", "", "", "", "m"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkout := checkoutOf(t, `{"_id":"c-1",`+test.link+`}`)
			assert.Equal(t, test.number, checkout.OrderNumber)
			assert.Equal(t, test.external, checkout.ExternalID)
			assert.Equal(t, test.pack, checkout.PackageID)
			assert.Equal(t, test.ship, checkout.ShippingID)
			assert.Equal(t, test.connection, checkout.ConnectionID)
		})
	}
}

func TestWhetherASaleIsVerifiedUnderEitherName(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		`"verificationStatus":"verified"`:                            "verified",
		`"verifyStatus":"verificado"`:                                "verificado",
		`"verificationStatus":null,"verifyStatus":"verificado"`:      "verificado",
		`"verificationStatus":"pending","verifyStatus":"verificado"`: "pending",
		`"paymentStatus":"completed"`:                                "",
	} {
		assert.Equal(t, want, checkoutOf(t, `{"_id":"c-1",`+members+`}`).VerificationStatus, members)
	}
}

func TestWhoShipsAnAmazonOrder(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		`"Channel":"MFN"`:            "MFN",
		`"fulfillmentChannel":"afn"`: "AFN",
		`"CheckoutLink":{"externalContent":"{\"FulfillmentChannel\":\"MFN\"}"}`:   "MFN",
		`"CheckoutLinks":[{"externalContent":{"Fulfillment":{"Channel":"AFN"}}}]`: "AFN",
		`"channel":"web","CheckoutLink":{"externalContent":{"channel":"app"}}`:    "",
		`"channel":{"_id":"1"}`: "",
	} {
		assert.Equal(t, want, checkoutOf(t, `{"_id":"c-1",`+members+`}`).Fulfillment, members)
	}
}

func TestCheckoutsThatAreNotRegistered(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{"/api/checkouts/c-1": answers(404, `{"message":"checkout not found"}`)})
	_, err := hub.client(t).Checkout(t.Context(), "c-1")
	assert.Equal(t, NotFound, ClassOf(err))
}

func TestCheckoutsWithDeliveriesInOtherPlaces(t *testing.T) {
	t.Parallel()
	for _, members := range []string{
		`"DeliveryOrdersInCheckouts":[{"DeliveryOrder":{"_id":"d-1"}}]`,
		`"DeliveryOrderInCheckouts":{"DeliveryOrder":{"_id":"d-1"}}`,
		`"DeliveryOrderInCheckouts":[{"DeliveryOrderId":"d-1"}]`,
		`"DeliveryOrders":[{"_id":"d-1"}]`,
	} {
		checkout := checkoutOf(t, `{"_id":"c-1",`+members+`,"PickUpOrders":null}`)
		require.Len(t, checkout.DeliveryOrders, 1, members)
		assert.Equal(t, "d-1", checkout.DeliveryOrders[0].ID)
		assert.Empty(t, checkout.PickUpOrders)
	}
}

func TestNamesOfProducts(t *testing.T) {
	t.Parallel()
	for item, want := range map[string]CheckoutItem{
		`{"code":"A","ProductVersion":{"Product":{"name":"Polera"}}}`:                                                         {"A", "Polera", 1},
		`{"code":"A","ProductVersion":{"Product":{"name":"Polera"},"Color":{"name":"Negro"},"Size":{"name":"L"}}}`:            {"A", "Polera, Negro, L", 1},
		`{"code":"A","ProductVersion":{"Product":{"name":"Polera"},"Color":null,"Size":{"name":"SIZES.Without.Name"}}}`:       {"A", "Polera", 1},
		`{"code":"A","ProductVersion":{"Product":[{"name":" Polera "}],"Color":"Negro","Size":[]}}`:                           {"A", "Polera", 1},
		`{"code":"A","ProductVersion":"{\"Product\":{\"name\":\"Polera\"}}"}`:                                                 {"A", "Polera", 1},
		`{"code":"A","ProductVersion":{"Size":{"name":"L"}}}`:                                                                 {"A", "", 1},
		`{"code":null,"count":2,"ProductVersion":{"code":null,"Product":{"name":"Polera"}}}`:                                  {"", "Polera", 2},
		`{"code":"A","name":"para Ana","comment":"para Ana","ProductVersion":{"name":"Ana","Product":{"description":"Ana"}}}`: {"A", "", 1},
	} {
		assert.Equal(t, []CheckoutItem{want}, checkoutOf(t, `{"_id":"c-1","CheckoutItems":[`+item+`]}`).Items, item)
	}
}

func TestADeliveryIsNamedByTheLinesOfItsSale(t *testing.T) {
	t.Parallel()
	checkout := checkoutOf(t, `{"_id":"c-1","CheckoutItems":[
		{"_id":"i-1","code":"A","ProductVersion":{"Product":{"name":"Polera"}}},
		{"_id":"i-2","code":null,"ProductVersion":{"Product":{"name":"Cinta"}}},
		{"code":"C","ProductVersion":{"Product":{"name":"nobody's"}}}],
		"DeliveryOrderInCheckouts":[{"DeliveryOrderId":"d-1","DeliveryOrderInCheckoutItems":[
		{"CheckoutItemId":"i-1","ProductVersion":{"code":"A"}}, {"CheckoutItemId":"i-2","count":2,"ProductVersion":{"code":null}},
		{"CheckoutItemId":"unknown","ProductVersion":{"code":"X"}}, {"ProductVersion":{"code":"Y"}}]}]}`)
	assert.Equal(t, []DeliveryItem{{SKU: "A", Name: "Polera", Quantity: 1}, {Name: "Cinta", Quantity: 2}, {SKU: "X", Quantity: 1}, {SKU: "Y", Quantity: 1}}, checkout.DeliveryOrders[0].Items)
}
