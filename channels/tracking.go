package channels

import (
	"fmt"
	"slices"
)

// trackingRow is for which orders of a channel the seller may write a tracking number and URL.
type trackingRow struct {
	modes   []string // squashed; empty: every shipping mode
	pickUps bool     // also for orders that are picked up
	// fulfillment is what the sale's own Channel must say, squashed; where a sale says none, modes decide.
	fulfillment string
}

// trackingRows are the channels that take a tracking from the seller (guide, "¿Cómo actualizar los
// estados de un despacho?").
var trackingRows = map[string]trackingRow{
	"mercadolibre": {modes: []string{"me1", "default", "custom", "notspecified"}},
	"vtex":         {pickUps: true},
	"dafiti":       {modes: []string{"dropshipping"}},
	"amazon":       {modes: []string{"mfn", "mfnstd"}, fulfillment: "mfn"},
	"liverpool":    {},
}

// Parcel is what decides whether a channel takes a tracking from the seller.
type Parcel struct {
	ShippingMode string
	Fulfillment  string // the channel's own word for who ships (Amazon's Channel: MFN, AFN); may be empty
	PickUp       bool
}

// TakesTracking says whether the channel takes a tracking number and URL from the seller for such an
// order, and if not, why in a sentence for people.
func (c Channel) TakesTracking(p Parcel) (ok bool, reason string) {
	row, found := trackingRows[c.Slug]
	told := row.fulfillment != "" && squash(p.Fulfillment) != ""
	switch {
	case !found:
		return false, fmt.Sprintf("%s takes no tracking number from the seller", c.Name)
	case p.PickUp && !row.pickUps:
		return false, fmt.Sprintf("%s takes no tracking number for an order that is picked up", c.Name)
	case p.PickUp:
		return true, ""
	case told && squash(p.Fulfillment) != row.fulfillment:
		return false, fmt.Sprintf("%s takes no tracking number from the seller for orders of its channel %q", c.Name, p.Fulfillment)
	case !told && len(row.modes) > 0 && !slices.Contains(row.modes, squash(p.ShippingMode)):
		return false, fmt.Sprintf("%s takes no tracking number from the seller for shipping mode %q", c.Name, p.ShippingMode)
	}
	return true, ""
}

// NeedsFulfillment says whether the sale's own word for who ships decides about its tracking.
func (c Channel) NeedsFulfillment() bool { return trackingRows[c.Slug].fulfillment != "" }
