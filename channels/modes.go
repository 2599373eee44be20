package channels

import "fmt"

// Verdict says whether a shipping mode has a label.
type Verdict string

// The verdicts on a shipping mode.
const (
	Yes    Verdict = "yes"
	No     Verdict = "no"     // vetoes a label, whatever the hub lists
	Listed Verdict = "listed" // the hub's list of available labels decides
)

func parseVerdict(word string) (Verdict, error) {
	switch verdict := Verdict(squash(word)); verdict {
	case Yes, No, Listed:
		return verdict, nil
	}
	return "", fmt.Errorf("must be %s, %s or %s", Yes, No, Listed)
}

// Mode is what is known of one shipping mode of one channel.
type Mode struct {
	Label    Verdict
	Inferred bool   // the guide does not say; an override can change it
	Remark   string // for people: why not, or what is special
	Apart    bool   // its labels make a pile of their own
}

type modeKey struct{ slug, mode string }

func keyOf(slug, mode string) modeKey { return modeKey{slugOf(slug), squash(mode)} }

const (
	everyChannel   = ""
	sellerShips    = "the seller ships by own means and reports the status; the channel makes no label"
	sellerTracks   = "the seller ships by own means and reports status and tracking; the channel makes no label"
	standsForML    = "may stand for any of Mercado Libre's own shipping modes"
	severalModes   = "the sale has several deliveries: read the mode of each delivery order"
	marketplaceFul = "the marketplace ships it from its own warehouse: there is never a label for the seller"
)

// modes holds the shipping modes of the guide ("Modalidades logísticas de los marketplaces") under
// squashed words. A mode that is not here is left to the hub's list.
var modes = map[modeKey]Mode{
	{everyChannel, "fulfillment"}: {Label: No, Remark: marketplaceFul},
	{everyChannel, "multiple"}:    {Label: Listed, Remark: severalModes},

	{"mercadolibre", "dropoff"}:      {Label: Yes},
	{"mercadolibre", "xddropoff"}:    {Label: Yes},
	{"mercadolibre", "crossdocking"}: {Label: Yes},
	{"mercadolibre", "selfservice"}:  {Label: Yes, Apart: true, Remark: "Flex: the carrier scans the label's QR in an app"},
	{"mercadolibre", "me2"}:          {Label: Yes, Remark: standsForML},
	{"mercadolibre", "custom"}:       {Label: No, Remark: sellerShips},
	{"mercadolibre", "default"}:      {Label: No, Remark: sellerTracks},
	{"mercadolibre", "me1"}:          {Label: No, Remark: sellerTracks},
	{"mercadolibre", "notspecified"}: {Label: No, Inferred: true, Remark: sellerShips},
	{"mercadolibre", "ownlogistic"}:  {Label: No, Inferred: true, Remark: sellerShips},

	{"linio", "dropshipping"}: {Label: Yes},

	{"dafiti", "dropshipping"}: {Label: Yes},
	{"dafiti", "crossdocking"}: {Label: Yes},

	{"ripley", "dropshipping"}:   {Label: Yes},
	{"ripley", "crossdocking"}:   {Label: Yes},
	{"ripley", "despachopropio"}: {Label: No, Inferred: true, Remark: sellerShips},

	{"fcom", "dropshipping"}: {Label: Yes},
	{"fcom", "crossdocking"}: {Label: Yes},

	{"paris", "dropshipping"}:            {Label: Yes},
	{"paris", "scheduled"}:               {Label: Yes},
	{"paris", "dropshipping(scheduled)"}: {Label: Yes},
	{"paris", "sameday"}:                 {Label: Yes},
	{"paris", "nextday"}:                 {Label: Yes},

	{"amazon", "stdezmx"}:  {Label: Yes, Remark: "Easy Ship"},
	{"amazon", "priezmx"}:  {Label: Yes, Remark: "Easy Ship"},
	{"amazon", "expdezmx"}: {Label: Yes, Remark: "Easy Ship"},
	{"amazon", "exprezmx"}: {Label: Yes, Remark: "Easy Ship"},
	{"amazon", "easyship"}: {Label: Yes, Remark: "Easy Ship"},
	{"amazon", "mfn"}:      {Label: Listed, Remark: "the seller ships and supplies the tracking"},
	{"amazon", "mfnstd"}:   {Label: Listed, Remark: "the seller ships and supplies the tracking"},

	{"walmart", "standard"}: {Label: Yes},
	{"coppel", "standard"}:  {Label: Yes},
}

// ModeOf is what is known of a shipping mode (the delivery order's shippingMode) on a channel,
// compared without case, spaces, hyphens and underscores. Fulfilment never has a label, on any
// channel; a mode that is not known is left to the hub's list of available labels.
func ModeOf(slug, shippingMode string) Mode { return standard.ModeOf(slug, shippingMode) }

// ModeOf is the function of that name, with the table's overrides.
func (t Table) ModeOf(slug, shippingMode string) Mode {
	key := keyOf(slug, shippingMode)
	mode, known := modes[modeKey{everyChannel, key.mode}]
	if !known {
		mode, known = modes[key]
	}
	if !known {
		mode = Mode{Label: Listed}
	}
	if verdict, overridden := t.overrides[key]; overridden && verdict != mode.Label {
		mode.Label, mode.Inferred = verdict, false
		mode.Remark = fmt.Sprintf("set to %s by this installation's channel overrides", verdict)
	}
	return mode
}
