package contract

import (
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
)

// Search attributes of despacho's workflows; `starter setup` registers them.
// Adding one later breaks the replay of open runs. Nothing personal goes in.
var (
	MerchantAttribute   = temporal.NewSearchAttributeKeyKeyword("DespachoMerchant")
	ConnectionAttribute = temporal.NewSearchAttributeKeyKeyword("DespachoConnection")
	ChannelAttribute    = temporal.NewSearchAttributeKeyKeyword("DespachoChannel")
	RunAttribute        = temporal.NewSearchAttributeKeyKeyword("DespachoRun")
	StateAttribute      = temporal.NewSearchAttributeKeyKeyword("DespachoState")
	EventAttribute      = temporal.NewSearchAttributeKeyKeyword("DespachoEvent")
	RequestedAttribute  = temporal.NewSearchAttributeKeyInt64("DespachoRequested")
	FailedAttribute     = temporal.NewSearchAttributeKeyInt64("DespachoFailed")
)

// SearchAttributes lists the search attributes by name and type, for registration.
func SearchAttributes() map[string]enums.IndexedValueType {
	attributes := map[string]enums.IndexedValueType{}
	for _, key := range []temporal.SearchAttributeKey{
		MerchantAttribute, ConnectionAttribute, ChannelAttribute, RunAttribute, StateAttribute,
		EventAttribute, RequestedAttribute, FailedAttribute,
	} {
		attributes[key.GetName()] = key.GetValueType()
	}
	return attributes
}
