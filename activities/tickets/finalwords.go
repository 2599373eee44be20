package tickets

import (
	"strings"

	"github.com/samber/lo"
)

// finalWordings are parts of what marketplaces say when asking again changes
// nothing, in lower case; see docs/channels.md.
var finalWordings = []string{
	"not_printable", "invalid_shipment_mode", "invalid_shipment_caller", "invalid_shipment_ff", "shplab0218",
	"status is delivered", "status is shipped", "already shipped", "already delivered", "e063",
}

// finalWords says whether a marketplace's words are final.
func finalWords(words string) bool {
	words = strings.ToLower(words)
	return lo.SomeBy(finalWordings, func(final string) bool { return strings.Contains(words, final) })
}
