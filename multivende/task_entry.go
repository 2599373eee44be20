package multivende

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

type taskEntry struct {
	ID        id
	State     text
	URL       address
	Output    outputEntry
	CreatedAt moment
	UpdatedAt moment
	message   string
}

func (entry *taskEntry) UnmarshalJSON(raw []byte) error {
	var read struct {
		ID        id          `json:"_id"`
		State     text        `json:"processStatus"`
		URL       address     `json:"url"`
		Output    outputEntry `json:"output"`
		CreatedAt moment      `json:"createdAt"`
		UpdatedAt moment      `json:"updatedAt"`
	}
	raw = unquoted(raw)
	if err := json.Unmarshal(raw, &read); err != nil {
		return err
	}
	*entry = taskEntry{
		ID: read.ID, State: read.State, URL: read.URL, Output: read.Output,
		CreatedAt: read.CreatedAt, UpdatedAt: read.UpdatedAt, message: reasonIn(raw),
	}
	return nil
}

func (entry taskEntry) task() Task {
	state := strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(string(entry.State)))
	return Task{
		ID: string(entry.ID), State: withoutNames(state), URL: string(entry.URL), Message: entry.message,
		Output:    entry.Output.TaskOutput,
		CreatedAt: time.Time(entry.CreatedAt), UpdatedAt: time.Time(entry.UpdatedAt),
	}
}

// outputEntry is a task's output, given as an object, as JSON in a string, or as null.
type outputEntry struct{ TaskOutput }

func (entry *outputEntry) UnmarshalJSON(raw []byte) error {
	*entry = outputEntry{}
	raw = unquoted(raw)
	var read struct {
		Available       list[taskOrderEntry] `json:"ordersWithAvailableDeliveryOrderTickets"`
		Unavailable     list[taskOrderEntry] `json:"ordersWithUnavailableDeliveryOrderTickets"`
		Failed          list[taskOrderEntry] `json:"failedDeliveryOrders"`
		Successful      list[taskOrderEntry] `json:"successfulDeliveryOrderDocuments"`
		TotalProcessed  number               `json:"totalOrderProcessed"`
		TotalProcessed2 number               `json:"totalOrdersProcessed"`
	}
	if !bytes.HasPrefix(raw, []byte("{")) || json.Unmarshal(raw, &read) != nil {
		return nil
	}
	entry.TaskOutput = TaskOutput{
		Present:   true,
		Available: ordersOf(read.Available), Unavailable: ordersOf(read.Unavailable),
		Failed: ordersOf(read.Failed), Successful: ordersOf(read.Successful),
		TotalProcessed: int(max(read.TotalProcessed, read.TotalProcessed2)),
		Links:          linksIn(raw),
	}
	return nil
}

func ordersOf(entries []taskOrderEntry) []TaskOrder {
	return lo.FilterMap(entries, func(entry taskOrderEntry, _ int) (TaskOrder, bool) {
		return entry.TaskOrder, entry.DeliveryOrderID != ""
	})
}

// taskOrderEntry is an order in a task's list: an id, an object, or an object around it.
type taskOrderEntry struct{ TaskOrder }

type taskOrderMembers struct {
	DeliveryOrderID    id   `json:"deliveryOrderId"`
	ID                 id   `json:"_id"`
	DeliveryOrderCode  text `json:"deliveryOrderCode"`
	CheckoutID         id   `json:"checkoutId"`
	CheckoutCode       text `json:"checkoutCode"`
	CheckoutExternalID text `json:"checkoutExternalId"`
	LinkID             id   `json:"deliveryOrderLinkId"`
	LinkExternalID     text `json:"deliveryOrderLinkExternalId"`
	DocumentID         id   `json:"deliveryOrderDocumentId"`
}

func (entry *taskOrderEntry) UnmarshalJSON(raw []byte) error {
	*entry = taskOrderEntry{}
	raw = unquoted(raw)
	if !bytes.HasPrefix(raw, []byte("{")) {
		var bare id
		_ = json.Unmarshal(raw, &bare)
		entry.DeliveryOrderID = string(bare)
		return nil
	}
	var outer taskOrderMembers
	var around struct {
		Inner json.RawMessage `json:"deliveryOrder"`
	}
	if err := json.Unmarshal(raw, &outer); err != nil {
		return err
	}
	_ = json.Unmarshal(raw, &around)
	inner := innerOrder(around.Inner)
	entry.TaskOrder = TaskOrder{
		DeliveryOrderID:    firstOf(inner.DeliveryOrderID, outer.DeliveryOrderID, inner.ID, outer.ID),
		DeliveryOrderCode:  firstOf(inner.DeliveryOrderCode, outer.DeliveryOrderCode),
		CheckoutID:         firstOf(inner.CheckoutID, outer.CheckoutID),
		CheckoutCode:       firstOf(inner.CheckoutCode, outer.CheckoutCode),
		CheckoutExternalID: firstOf(inner.CheckoutExternalID, outer.CheckoutExternalID),
		LinkID:             firstOf(inner.LinkID, outer.LinkID),
		LinkExternalID:     firstOf(inner.LinkExternalID, outer.LinkExternalID),
		DocumentID:         firstOf(outer.DocumentID, inner.DocumentID),
		Links:              linksIn(raw),
	}
	entry.Message = reasonIn(raw)
	if entry.Message == "" {
		entry.Message = reasonIn(unquoted(around.Inner))
	}
	return nil
}

// innerOrder reads the member deliveryOrder, an object or just the id.
func innerOrder(raw json.RawMessage) taskOrderMembers {
	var inner object[taskOrderMembers]
	if len(raw) == 0 || json.Unmarshal(raw, &inner) == nil && inner.present {
		return inner.value
	}
	var bare id
	_ = json.Unmarshal(raw, &bare)
	return taskOrderMembers{DeliveryOrderID: bare}
}

// reasonKeys are members that may hold the reason of a failure; the guide shows none.
var reasonKeys = []string{"message", "errorMessage", "error", "errors", "reason", "detail"}

// reasonIn finds the reason of a failure in an object, cleaned; "" when there is none.
func reasonIn(raw []byte) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return ""
	}
	words := lo.Map(reasonKeys, func(key string, _ int) text { return text(messageOf(members[key])) })
	return withoutNames(firstOf(words...))
}

const maxLinks = 200

// linksIn finds all links anywhere in a value, each once.
func linksIn(raw json.RawMessage) []string {
	var found []string
	collectLinks(raw, maxContentDepth, &found)
	return found
}

func collectLinks(raw json.RawMessage, depth int, found *[]string) {
	raw = unquoted(raw)
	if depth == 0 || len(raw) == 0 || len(*found) >= maxLinks {
		return
	}
	switch raw[0] {
	case '"':
		if words := scalar(raw); isLink(words) && !slices.Contains(*found, words) {
			*found = append(*found, words)
		}
	case '[':
		for _, element := range elementsOf(raw) {
			collectLinks(element, depth-1, found)
		}
	case '{':
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) == nil {
			for _, name := range slices.Sorted(maps.Keys(members)) {
				collectLinks(members[name], depth-1, found)
			}
		}
	}
}
