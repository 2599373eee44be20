package channels

import "fmt"

// MakesEarly says whether labels of this channel may be made minutes after the sale, and if not, why
// in a sentence for people: an order that is cancelled, or has no stock, is then hard to undo.
func (c Channel) MakesEarly() (ok bool, reason string) {
	switch {
	case c.BlocksCancellation:
		return false, fmt.Sprintf("%s: asking for the label blocks cancellation by buyer and seller; make labels once there is stock", c.Name)
	case c.StatusFirst != "":
		return false, fmt.Sprintf("%s: every order has to be reported as %s before its label, which tells the buyer that it is being shipped; make labels once there is stock", c.Name, c.StatusFirst)
	}
	return true, ""
}
