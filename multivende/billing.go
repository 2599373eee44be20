package multivende

import (
	"encoding/json"
	"strings"

	"github.com/samber/lo"
)

// billingFile is an electronic billing document of an order or a sale.
type billingFile struct {
	URL text `json:"url"`
}

// loaded tells whether there is a link to at least one document; one that cannot be read does not count.
func loaded(files []billingFile) bool {
	return lo.SomeBy(files, func(file billingFile) bool { return file.URL != "" })
}

// parisContent is what Paris tells of the items of a sale (guide, "Cancelaciones parciales").
type parisContent struct {
	SubOrders list[struct {
		Items list[struct {
			Status object[itemStatus] `json:"status"`
		}] `json:"items"`
	}] `json:"subOrders"`
}

// itemStatus is the status of an item in Paris's words: {"name": "stock_shortage_refunded",
// "description": "Reembolsado por falta de stock en la db", "translate": "Problema con stock"}.
type itemStatus struct {
	Name        text `json:"name"`
	Description text `json:"description"`
	Translate   text `json:"translate"`
}

// cancelledWords are parts of words with which Paris says that an item is cancelled; the guide
// shows one of them only.
var cancelledWords = []string{"cancel", "refund", "reembols", "shortage", "anulad", "deleted", "unable_to_fulfill"}

func (s itemStatus) cancelled() bool {
	words := strings.ToLower(string(s.Name + " " + s.Description + " " + s.Translate))
	return lo.SomeBy(cancelledWords, func(part string) bool { return strings.Contains(words, part) })
}

// someItemCancelled tells whether a channel's record of a sale shows a cancelled item.
func someItemCancelled(raw []byte) bool {
	var content object[parisContent]
	if json.Unmarshal(raw, &content) != nil {
		return false
	}
	for _, sub := range content.value.SubOrders {
		for _, item := range sub.Items {
			if item.Status.value.cancelled() {
				return true
			}
		}
	}
	return false
}
