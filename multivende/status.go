package multivende

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/samber/lo"
)

// DeliveryOrderStatus is one row of the hub's catalogue of statuses.
type DeliveryOrderStatus struct {
	ID   string
	Code string // "_delivery_order_status_shipped_"; match on it, never on a name
}

type statusEntry struct {
	ID   id   `json:"_id"`
	Code text `json:"code"`
}

// statusCatalogue keeps a catalogue of statuses after it has been read once: its ids are the same for everybody.
type statusCatalogue struct {
	route string
	turn  chan struct{} // held while reading or fetching; a channel, so that waiting ends with a context
	kept  *[]DeliveryOrderStatus
}

func newStatusCatalogue(route string) statusCatalogue {
	return statusCatalogue{route: route, turn: make(chan struct{}, 1), kept: new([]DeliveryOrderStatus)}
}

// DeliveryOrderStatuses reads the hub's catalogue of statuses, given as an array or as a list.
func (c *Client) DeliveryOrderStatuses(ctx context.Context) ([]DeliveryOrderStatus, error) {
	return c.statuses.fetch(ctx, c)
}

func (k statusCatalogue) fetch(ctx context.Context, c *Client) ([]DeliveryOrderStatus, error) {
	var raw json.RawMessage
	if err := c.read(ctx, request{route: k.route}, &raw); err != nil {
		return nil, err
	}
	var envelope struct {
		Entries list[statusEntry] `json:"entries"`
	}
	var entries list[statusEntry]
	if len(raw) > 0 && raw[0] == '[' {
		_ = json.Unmarshal(raw, &entries)
	} else if json.Unmarshal(raw, &envelope) == nil {
		entries = envelope.Entries
	}
	all := lo.FilterMap(entries, func(entry statusEntry, _ int) (DeliveryOrderStatus, bool) {
		return DeliveryOrderStatus{string(entry.ID), string(entry.Code)}, entry.ID != "" && entry.Code != ""
	})
	if len(all) == 0 {
		return nil, &Error{Class: Broken, Route: c.label(k.route), CalledRoute: c.called(k.route), Status: 200, Excerpt: "the catalogue of statuses is empty"}
	}
	return all, nil
}

// rows returns the kept catalogue; it is read when none is kept yet, or when again is set.
func (k statusCatalogue) rows(ctx context.Context, c *Client, again bool) ([]DeliveryOrderStatus, error) {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if kept := *k.kept; len(kept) > 0 && !again {
		return kept, nil
	}
	all, err := k.fetch(ctx, c)
	if err == nil {
		*k.kept = all
	}
	return all, err
}

// StatusID returns the id of a status by the hub's code, compared without case and outer
// underscores. The catalogue is read once and kept, and read again for a code that it lacks.
func (c *Client) StatusID(ctx context.Context, code string) (string, error) {
	return c.statuses.idOf(ctx, c, code)
}

func (k statusCatalogue) idOf(ctx context.Context, c *Client, code string) (string, error) {
	for _, again := range []bool{false, true} {
		all, err := k.rows(ctx, c, again)
		if err != nil {
			return "", err
		}
		found, ok := lo.Find(all, func(row DeliveryOrderStatus) bool { return sameCode(row.Code, code) })
		if ok {
			return found.ID, nil
		}
	}
	return "", c.refuse(k.route, "the hub has no status with the code %q", code)
}

func sameCode(a, b string) bool {
	return strings.EqualFold(strings.Trim(strings.TrimSpace(a), "_"), strings.Trim(strings.TrimSpace(b), "_"))
}

// codeOf is the code of a status by its id; "" when the catalogue does not have it.
func (k statusCatalogue) codeOf(ctx context.Context, c *Client, id string) string {
	if id == "" {
		return ""
	}
	all, err := k.rows(ctx, c, false)
	if err != nil {
		return ""
	}
	found, _ := lo.Find(all, func(row DeliveryOrderStatus) bool { return row.ID == id })
	return found.Code
}

// StatusChange is a shipment status to report for a delivery order.
type StatusChange struct {
	StatusCode string    // the hub's code, or
	StatusID   string    // its id, for which no catalogue is needed
	Date       time.Time // when it happened; zero means now, by the hub's clock
	Comment    string    // may be empty; the merchant reads it in the hub
}

// ChangeStatus reports a status of a delivery order. The hub only puts it into a queue: the
// delivery order's StatusLink says later whether the channel took it.
func (c *Client) ChangeStatus(ctx context.Context, deliveryOrderID string, change StatusChange) error {
	statusID := change.StatusID
	if statusID == "" {
		var err error
		if statusID, err = c.StatusID(ctx, change.StatusCode); err != nil {
			return fmt.Errorf("status of delivery order %s: %w", deliveryOrderID, err)
		}
	}
	date := change.Date
	if date.IsZero() {
		date = c.clock.Now()
	}
	return c.send(ctx, request{
		route:  routeChangeStatus,
		values: map[string]string{"deliveryOrderId": deliveryOrderID},
		body: struct {
			DeliveryOrderID string `json:"DeliveryOrderId"`
			StatusID        string `json:"DeliveryOrderStatusId"`
			Date            string `json:"date"`
			Comment         string `json:"comment,omitempty"`
		}{deliveryOrderID, statusID, date.UTC().Format(time.RFC3339), change.Comment},
		mayBeEmpty: true,
	}, nil)
}
