package channels

import (
	"fmt"
	"slices"
)

// trackingModes holds the channels that take a tracking number and URL from the seller, with the
// shipping modes (squashed) for which they do; empty: every mode (guide, "¿Cómo actualizar los
// estados de un despacho?").
var trackingModes = map[string][]string{
	"mercadolibre": {"me1", "default", "custom", "notspecified"},
	"vtex":         {},
	"dafiti":       {"dropshipping"},
	"amazon":       {"mfn", "mfnstd"},
	"liverpool":    {},
}

// TakesTracking says whether the channel takes a tracking number and URL from the seller for this
// shipping mode, and if not, why in a sentence for people.
func (c Channel) TakesTracking(shippingMode string) (ok bool, reason string) {
	taken, found := trackingModes[c.Slug]
	switch {
	case !found:
		return false, fmt.Sprintf("%s takes no tracking number from the seller", c.Name)
	case len(taken) > 0 && !slices.Contains(taken, squash(shippingMode)):
		return false, fmt.Sprintf("%s takes no tracking number from the seller for shipping mode %q", c.Name, shippingMode)
	}
	return true, ""
}
