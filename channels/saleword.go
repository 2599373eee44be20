package channels

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/samber/lo"
	"golang.org/x/text/unicode/norm"
)

// Standing is what a word of a sale says about its payment, its verification or the sale itself.
type Standing string

// The meanings of such a word.
const (
	StandingGood      Standing = "good"    // paid; verified
	StandingOpen      Standing = "open"    // not yet, or refused
	StandingCancelled Standing = "off"     // cancelled, or the money went back
	StandingMissing   Standing = "unsaid"  // the hub has no word
	StandingUnknown   Standing = "strange" // an unknown word
)

// The members of a sale whose words are understood, by the names that overrides use.
const (
	Payment      = "payment"
	Verification = "verification"
	SaleStatus   = "sale"
)

// saleWords are the words of each member, squashed: the guide's (created, completed, verified,
// "completado", "verificado") and those that marketplaces and payment services write in English,
// Spanish and Portuguese.
var saleWords = map[string]map[Standing][]string{
	Payment: {
		StandingGood: {
			"completed", "complete", "paid", "paymentcompleted", "fullypaid", "approved", "accredited", "captured", "settled", "succeeded", "success", "confirmed", "verified", "authorizedandcaptured", "true", "yes", "si", "sim",
			"completado", "completada", "completo", "completa", "pagado", "pagada", "aprobado", "aprobada", "acreditado", "acreditada", "confirmado", "confirmada", "verificado", "verificada", "exitoso", "exitosa", "realizado", "realizada", "pagorealizado", "pagoaprobado", "pagocompletado", "pagoconfirmado",
			"concluido", "concluida", "pago", "paga", "aprovado", "aprovada", "creditado", "creditada", "pagamentoaprovado", "pagamentoconfirmado", "liquidado",
		},
		StandingOpen: {
			"pending", "pendingpayment", "unpaid", "notpaid", "inprocess", "processing", "inmediation", "authorized", "partial", "partiallypaid", "waiting", "awaitingpayment", "new", "created", "rejected", "declined", "failed", "denied", "onhold", "inreview", "underreview", "expired", "false", "no", "nao",
			"pendiente", "pendientedepago", "pagopendiente", "porpagar", "nopagado", "nopagada", "sinpagar", "impago", "impaga", "enproceso", "procesando", "enrevision", "autorizado", "autorizada", "parcial", "rechazado", "rechazada", "fallido", "fallida", "denegado", "denegada", "creado", "enespera", "noaprobado", "expirado", "expirada", "vencido", "vencida",
			"pendente", "aguardandopagamento", "naopago", "emprocessamento", "emanalise", "emprocesso", "rejeitado", "rejeitada", "recusado", "recusada", "negado", "falhou",
		},
		StandingCancelled: append([]string{
			"refunded", "fullyrefunded", "chargedback", "chargeback", "reversed", "voided",
			"reembolsado", "reembolsada", "devuelto", "devuelta", "contracargo", "reversado", "reversada", "revertido",
			"estornado", "estornada", "devolvido", "devolvida",
		}, cancelWords...),
	},
	Verification: {
		StandingGood: {
			"verified", "validated", "confirmed", "approved", "checked", "completed", "valid", "ok", "true", "yes", "si", "sim",
			"verificado", "verificada", "validado", "validada", "confirmado", "confirmada", "aprobado", "aprobada", "completado", "completada", "valido", "valida",
			"aprovado", "aprovada", "concluido", "concluida",
		},
		StandingOpen: append([]string{
			"pending", "unverified", "notverified", "inprocess", "processing", "inreview", "underreview", "rejected", "failed", "created", "waiting", "toverify", "false", "no", "nao",
			"pendiente", "porverificar", "pendientedeverificacion", "noverificado", "noverificada", "sinverificar", "enproceso", "enrevision", "porvalidar", "porconfirmar", "rechazado", "rechazada",
			"pendente", "naoverificado", "naoverificada", "averificar", "emanalise", "emprocessamento", "rejeitado", "recusado",
		}, cancelWords...),
	},
	// Any other word about the sale itself, or about its deliveries as a whole, decides nothing.
	SaleStatus: {StandingCancelled: cancelWords},
}

// cancelWords say that something is cancelled for good. A sale of which only the verification is
// cancelled is simply not verified.
var cancelWords = []string{
	"cancelled", "canceled", "cancel", "annulled", "void",
	"cancelado", "cancelada", "anulado", "anulada", "cancelacion", "cancelacionconfirmada",
}

// PaymentOf says what a sale's paymentStatus means, in any spelling: case, accents, spaces, hyphens
// and underscores are ignored.
func (t Table) PaymentOf(word string) Standing { return t.standing(Payment, word) }

// VerificationOf says what a sale's verificationStatus means; see PaymentOf.
func (t Table) VerificationOf(word string) Standing { return t.standing(Verification, word) }

// IsCancelled reports whether a word of a sale's status or deliveryStatus means that it is
// cancelled.
func (t Table) IsCancelled(word string) bool {
	return t.standing(SaleStatus, word) == StandingCancelled
}

// deliveredWords say that an order has reached its buyer, squashed.
var deliveredWords = []string{"delivered", "entregado", "entregada", "entregue"}

// ParseDeliveryWord says how a delivery order has ended, from its coarse deliveryStatus: Cancelled or
// Delivered. Any other word says nothing about that.
func ParseDeliveryWord(word string) (Status, bool) {
	switch {
	case standard.IsCancelled(word):
		return Cancelled, true
	case slices.Contains(deliveredWords, squash(word)):
		return Delivered, true
	}
	return "", false
}

func (t Table) standing(member, word string) Standing {
	squashed := squash(word)
	if squashed == "" || squashed == null {
		return StandingMissing
	}
	if settled, found := t.words[modeKey{member, squashed}]; found {
		return settled
	}
	if standing := ownStanding(member, squashed); standing != StandingUnknown || member == SaleStatus {
		return standing
	}
	return phraseStanding(member, word)
}

// ownStanding is what the table itself says about a squashed word.
func ownStanding(member, squashed string) Standing {
	for standing, words := range saleWords[member] {
		if slices.Contains(words, squashed) {
			return standing
		}
	}
	return StandingUnknown
}

// fillers are words that mean nothing in a phrase about a payment or a verification; negations
// reverse the others, so that the phrase is not known.
var (
	fillers   = []string{"payment", "pago", "pagamento", "sale", "venta", "venda", "order", "orden", "pedido", "status", "estado", "de", "del", "do", "la", "el", "the"}
	negations = []string{"no", "not", "non", "nao", "sin", "sem", "without", "never", "nunca", "false"}
)

// phraseStanding is what all words of a phrase say; Strange if one is unknown or they disagree.
func phraseStanding(member, phrase string) Standing {
	words := strings.FieldsFunc(norm.NFD.String(phrase), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
	})
	telling := lo.Without(lo.Map(words, func(word string, _ int) string { return squash(word) }), fillers...)
	standings := lo.Uniq(lo.Map(telling, func(word string, _ int) Standing { return ownStanding(member, word) }))
	if len(standings) != 1 || lo.Some(telling, negations) {
		return StandingUnknown
	}
	return standings[0]
}

// SettingThatAllows is the setting that makes a word of a member count as good.
func SettingThatAllows(member, word string) string {
	return fmt.Sprintf("DESPACHO_CHANNELS=%s/%s=good", member, strings.TrimSpace(word))
}

func parseStanding(value string) (Standing, error) {
	standing := Standing(squash(value))
	if !slices.Contains([]Standing{StandingGood, StandingOpen, StandingCancelled}, standing) {
		return "", fmt.Errorf("must be %s, %s or %s", StandingGood, StandingOpen, StandingCancelled)
	}
	return standing, nil
}

// statedStanding reports whether the table itself knows what a word of a member means.
func statedStanding(member, word string) (Standing, bool) {
	standing := ownStanding(member, squash(word))
	return standing, standing != StandingUnknown
}
