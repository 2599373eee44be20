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

// What such a word says.
const (
	Good    Standing = "good"    // paid; verified
	Open    Standing = "open"    // not yet, or refused
	Off     Standing = "off"     // cancelled, or the money went back
	Unsaid  Standing = "unsaid"  // the hub says nothing
	Strange Standing = "strange" // a word that nobody knows
)

// The members of a sale whose words are read, as overrides name them.
const (
	Payment      = "payment"
	Verification = "verification"
	SaleStatus   = "sale"
)

// saleWords are the words of each member, squashed: the guide's (created, completed, verified,
// "completado", "verificado"), and what marketplaces and payment services write in English, Spanish
// and Portuguese.
var saleWords = map[string]map[Standing][]string{
	Payment: {
		Good: {
			"completed", "complete", "paid", "paymentcompleted", "fullypaid", "approved", "accredited", "captured", "settled", "succeeded", "success", "confirmed", "verified", "authorizedandcaptured", "true", "yes", "si", "sim",
			"completado", "completada", "completo", "completa", "pagado", "pagada", "aprobado", "aprobada", "acreditado", "acreditada", "confirmado", "confirmada", "verificado", "verificada", "exitoso", "exitosa", "realizado", "realizada", "pagorealizado", "pagoaprobado", "pagocompletado", "pagoconfirmado",
			"concluido", "concluida", "pago", "paga", "aprovado", "aprovada", "creditado", "creditada", "pagamentoaprovado", "pagamentoconfirmado", "liquidado",
		},
		Open: {
			"pending", "pendingpayment", "unpaid", "notpaid", "inprocess", "processing", "inmediation", "authorized", "partial", "partiallypaid", "waiting", "awaitingpayment", "new", "created", "rejected", "declined", "failed", "denied", "onhold", "inreview", "underreview", "expired", "false", "no", "nao",
			"pendiente", "pendientedepago", "pagopendiente", "porpagar", "nopagado", "nopagada", "sinpagar", "impago", "impaga", "enproceso", "procesando", "enrevision", "autorizado", "autorizada", "parcial", "rechazado", "rechazada", "fallido", "fallida", "denegado", "denegada", "creado", "enespera", "noaprobado", "expirado", "expirada", "vencido", "vencida",
			"pendente", "aguardandopagamento", "naopago", "emprocessamento", "emanalise", "emprocesso", "rejeitado", "rejeitada", "recusado", "recusada", "negado", "falhou",
		},
		Off: append([]string{
			"refunded", "fullyrefunded", "chargedback", "chargeback", "reversed", "voided",
			"reembolsado", "reembolsada", "devuelto", "devuelta", "contracargo", "reversado", "reversada", "revertido",
			"estornado", "estornada", "devolvido", "devolvida",
		}, cancelWords...),
	},
	Verification: {
		Good: {
			"verified", "validated", "confirmed", "approved", "checked", "completed", "valid", "ok", "true", "yes", "si", "sim",
			"verificado", "verificada", "validado", "validada", "confirmado", "confirmada", "aprobado", "aprobada", "completado", "completada", "valido", "valida",
			"aprovado", "aprovada", "concluido", "concluida",
		},
		Open: append([]string{
			"pending", "unverified", "notverified", "inprocess", "processing", "inreview", "underreview", "rejected", "failed", "created", "waiting", "toverify", "false", "no", "nao",
			"pendiente", "porverificar", "pendientedeverificacion", "noverificado", "noverificada", "sinverificar", "enproceso", "enrevision", "porvalidar", "porconfirmar", "rechazado", "rechazada",
			"pendente", "naoverificado", "naoverificada", "averificar", "emanalise", "emprocessamento", "rejeitado", "recusado",
		}, cancelWords...),
	},
	// Any other word of the sale itself, or of its deliveries as a whole, tells the gate nothing.
	SaleStatus: {Off: cancelWords},
}

// cancelWords say that something is cancelled for good. A sale whose verification alone is cancelled
// is not verified, and no more.
var cancelWords = []string{
	"cancelled", "canceled", "cancel", "annulled", "void",
	"cancelado", "cancelada", "anulado", "anulada", "cancelacion", "cancelacionconfirmada",
}

// PaymentOf reads a sale's paymentStatus, VerificationOf its verificationStatus, in any spelling: case,
// accents, spaces, hyphens and underscores do not count.
func (t Table) PaymentOf(word string) Standing { return t.standing(Payment, word) }

// VerificationOf reads a sale's verificationStatus; see PaymentOf.
func (t Table) VerificationOf(word string) Standing { return t.standing(Verification, word) }

// IsCancelled says whether a word of a sale's status or deliveryStatus means that it is cancelled.
func (t Table) IsCancelled(word string) bool { return t.standing(SaleStatus, word) == Off }

// deliveredWords say that an order has reached its buyer, squashed.
var deliveredWords = []string{"delivered", "entregado", "entregada", "entregue"}

// DeliveryWord reads a delivery order's coarse deliveryStatus where it says that the order has ended:
// Cancelled or Delivered. Any other word tells nothing.
func DeliveryWord(word string) (Status, bool) {
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
		return Unsaid
	}
	if settled, found := t.words[modeKey{member, squashed}]; found {
		return settled
	}
	if standing := ownStanding(member, squashed); standing != Strange || member == SaleStatus {
		return standing
	}
	return ofPhrase(member, word)
}

// ownStanding is what the table itself says of a word, squashed.
func ownStanding(member, squashed string) Standing {
	for standing, words := range saleWords[member] {
		if slices.Contains(words, squashed) {
			return standing
		}
	}
	return Strange
}

// fillers are words that tell nothing in a phrase about a payment or a verification; negations turn
// the others round, so that nothing can be told.
var (
	fillers   = []string{"payment", "pago", "pagamento", "sale", "venta", "venda", "order", "orden", "pedido", "status", "estado", "de", "del", "do", "la", "el", "the"}
	negations = []string{"no", "not", "non", "nao", "sin", "sem", "without", "never", "nunca", "false"}
)

// ofPhrase is what all words of a phrase say alike; Strange when one is not known, or they differ.
func ofPhrase(member, phrase string) Standing {
	words := strings.FieldsFunc(norm.NFD.String(phrase), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
	})
	telling := lo.Without(lo.Map(words, func(word string, _ int) string { return squash(word) }), fillers...)
	standings := lo.Uniq(lo.Map(telling, func(word string, _ int) Standing { return ownStanding(member, word) }))
	if len(standings) != 1 || lo.Some(telling, negations) {
		return Strange
	}
	return standings[0]
}

// HowToAllow tells what to set so that a word of a member counts as good.
func HowToAllow(member, word string) string {
	return fmt.Sprintf("DESPACHO_CHANNELS=%s/%s=good", member, strings.TrimSpace(word))
}

func parseStanding(value string) (Standing, error) {
	standing := Standing(squash(value))
	if !slices.Contains([]Standing{Good, Open, Off}, standing) {
		return "", fmt.Errorf("must be %s, %s or %s", Good, Open, Off)
	}
	return standing, nil
}

// stated says whether the table itself knows what a word of a member means.
func stated(member, word string) (Standing, bool) {
	standing := ownStanding(member, squash(word))
	return standing, standing != Strange
}
