package multivende

// expectation describes the answer of a read-only route.
type expectation struct {
	// list means that the members are those of each entry, catalogue that the list may also be a bare array.
	list, catalogue bool
	members         []member
	scope           string
	// spare marks a route without which a run works, only with less information.
	spare bool
}

// member is a member that the client reads. Bars separate alternative names, slashes a member from
// those within it.
type member struct {
	path string
	kind memberKind
}

type memberKind string

const (
	aText   memberKind = "text"
	aMoment memberKind = "a date"
	aHolder memberKind = "an object or an array"
)

const (
	scopeChannels  = "read:channels"
	scopeCheckouts = "read:checkouts"
	joins          = "DeliveryOrderInCheckouts|DeliveryOrdersInCheckouts"
)

// expectations are the read-only routes in the order in which a probe calls them.
var expectations = map[string]expectation{
	routeAppInfo:     {members: []member{{"_id", aText}, {"MerchantId", aText}}},
	routeConnections: {list: true, members: []member{{"_id", aText}, {"provider", aText}}, scope: scopeChannels},
	routeStatuses:    {list: true, catalogue: true, members: []member{{"_id", aText}, {"code", aText}}},
	routeAvailableLabels: {list: true, scope: scopeCheckouts, members: []member{
		{"_id", aText}, {joins + "|Checkout", aHolder},
	}},
	routeCheckoutsLight: {list: true, members: []member{{"_id", aText}, {"updatedAt", aMoment}}, scope: scopeCheckouts},
	routeCheckout: {scope: scopeCheckouts, members: []member{
		{"_id", aText}, {"paymentStatus", aText}, {"verificationStatus", aText},
		{joins + "|DeliveryOrders", aHolder}, {"CheckoutLink|CheckoutLinks", aHolder},
	}},
	routeDeliveryOrder: {scope: scopeCheckouts, members: []member{
		{"_id", aText}, {"shippingMode", aText}, {"DeliveryOrderStatusId|DeliveryOrderStatus/_id", aText},
	}},
	routeLabelTasks:     {list: true, members: []member{{"_id", aText}, {"processStatus", aText}}, scope: scopeCheckouts, spare: true},
	routeTask:           {members: []member{{"_id", aText}, {"processStatus", aText}}, scope: scopeCheckouts},
	routeWithError:      {list: true, members: []member{{"externalId", aText}, {"MarketplaceConnectionId|MarketplaceConnection/_id", aText}}, scope: scopeCheckouts, spare: true},
	routePickUpStatuses: {list: true, catalogue: true, members: []member{{"_id", aText}, {"code", aText}}, spare: true},
	routePickUpOrder:    {members: []member{{"_id", aText}}, scope: scopeCheckouts, spare: true},
}
