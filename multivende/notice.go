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

// NoticeKind is what a notice of the hub is about.
type NoticeKind string

// The kinds that matter to orders; every other topic (stock, products, prices…) is OtherNotice.
const (
	CheckoutNotice      NoticeKind = "checkout"
	DeliveryOrderNotice NoticeKind = "delivery-order"
	PickUpOrderNotice   NoticeKind = "pick-up-order"
	OtherNotice         NoticeKind = "other"
)

// Notice is what a webhook of the hub says: that something has changed, not what. Nobody signs
// it, so it is a hint to read the object again.
type Notice struct {
	Kind     NoticeKind
	ID       string // a UUID in small letters as a rule; empty for OtherNotice
	Merchant string // may be empty for OtherNotice
}

// Reference names the object: "checkout/<id>", "delivery-order/<id>" or "pick-up-order/<id>".
func (n Notice) Reference() string { return string(n.Kind) + "/" + n.ID }

// ErrNoNotice is the answer to a body that is no notice of the hub; it is wrapped with why.
var ErrNoNotice = errors.New("not a notice of the hub")

// noticeEntry is the body of a webhook: a checkout's is known, those of delivery orders and
// pick-up orders are made alike (docs/hub-api.md).
type noticeEntry struct {
	Checkout      id   `json:"CheckoutId"`
	DeliveryOrder id   `json:"DeliveryOrderId"`
	PickUpOrder   id   `json:"PickUpOrderId"`
	Merchant      id   `json:"MerchantId"`
	Resource      text `json:"resource"`
}

// noticePattern is what an id in a notice, which anybody may send, is made of: the hub's are
// UUIDs, a hub for trials may have others. An order with an odder id is found by polling.
var noticePattern = regexp.MustCompile(`^[A-Za-z0-9](?:[._-]?[A-Za-z0-9_-]){0,63}$`)

// isNoticed says whether an id of a notice can be one.
func isNoticed(id string) bool { return len(id) <= 64 && noticePattern.MatchString(id) }

// ParseNotice reads the body of a webhook. The object is the one that resource names when its
// id is there, else whichever id is there: a checkout, a delivery order, a pick-up order.
func ParseNotice(body []byte) (Notice, error) {
	elements := elementsOf(body)
	if len(elements) != 1 || !bytes.HasPrefix(elements[0], []byte("{")) {
		return Notice{}, fmt.Errorf("%w: it is no JSON object", ErrNoNotice)
	}
	var entry noticeEntry
	if json.Unmarshal(elements[0], &entry) != nil {
		return Notice{}, fmt.Errorf("%w: its JSON is broken", ErrNoNotice)
	}
	return entry.notice()
}

func (entry noticeEntry) notice() (Notice, error) {
	notice := Notice{Kind: OtherNotice, Merchant: string(entry.Merchant)}
	topic := topicOf(string(entry.Resource))
	for _, candidate := range []struct {
		kind NoticeKind
		id   id
	}{
		{CheckoutNotice, entry.Checkout}, {DeliveryOrderNotice, entry.DeliveryOrder}, {PickUpOrderNotice, entry.PickUpOrder},
	} {
		named := topic == topicOf(string(candidate.kind))
		switch {
		case candidate.id == "" && named && notice.ID == "":
			notice.Kind = candidate.kind
		case candidate.id != "" && (named || notice.ID == ""):
			notice.Kind, notice.ID = candidate.kind, string(candidate.id)
		}
	}
	if notice.Kind == OtherNotice {
		return notice, entry.other(topic)
	}
	if !isNoticed(notice.ID) {
		return Notice{}, fmt.Errorf("%w: the id of its %s is none", ErrNoNotice, notice.Kind)
	}
	if !isNoticed(notice.Merchant) {
		return Notice{}, fmt.Errorf("%w: its MerchantId is no id", ErrNoNotice)
	}
	if uuid.Validate(notice.ID) == nil {
		notice.ID = strings.ToLower(notice.ID)
	}
	return notice, nil
}

func (entry noticeEntry) other(topic string) error {
	if topic == "" {
		return fmt.Errorf("%w: it names neither a topic nor an order", ErrNoNotice)
	}
	return nil
}

// topicOf writes the name of a topic in one way: delivery-orders, Delivery_Order and "delivery
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
