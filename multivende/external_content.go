package multivende

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"
)

const (
	maxContentDepth = 8
	maxPackages     = 100
)

// externalContent is a channel's own record of a sale, given as an object, an array, or JSON in a
// string. Only the numbers on labels are taken from it, because it is full of the buyer's data.
type externalContent struct {
	packageIDs []string
	shippingID string
	// shipper is Amazon's word for who ships: MFN (the seller) or AFN.
	shipper string
	// partlyCancelled tells that an item of its subOrders is cancelled.
	partlyCancelled bool
}

func (e *externalContent) UnmarshalJSON(raw []byte) error {
	*e = externalContent{}
	e.search(raw, maxContentDepth)
	e.packageIDs = lo.Uniq(e.packageIDs)
	e.partlyCancelled = someItemCancelled(raw)
	return nil
}

// search walks the content in a fixed order: members by name, elements in turn.
func (e *externalContent) search(raw json.RawMessage, depth int) {
	raw = unquoted(raw)
	if depth == 0 || len(raw) == 0 || raw[0] != '{' && raw[0] != '[' {
		return
	}
	if raw[0] == '[' {
		for _, element := range elementsOf(raw) {
			e.search(element, depth-1)
		}
		return
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		switch squashed(name) {
		case "packageid", "packageids":
			e.addPackages(members[name])
		case "channel", "fulfillmentchannel":
			var word text
			if json.Unmarshal(members[name], &word) == nil && e.shipper == "" {
				e.shipper = shipperIn(string(word))
			}
			e.search(members[name], depth-1)
		case "shipping":
			e.addShipping(members[name])
			e.search(members[name], depth-1)
		default:
			e.search(members[name], depth-1)
		}
	}
}

func (e *externalContent) addPackages(raw json.RawMessage) {
	for _, element := range elementsOf(raw) {
		var id text
		if json.Unmarshal(element, &id) == nil && id != "" && len(e.packageIDs) < maxPackages {
			e.packageIDs = append(e.packageIDs, string(id))
		}
	}
}

func (e *externalContent) addShipping(raw json.RawMessage) {
	var shipping object[struct {
		ID text `json:"id"`
	}]
	if json.Unmarshal(raw, &shipping) == nil && e.shippingID == "" {
		e.shippingID = string(shipping.value.ID)
	}
}

// shippers are Amazon's words for who ships an order: the seller, Amazon.
var shippers = []string{"MFN", "AFN"}

// shipperIn returns the word if it says who ships; a member of that name may mean other things.
func shipperIn(word string) string {
	word = strings.ToUpper(strings.TrimSpace(word))
	return lo.Ternary(slices.Contains(shippers, word), word, "")
}
