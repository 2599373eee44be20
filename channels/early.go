package channels

import (
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// MakesEarly reports whether labels of this channel may be made minutes after the sale, and if not,
// why: an order that is then cancelled, or has no stock, is hard to undo.
func (c Channel) MakesEarly() (ok bool, reason contract.Reason) {
	switch {
	case c.BlocksCancellation:
		return false, wording.Reason(contract.WhyBindsOnceAsked, "channel", c.Name)
	case c.StatusFirst != "":
		return false, wording.Reason(contract.WhyReportedFirst, "channel", c.Name, "status", string(c.StatusFirst))
	}
	return true, contract.Reason{}
}
