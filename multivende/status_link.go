package multivende

import (
	"encoding/json"
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
func newestLink(links []statusLinkEntry) StatusLink {
	var newest StatusLink
	for _, entry := range links {
		at := time.Time(entry.CreatedAt)
		if at.IsZero() {
			at = time.Time(entry.UpdatedAt)
		}
		if newest.Present && at.Before(newest.At) {
			continue
		}
		newest = StatusLink{
			Present: true, State: strings.ToLower(string(entry.State)), StatusID: string(entry.StatusID),
			Message: entry.message, At: at, UpdatedAt: time.Time(entry.UpdatedAt),
		}
	}
	return newest
}
