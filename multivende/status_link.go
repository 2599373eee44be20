package multivende

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

type statusLinkEntry struct {
	State    text `json:"synchronizationStatus"`
	StatusID id   `json:"DeliveryOrderStatusId"`
	// PickUpStatusID is the member of a pick-up's link; either may also come as an object.
	PickUpStatusID id                  `json:"PickUpOrderStatusId"`
	Status         object[statusEntry] `json:"DeliveryOrderStatus"`
	PickUpStatus   object[statusEntry] `json:"PickUpOrderStatus"`
	CreatedAt      moment              `json:"createdAt"`
	UpdatedAt      moment              `json:"updatedAt"`
	// ConnectionID is the marketplace connection that the status goes to.
	ConnectionID id `json:"MarketplaceConnectionId"`
	message      string
}

// UnmarshalJSON reads the members, and the channel's message wherever it is.
func (entry *statusLinkEntry) UnmarshalJSON(raw []byte) error {
	type plain statusLinkEntry // without this method
	raw = unquoted(raw)
	if err := json.Unmarshal(raw, (*plain)(entry)); err != nil {
		return err
	}
	entry.message = withoutNames(linkMessage(raw))
	return nil
}

// linkMessageKeys are members that may hold a channel's message; the guide shows none.
var linkMessageKeys = []string{"synchronizationMessage", "synchronizationError", "message", "error", "reason", "lastError"}

func linkMessage(raw []byte) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return ""
	}
	words := lo.Map(linkMessageKeys, func(key string, _ int) text { return text(messageOf(members[key])) })
	return firstOf(words...)
}

// StatusLinks are the links of an order's changes of status, as the hub lists them: one, several, or none.
type StatusLinks []StatusLink

func statusLinks(entries ...list[statusLinkEntry]) StatusLinks {
	var links StatusLinks
	for _, entry := range slices.Concat(entries...) {
		links = append(links, entry.link())
	}
	return links
}

// ForStatus returns the links of a status, by its id or its code, and those that do not name a status.
func (l StatusLinks) ForStatus(id, code string) StatusLinks {
	return lo.Filter(l, func(link StatusLink, _ int) bool {
		return !link.Named() || link.StatusID == id && id != "" || link.StatusID == "" && sameCode(link.StatusCode, code)
	})
}

// Newest returns the link that was made last, with the earlier ones of the same status. Of two with
// the same time, or none, the later in the list counts.
func (l StatusLinks) Newest() StatusLink {
	if len(l) == 0 {
		return StatusLink{}
	}
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b StatusLink) int { return a.At.Compare(b.At) })
	newest := sorted[len(sorted)-1]
	for _, link := range slices.Backward(sorted[:len(sorted)-1]) {
		if newest.Named() && link.StatusID == newest.StatusID && sameCode(link.StatusCode, newest.StatusCode) {
			newest.Earlier = append(newest.Earlier, link)
		}
	}
	return newest
}

func (entry *statusLinkEntry) link() StatusLink {
	made, changed := time.Time(entry.CreatedAt), time.Time(entry.UpdatedAt)
	return StatusLink{
		Present: true, State: strings.ToLower(string(entry.State)), Message: entry.message,
		StatusID:   firstOf(entry.StatusID, entry.PickUpStatusID, entry.Status.value.ID, entry.PickUpStatus.value.ID),
		StatusCode: firstOf(entry.Status.value.Code, entry.PickUpStatus.value.Code),
		At:         cmp.Or(made, changed), Dated: !made.IsZero(), UpdatedAt: changed,
	}
}
