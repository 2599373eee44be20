package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Dialect says how the hub words, or leaves out, what the guide leaves open. The zero value is the
// guide's own wording, complete.
type Dialect struct {
	// Countries of connections are "codes" (also when empty), "names" (Chile, México) or "none" (null).
	Countries string
	// SaleWords replace words of a sale's paymentStatus and verificationStatus; a word that becomes
	// empty is left out with its member. A key may name the member: "payment/completed". The key
	// "verificationStatus" renames that member, as the guide's light list has it (verifyStatus).
	SaleWords map[string]string
	// OtherScopeIDs writes ids into scopes that are not those of connections.
	OtherScopeIDs bool
	// StatusLinks are "shown" (also when empty), "late" (absent until the status is on its way to the channel) or "never".
	StatusLinks string
}

func (d Dialect) check() error {
	switch {
	case !slices.Contains([]string{"", "codes", "names", "none"}, d.Countries):
		return fmt.Errorf("sandbox: countries %q: give codes, names or none", d.Countries)
	case !slices.Contains([]string{"", "shown", "late", "never"}, d.StatusLinks):
		return fmt.Errorf("sandbox: status links %q: give shown, late or never", d.StatusLinks)
	}
	return nil
}

// spanishSales are the words in the guide's example of the light list, and similar ones.
var spanishSales = map[string]string{
	"completed": "completado", "verified": "verificado", "pending": "pendiente", "rejected": "rechazado", "refunded": "reembolsado",
	"cancelled": "cancelado", "verificationStatus": "verifyStatus",
}

// ParseSaleWords reads SaleWords: "es" for Spanish, or a JSON object; empty for none.
func ParseSaleWords(text string) (map[string]string, error) {
	switch text {
	case "":
		return nil, nil
	case "es":
		return maps.Clone(spanishSales), nil
	}
	words := map[string]string{}
	if err := json.Unmarshal([]byte(text), &words); err != nil {
		return nil, fmt.Errorf("the words of sales: give es or a JSON object: %w", err)
	}
	return words, nil
}

// saleWord is a word of a member of a sale; nil when the member is left out.
func (d Dialect) saleWord(member, word string) *string {
	for _, key := range []string{member + "/" + word, word} {
		if other, replaced := d.SaleWords[key]; replaced {
			return nullable(other)
		}
	}
	return &word
}

// words shows the sale's words in the dialect.
func (d Dialect) words(view *lightView, payment, verification string) {
	view.PaymentStatus = d.saleWord("payment", payment)
	verified := d.saleWord("verification", verification)
	if d.SaleWords["verificationStatus"] == "verifyStatus" {
		view.VerifyStatus = verified
		return
	}
	view.VerificationStatus = verified
}

var countryNames = map[string]string{"cl": "Chile", "mx": "México", "br": "Brasil"}

// country is how a connection's country is written; nil for null.
func (d Dialect) country(code string) *string {
	switch d.Countries {
	case "names":
		return nullable(cmp.Or(countryNames[code], strings.ToUpper(code)))
	case "none":
		return nil
	}
	return nullable(code)
}

// links are those that the hub shows of an order's changes of status.
func (d Dialect) links(all []*link) []*link {
	switch d.StatusLinks {
	case "never":
		return nil
	case "late":
		return lo.Filter(all, func(l *link, _ int) bool { return l.state != "" && l.state != linkPending })
	}
	return all
}
