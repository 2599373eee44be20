package orders

import (
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// Sale is what the gate asks of an order's sale.
type Sale struct {
	registered, Cancelled bool
	payment, verification saleWord
	// unread, where it has an outcome, is why the sale cannot be read at all.
	unread verdict
}

// saleWord is a member of a sale: the hub's word, and what it says.
type saleWord struct {
	word     string
	standing channels.Standing
}

// SaleOf reads a sale's words, for everybody who asks about its payment, its verification or its end.
func SaleOf(c multivende.Checkout, words channels.Table) Sale {
	s := Sale{
		registered:   true,
		payment:      saleWord{c.PaymentStatus, words.PaymentOf(c.PaymentStatus)},
		verification: saleWord{c.VerificationStatus, words.VerificationOf(c.VerificationStatus)},
	}
	s.Cancelled = s.payment.standing == channels.StandingCancelled || words.IsCancelled(c.Status) || words.IsCancelled(c.DeliveryStatus)
	return s
}

// Good says whether nothing in the sale's words is against its label: it is paid and verified, or
// the hub leaves out to say so.
func (s Sale) Good() bool { return !s.Cancelled && s.payment.quiet() && s.verification.quiet() }

func (m saleWord) quiet() bool {
	return m.standing == channels.StandingGood || m.standing == channels.StandingMissing
}

// Without is the sale as it counts where its channel leaves out members: what no sale says holds none back.
func (s Sale) Without(payment, verification bool) Sale {
	if payment && s.payment.standing == channels.StandingMissing {
		s.payment.standing = channels.StandingGood
	}
	if verification && s.verification.standing == channels.StandingMissing {
		s.verification.standing = channels.StandingGood
	}
	return s
}

// membersUnsaid says which members none of some sales has, as where their channel sends none.
func membersUnsaid(sales []Sale) (payment, verification bool) {
	payment = lo.EveryBy(sales, func(s Sale) bool { return s.payment.standing == channels.StandingMissing })
	verification = lo.EveryBy(sales, func(s Sale) bool { return s.verification.standing == channels.StandingMissing })
	return payment, verification
}

// holds says why the sale holds an order's label back; empty when it does not. A word that nobody
// knows, or none, holds back no order that the hub itself lists as ready. Verified leaves the
// verification to the person who named the order. The remark tells of what was passed over.
func (s Sale) holds(listed, verified bool) (reason, remark contract.Reason) {
	for _, m := range []struct {
		codes memberCodes
		saleWord
		lifted bool
	}{
		{paymentCodes, s.payment, false},
		{verificationCodes, s.verification, verified},
	} {
		why := m.against(m.codes)
		switch {
		case why.Words == "":
		case m.lifted:
			remark = wording.Join(remark, why, wording.Reason(contract.WhyAskedAnyway))
		case m.standing == channels.StandingUnknown && listed:
			remark = wording.Join(remark, why)
		case m.standing == channels.StandingMissing && listed:
		default:
			return why, contract.Reason{}
		}
	}
	return contract.Reason{}, remark
}

// memberCodes are the reasons that a member of a sale gives against its label.
type memberCodes struct {
	member                        string
	open, saying, unsaid, unknown contract.ReasonCode
}

var (
	paymentCodes = memberCodes{
		channels.Payment, contract.WhyNotPaid, contract.WhyNotPaidSaying, contract.WhyPaymentUnsaid, contract.WhyPaymentUnknown,
	}
	verificationCodes = memberCodes{
		channels.Verification, contract.WhyNotVerified, contract.WhyNotVerifiedSaying, contract.WhyVerificationUnsaid, contract.WhyVerificationUnknown,
	}
)

// against is what a member of a sale says against its label.
func (m saleWord) against(codes memberCodes) contract.Reason {
	switch m.standing {
	case channels.StandingGood:
		return contract.Reason{}
	case channels.StandingMissing:
		return wording.Reason(codes.unsaid)
	case channels.StandingUnknown:
		return wording.Reason(codes.unknown, "said", m.word, "setting", channels.SettingThatAllows(codes.member, m.word))
	case channels.StandingOpen, channels.StandingCancelled:
	}
	if strings.EqualFold(m.word, "pending") || m.word == "" {
		return wording.Reason(codes.open)
	}
	return wording.Reason(codes.saying, "said", m.word)
}
