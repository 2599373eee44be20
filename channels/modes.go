package channels

import (
	"fmt"

	"github.com/despacho/despacho/contract"
)

// Verdict says whether a shipping mode has a label.
type Verdict string

// The verdicts on a shipping mode.
const (
	HasLabel       Verdict = "yes"
	NoLabel        Verdict = "no"     // no label, whatever the hub lists
	HubListDecides Verdict = "listed" // the hub's list of available labels decides
)

func parseVerdict(word string) (Verdict, error) {
	switch verdict := Verdict(squash(word)); verdict {
	case HasLabel, NoLabel, HubListDecides:
		return verdict, nil
	}
	return "", fmt.Errorf("must be %s, %s or %s", HasLabel, NoLabel, HubListDecides)
}

// Mode is what is known about one shipping mode of one channel.
type Mode struct {
	Label    Verdict
	Inferred bool                // the guide does not say; an override can change it
	Why      contract.ReasonCode // why it has no label
	Remark   string              // what is special about it
	OwnPile  bool                // its labels get a pile of their own
}

type modeKey struct{ slug, mode string }

func keyOf(slug, mode string) modeKey { return modeKey{slugOf(slug), squash(mode)} }

const (
	everyChannel = ""
	standsForML  = "may mean any of Mercado Libre's own shipping modes"
	severalModes = "the sale has several deliveries: read the mode of each delivery order"
)

// modes holds the guide's shipping modes ("Modalidades logísticas de los marketplaces") by squashed
// words. For a mode that is not here, the hub's list decides.
var modes = map[modeKey]Mode{
	{everyChannel, "fulfillment"}: {Label: NoLabel, Why: contract.WhyMarketplaceShips},
	{everyChannel, "multiple"}:    {Label: HubListDecides, Remark: severalModes},

	{"mercadolibre", "dropoff"}:      {Label: HasLabel},
	{"mercadolibre", "xddropoff"}:    {Label: HasLabel},
	{"mercadolibre", "crossdocking"}: {Label: HasLabel},
	{"mercadolibre", "selfservice"}:  {Label: HasLabel, OwnPile: true, Remark: "Flex: the carrier scans the label's QR in an app"},
	{"mercadolibre", "me2"}:          {Label: HasLabel, Remark: standsForML},
	{"mercadolibre", "custom"}:       {Label: NoLabel, Why: contract.WhySellerShips},
	{"mercadolibre", "default"}:      {Label: NoLabel, Why: contract.WhySellerShipsAndTracks},
	{"mercadolibre", "me1"}:          {Label: NoLabel, Why: contract.WhySellerShipsAndTracks},
	{"mercadolibre", "notspecified"}: {Label: NoLabel, Inferred: true, Why: contract.WhySellerShips},
	{"mercadolibre", "ownlogistic"}:  {Label: NoLabel, Inferred: true, Why: contract.WhySellerShips},

	{"linio", "dropshipping"}: {Label: HasLabel},

	{"dafiti", "dropshipping"}: {Label: HasLabel},
	{"dafiti", "crossdocking"}: {Label: HasLabel},

	{"ripley", "dropshipping"}:   {Label: HasLabel},
	{"ripley", "crossdocking"}:   {Label: HasLabel},
	{"ripley", "despachopropio"}: {Label: NoLabel, Inferred: true, Why: contract.WhySellerShips},

	{"fcom", "dropshipping"}: {Label: HasLabel},
	{"fcom", "crossdocking"}: {Label: HasLabel},

	{"paris", "dropshipping"}:            {Label: HasLabel},
	{"paris", "scheduled"}:               {Label: HasLabel},
	{"paris", "dropshipping(scheduled)"}: {Label: HasLabel},
	{"paris", "sameday"}:                 {Label: HasLabel},
	{"paris", "nextday"}:                 {Label: HasLabel},

	{"amazon", "stdezmx"}:  {Label: HasLabel, Remark: "Easy Ship"},
	{"amazon", "priezmx"}:  {Label: HasLabel, Remark: "Easy Ship"},
	{"amazon", "expdezmx"}: {Label: HasLabel, Remark: "Easy Ship"},
	{"amazon", "exprezmx"}: {Label: HasLabel, Remark: "Easy Ship"},
	{"amazon", "easyship"}: {Label: HasLabel, Remark: "Easy Ship"},
	{"amazon", "mfn"}:      {Label: HubListDecides, Remark: "the seller ships and supplies the tracking"},
	{"amazon", "mfnstd"}:   {Label: HubListDecides, Remark: "the seller ships and supplies the tracking"},

	{"walmart", "standard"}: {Label: HasLabel},
	{"coppel", "standard"}:  {Label: HasLabel},
}

// ModeOf is what is known about a shipping mode (the delivery order's shippingMode) on a channel,
// compared ignoring case, spaces, hyphens and underscores. Fulfilment never has a label, on any
// channel; for an unknown mode the hub's list of available labels decides.
func ModeOf(slug, shippingMode string) Mode { return standard.ModeOf(slug, shippingMode) }

// ModeOf is the package's ModeOf with the table's overrides.
func (t Table) ModeOf(slug, shippingMode string) Mode {
	key := keyOf(slug, shippingMode)
	mode, known := modes[modeKey{everyChannel, key.mode}]
	if !known {
		mode, known = modes[key]
	}
	if !known {
		mode = Mode{Label: HubListDecides}
	}
	if verdict, overridden := t.overrides[key]; overridden && verdict != mode.Label {
		mode.Label, mode.Inferred = verdict, false
		mode.Why = ""
		if verdict == NoLabel {
			mode.Why = contract.WhyModeSetWithoutLabel
		}
	}
	return mode
}
