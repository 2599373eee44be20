package multivende

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/google/uuid"
)

// NotificationKind is what a notification of the hub is about.
type NotificationKind string

// The kinds that concern orders; every other topic (stock, products, prices…) is OtherNotification.
const (
	CheckoutNotification      NotificationKind = "checkout"
	DeliveryOrderNotification NotificationKind = "delivery-order"
	PickUpOrderNotification   NotificationKind = "pick-up-order"
	OtherNotification         NotificationKind = "other"
)

// Notification is a webhook of the hub: it says that something has changed, not what. It is not
// signed, so it is only a hint to read the object again.
type Notification struct {
	Kind     NotificationKind
	ID       string // usually a UUID in lower case; empty for OtherNotification
	Merchant string // may be empty for OtherNotification
}

// Reference names the object: "checkout/<id>", "delivery-order/<id>" or "pick-up-order/<id>".
func (n Notification) Reference() string { return string(n.Kind) + "/" + n.ID }

// ErrNoNotification means that a body is not a notification of the hub; the error that wraps it says why.
var ErrNoNotification = errors.New("not a notification of the hub")

// notificationEntry is the body of a webhook: a checkout's is known, those of delivery orders and
// pick-up orders are made alike (docs/hub-api.md).
type notificationEntry struct {
	Checkout      id   `json:"CheckoutId"`
	DeliveryOrder id   `json:"DeliveryOrderId"`
	PickUpOrder   id   `json:"PickUpOrderId"`
	Merchant      id   `json:"MerchantId"`
	Resource      text `json:"resource"`
}

// notificationPattern is what an id in a notification, which anybody may send, may look like: the hub's
// are UUIDs, a sandbox may have others. An order with a stranger id is found by polling.
var notificationPattern = regexp.MustCompile(`^[A-Za-z0-9](?:[._-]?[A-Za-z0-9_-]){0,63}$`)

// isNoticed tells whether an id of a notification can be an id of the hub.
func isNoticed(id string) bool { return len(id) <= 64 && notificationPattern.MatchString(id) }

// ParseNotification reads the body of a webhook; its error wraps [ErrNoNotification]. The object is
// the one that resource names, if its id is there, otherwise the one whose id is there: a checkout,
// a delivery order or a pick-up order.
func ParseNotification(body []byte) (Notification, error) {
	elements := elementsOf(body)
	if len(elements) != 1 || !bytes.HasPrefix(elements[0], []byte("{")) {
		return Notification{}, fmt.Errorf("%w: it is not a JSON object", ErrNoNotification)
	}
	var entry notificationEntry
	if json.Unmarshal(elements[0], &entry) != nil {
		return Notification{}, fmt.Errorf("%w: its JSON is broken", ErrNoNotification)
	}
	return entry.notification()
}

func (entry notificationEntry) notification() (Notification, error) {
	notification := Notification{Kind: OtherNotification, Merchant: string(entry.Merchant)}
	topic := topicOf(string(entry.Resource))
	for _, candidate := range []struct {
		kind NotificationKind
		id   id
	}{
		{CheckoutNotification, entry.Checkout}, {DeliveryOrderNotification, entry.DeliveryOrder}, {PickUpOrderNotification, entry.PickUpOrder},
	} {
		named := topic == topicOf(string(candidate.kind))
		switch {
		case candidate.id == "" && named && notification.ID == "":
			notification.Kind = candidate.kind
		case candidate.id != "" && (named || notification.ID == ""):
			notification.Kind, notification.ID = candidate.kind, string(candidate.id)
		}
	}
	if notification.Kind == OtherNotification {
		return notification, entry.other(topic)
	}
	if !isNoticed(notification.ID) {
		return Notification{}, fmt.Errorf("%w: the id of its %s is not valid", ErrNoNotification, notification.Kind)
	}
	if !isNoticed(notification.Merchant) {
		return Notification{}, fmt.Errorf("%w: its MerchantId is not valid", ErrNoNotification)
	}
	if uuid.Validate(notification.ID) == nil {
		notification.ID = strings.ToLower(notification.ID)
	}
	return notification, nil
}

func (entry notificationEntry) other(topic string) error {
	if topic == "" {
		return fmt.Errorf("%w: it names neither a topic nor an order", ErrNoNotification)
	}
	return nil
}

// topicOf gives one spelling to the name of a topic: delivery-orders, Delivery_Order and "delivery
// orders" are the same.
func topicOf(resource string) string {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, resource)
	return strings.TrimSuffix(letters, "s")
}
