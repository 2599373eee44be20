package multivende

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

type statusLinkEntry struct {
	State     text   `json:"synchronizationStatus"`
	StatusID  text   `json:"DeliveryOrderStatusId"`
	CreatedAt moment `json:"createdAt"`
	UpdatedAt moment `json:"updatedAt"`
	// ConnectionID is the marketplace connection that the status goes to.
	ConnectionID text `json:"MarketplaceConnectionId"`
	message      string
}

// UnmarshalJSON reads the members, and the words of the channel wherever they stand.
func (entry *statusLinkEntry) UnmarshalJSON(raw []byte) error {
	type plain statusLinkEntry // without this method
	raw = unquoted(raw)
	if err := json.Unmarshal(raw, (*plain)(entry)); err != nil {
		return err
	}
	entry.message = clean(linkMessage(raw))
	return nil
}

// linkMessageKeys are members in which a channel's words may stand; the guide shows none.
var linkMessageKeys = []string{"synchronizationMessage", "synchronizationError", "message", "error", "reason", "lastError"}

func linkMessage(raw []byte) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return ""
	}
	words := lo.Map(linkMessageKeys, func(key string, _ int) text { return text(messageOf(members[key])) })
	return firstOf(words...)
}

// newestLink picks the link that was made last: the hub gives one, several, or none. Where two
// are of the same time, or have none, the later in the list counts.
func newestLink(entries []statusLinkEntry) StatusLink {
	if len(entries) == 0 {
		return StatusLink{}
	}
	links := lo.Map(entries, func(entry statusLinkEntry, _ int) StatusLink { return entry.link() })
	slices.SortStableFunc(links, func(a, b StatusLink) int { return a.At.Compare(b.At) })
	newest := links[len(links)-1]
	for _, link := range slices.Backward(links[:len(links)-1]) {
		if link.StatusID == newest.StatusID {
			newest.Earlier = append(newest.Earlier, link)
		}
	}
	return newest
}

func (entry *statusLinkEntry) link() StatusLink {
	at := time.Time(entry.CreatedAt)
	if at.IsZero() {
		at = time.Time(entry.UpdatedAt)
	}
	return StatusLink{
		Present: true, State: strings.ToLower(string(entry.State)), StatusID: string(entry.StatusID),
		Message: entry.message, At: at, UpdatedAt: time.Time(entry.UpdatedAt),
	}
}
