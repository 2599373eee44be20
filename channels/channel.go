// Package channels holds what is known of each marketplace, as data: whether it hands out labels,
// what it asks for first, which shipping modes have a label, and how its statuses read.
//
// The facts are those of the hub's integration guide; see docs/channels.md for how sure each is.
package channels

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Format is the format of a label file.
type Format string

// The formats in which channels hand out labels.
const (
	ZPL Format = "zpl"
	PDF Format = "pdf"
)

// Reference is a number of an order that its label prints, so that a person or a program can tell
// whose label it is.
type Reference string

// The references that labels print, by the fields of the checkout's link that hold them.
const (
	OrderNumber Reference = "order_number" // externalOrderNumber
	PackageID   Reference = "package_id"   // externalContent.PackageId
	ShippingID  Reference = "shipping_id"  // externalContent.shipping.id
)

// Files is what the zip of one label request holds.
type Files struct {
	PerOrder     []Format // a file an order in each of these; empty: the guide does not say
	Either       bool     // an account hands out one of PerOrder, never both
	WholeRequest []Format // a file with every order of the request: the same labels again
	Control      bool     // a control or manifest file of the request, which is no label
	Nested       bool     // the labels lie in a zip inside the zip
	Roll         []Format // those that fit a 4×6 inch roll; empty: the guide does not say
}

// Channel is what is known of one marketplace or web shop.
type Channel struct {
	Slug string // the hub's provider slug, lower case
	Name string

	Labels    bool     // the hub makes labels for it
	Countries []string // where it does, ISO 3166 alpha-2 in lower case; empty: everywhere

	StatusFirst Status // to be reported before a label can be had; "" none
	StatusAfter Status // to be reported once the parcel is packed; "" none

	// BlocksCancellation: asking for the label moves the order to ready, and neither the buyer nor
	// the seller can cancel it from then on.
	BlocksCancellation bool

	Files      Files
	References []Reference            // what its label prints
	Captions   map[Reference][]string // the words that stand before a reference on the label
	LinkLife   time.Duration          // how long a link to a label lives; 0: the guide does not say

	SetupHint  string // what the merchant must have done once, said when nothing comes
	SkipReason string // why it gets no labels; "" when it does
	Inferred   bool   // the guide does not say: a default that an override can change
}

// CanLabel says whether labels can be made for a connection of this channel in a country (a code or
// name that CountryCode reads), and if not, why in a sentence for people.
func (c Channel) CanLabel(country string) (ok bool, reason string) {
	if !c.Labels {
		return false, c.SkipReason
	}
	code := CountryCode(country)
	if len(c.Countries) == 0 || slices.Contains(c.Countries, code) {
		return true, ""
	}
	where := strings.ToUpper(strings.Join(c.Countries, ", "))
	if code != "" {
		return false, fmt.Sprintf("%s has labels only in %s, this connection is in %s", c.Name, where, strings.ToUpper(code))
	}
	said := "the hub does not say this connection's country"
	if word := strings.TrimSpace(country); word != "" {
		said = fmt.Sprintf("the hub's word %.40q names no country that is known", word)
	}
	return false, fmt.Sprintf("%s has labels only in %s, and %s; if it is there, set DESPACHO_CHANNELS=country/%s=%s (or country/<connection id>)", c.Name, where, said, c.Slug, c.Countries[0])
}

// All lists every channel that is known by name, those with labels first. The slice is the
// caller's own.
func All() []Channel { return standard.All() }

// BySlug finds a channel by the hub's provider slug, whatever its case and spaces. An unknown slug
// gives a channel without labels that says so in SkipReason.
func BySlug(slug string) Channel { return standard.BySlug(slug) }
