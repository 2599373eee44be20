package activities

import (
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// sale is what the gate asks of an order's sale.
type sale struct {
	registered, cancelled bool
	payment, verification said
	// unread, where it has an outcome, is why the sale cannot be read at all.
	unread verdict
}

// said is a member of a sale: the hub's word, and what it says.
type said struct {
	word     string
	standing channels.Standing
}

// saleOf reads a sale's words, for everybody who asks about its payment, its verification or its end.
func saleOf(c multivende.Checkout, words channels.Table) sale {
	s := sale{
		registered:   true,
		payment:      said{c.PaymentStatus, words.PaymentOf(c.PaymentStatus)},
		verification: said{c.VerificationStatus, words.VerificationOf(c.VerificationStatus)},
	}
	s.cancelled = s.payment.standing == channels.Off || words.IsCancelled(c.Status) || words.IsCancelled(c.DeliveryStatus)
	return s
}

// good says whether nothing in the sale's words is against its label: it is paid and verified, or
// the hub leaves out to say so.
func (s sale) good() bool { return !s.cancelled && s.payment.quiet() && s.verification.quiet() }

func (m said) quiet() bool { return m.standing == channels.Good || m.standing == channels.Unsaid }

// without is the sale as it counts where its channel leaves out members: what no sale says holds none back.
func (s sale) without(payment, verification bool) sale {
	if payment && s.payment.standing == channels.Unsaid {
		s.payment.standing = channels.Good
	}
	if verification && s.verification.standing == channels.Unsaid {
		s.verification.standing = channels.Good
	}
	return s
}

// silent says which members none of some sales has, as where their channel sends none.
func silent(sales []sale) (payment, verification bool) {
	payment = lo.EveryBy(sales, func(s sale) bool { return s.payment.standing == channels.Unsaid })
	verification = lo.EveryBy(sales, func(s sale) bool { return s.verification.standing == channels.Unsaid })
	return payment, verification
}

// holds says why the sale holds an order's label back; empty when it does not. A word that nobody
// knows, or none, holds back no order that the hub itself lists as ready. Verified leaves the
// verification to the person who named the order. The remark tells of what was passed over.
func (s sale) holds(listed, verified bool) (reason, remark string) {
	var remarks []string
	for _, m := range []struct {
		member, good string
		said
		lifted bool
	}{
		{channels.Payment, "paid", s.payment, false},
		{channels.Verification, "verified", s.verification, verified},
	} {
		why := m.against(m.member, m.good)
		switch {
		case why == "":
		case m.lifted:
			remarks = append(remarks, why+"; its label was asked for all the same (not-verified)")
		case m.standing == channels.Strange && listed:
			remarks = append(remarks, why)
		case m.standing == channels.Unsaid && listed:
		default:
			return why, ""
		}
	}
	return "", strings.Join(remarks, "; ")
}

// against is what a member of a sale says against its label, in a sentence for people.
func (m said) against(member, good string) string {
	switch m.standing {
	case channels.Good:
		return ""
	case channels.Unsaid:
		return fmt.Sprintf("the hub does not say whether the sale is %s, as it does for other sales", good)
	case channels.Strange:
		return fmt.Sprintf("the sale's %s status is %.40q, which is not known; if that means %s: %.80s", member, m.word, good, channels.HowToAllow(member, m.word))
	}
	if strings.EqualFold(m.word, "pending") || m.word == "" {
		return fmt.Sprintf("the sale is not %s yet", good)
	}
	return fmt.Sprintf("the sale is not %s yet: the hub says %.40q", good, m.word)
}
