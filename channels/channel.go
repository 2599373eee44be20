// Package channels holds what despacho knows about each marketplace, as data: whether it has
// labels, which status it wants first, which shipping modes have a label, and what its statuses
// mean. Begin with [BySlug], or with [New] for an installation with overrides.
//
// The facts are those of the hub's integration guide; docs/channels.md says how sure each one is.
// It promises that no override changes what the guide states, and that callers cannot change the
// rows.
package channels

import (
	"fmt"
	"slices"
	"strings"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// Channel is what is known about one marketplace or web shop.
type Channel struct {
	Slug string // the hub's provider slug, lower case
	Name string

	Labels    bool     // the hub makes labels for it
	Countries []string // where it does, as ISO 3166 alpha-2 codes in lower case; empty: everywhere

	StatusFirst Status // must be reported before a label is available; "" for none
	StatusAfter Status // must be reported once the parcel is packed; "" for none

	// BlocksCancellation: requesting the label moves the order to ready, after which neither the
	// buyer nor the seller can cancel it.
	BlocksCancellation bool

	SetupHint  contract.ReasonCode // what the merchant must have set up once; reported when no label comes
	SkipReason contract.Reason     // why it has no labels; none if it has
	Inferred   bool                // the guide does not say: a default that an override can change
}

// CanLabel reports whether labels can be made for a connection of this channel in a country (a code
// or name that CountryCode understands), and if not, why.
func (c Channel) CanLabel(country string) (ok bool, reason contract.Reason) {
	if !c.Labels {
		return false, c.SkipReason
	}
	code := CountryCode(country)
	if len(c.Countries) == 0 || slices.Contains(c.Countries, code) {
		return true, contract.Reason{}
	}
	where := strings.ToUpper(strings.Join(c.Countries, ", "))
	if code != "" {
		return false, wording.Reason(contract.WhyLabelsElsewhere, "channel", c.Name, "countries", where, "country", strings.ToUpper(code))
	}
	setting := fmt.Sprintf("DESPACHO_CHANNELS=country/%s=%s (or country/<connection id>)", c.Slug, c.Countries[0])
	if word := strings.TrimSpace(country); word != "" {
		return false, wording.Reason(contract.WhyCountryUnknown, "channel", c.Name, "countries", where, "said", word, "setting", setting)
	}
	return false, wording.Reason(contract.WhyCountryUnsaid, "channel", c.Name, "countries", where, "setting", setting)
}

// All lists every channel that the guide names, those with labels first. The slice belongs to the
// caller.
func All() []Channel { return standard.All() }

// Known tells whether a slug is that of a channel in the table, ignoring case and spaces.
func Known(slug string) bool {
	_, known := rowOf(slugOf(slug))
	return known
}

// BySlug finds a channel by the hub's provider slug, ignoring case and spaces. For an unknown slug
// it returns a channel without labels, whose SkipReason says so.
func BySlug(slug string) Channel { return standard.BySlug(slug) }
