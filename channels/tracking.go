package channels

import (
	"slices"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// trackingRow says for which orders of a channel the seller may report a tracking number and URL.
type trackingRow struct {
	modes   []string // squashed; empty for every shipping mode
	pickUps bool     // pick-up orders included
	// fulfillment is what the sale's own Channel must say, squashed; if the sale has none, modes
	// decide.
	fulfillment string
}

// trackingRows are the channels that accept tracking from the seller (guide, "¿Cómo actualizar los
// estados de un despacho?").
var trackingRows = map[string]trackingRow{
	"mercadolibre": {modes: []string{"me1", "default", "custom", "notspecified"}},
	"vtex":         {pickUps: true},
	"dafiti":       {modes: []string{"dropshipping"}},
	"amazon":       {modes: []string{"mfn", "mfnstd"}, fulfillment: "mfn"},
	"liverpool":    {},
}

// TrackedOrder is what decides whether a channel accepts tracking from the seller.
type TrackedOrder struct {
	ShippingMode string
	Fulfillment  string // the channel's own word for who ships (Amazon's Channel: MFN, AFN); may be empty
	PickUp       bool
}

// TakesTracking reports whether the channel accepts a tracking number and URL from the seller for
// such an order, and if not, why.
func (c Channel) TakesTracking(p TrackedOrder) (ok bool, reason contract.Reason) {
	row, found := trackingRows[c.Slug]
	told := row.fulfillment != "" && squash(p.Fulfillment) != ""
	switch {
	case !found:
		return false, wording.Reason(contract.WhyNoTrackingTaken, "channel", c.Name)
	case p.PickUp && !row.pickUps:
		return false, wording.Reason(contract.WhyNoTrackingOfPickUp, "channel", c.Name)
	case p.PickUp:
		return true, contract.Reason{}
	case told && squash(p.Fulfillment) != row.fulfillment:
		return false, wording.Reason(contract.WhyNoTrackingOfShipper, "channel", c.Name, "said", p.Fulfillment)
	case !told && len(row.modes) > 0 && !slices.Contains(row.modes, squash(p.ShippingMode)):
		return false, wording.Reason(contract.WhyNoTrackingOfMode, "channel", c.Name, "said", p.ShippingMode)
	}
	return true, contract.Reason{}
}

// NeedsFulfillment reports whether the sale's own word for who ships decides about its tracking.
func (c Channel) NeedsFulfillment() bool { return trackingRows[c.Slug].fulfillment != "" }
