package multivende

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/samber/lo"
)

// PickUpOrder is an order that its buyer picks up in a store.
type PickUpOrder struct {
	ID           string
	Code         string
	StatusID     string
	StatusCode   string // "pick_up_order_status_pending"; "" when the hub does not say
	StatusLinks  StatusLinks
	CheckoutIDs  []string // its sales
	ConnectionID string   // "" where the hub does not say
	Tracking     Tracking // what the hub shows of it
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

type pickUpEntry struct {
	ID           id                   `json:"_id"`
	Code         text                 `json:"code"`
	StatusID     id                   `json:"PickUpOrderStatusId"`
	Status       object[statusEntry]  `json:"PickUpOrderStatus"`
	StatusLink   list[pickUpLink]     `json:"PickUpOrderStatusLink"`
	StatusLinks  list[pickUpLink]     `json:"PickUpOrderStatusLinks"`
	CheckoutID   id                   `json:"CheckoutId"`
	InCheckouts  list[pickUpCheckout] `json:"PickUpOrderInCheckouts"`
	ConnectionID id                   `json:"MarketplaceConnectionId"`
	Number       text                 `json:"trackingNumber"`
	URL          address              `json:"trackingUrl"`
	Courier      text                 `json:"courierName"`
	CreatedAt    moment               `json:"createdAt"`
	UpdatedAt    moment               `json:"updatedAt"`
}

// pickUpLink is a status's link to the channel, with the members of a delivery order's link.
type pickUpLink = statusLinkEntry

type pickUpCheckout struct {
	CheckoutID id `json:"CheckoutId"`
}

// PickUpOrder reads one pick-up order. The guide names the call, but neither its path nor its answer.
func (c *Client) PickUpOrder(ctx context.Context, id string) (PickUpOrder, error) {
	var read pickUpEntry
	err := c.read(ctx, request{route: routePickUpOrder, values: map[string]string{"pickUpOrderId": id}}, &read)
	if err != nil {
		return PickUpOrder{}, err
	}
	order := read.pickUpOrder()
	if order.ID == "" {
		return PickUpOrder{}, c.missingObject(routePickUpOrder, "pick-up order")
	}
	if order.StatusCode == "" {
		order.StatusCode = c.pickUps.codeOf(ctx, c, order.StatusID)
	}
	return order, nil
}

// pickUpOrders are those of a sale, each once.
func pickUpOrders(entries []pickUpEntry) []PickUpOrder {
	orders := lo.FilterMap(entries, func(entry pickUpEntry, _ int) (PickUpOrder, bool) { return entry.pickUpOrder(), entry.ID != "" })
	return lo.UniqBy(orders, func(order PickUpOrder) string { return order.ID })
}

func (entry pickUpEntry) pickUpOrder() PickUpOrder {
	links := slices.Concat(entry.StatusLink, entry.StatusLinks)
	sales := append([]id{entry.CheckoutID}, lo.Map(entry.InCheckouts, func(in pickUpCheckout, _ int) id { return in.CheckoutID })...)
	connections := append([]id{entry.ConnectionID}, lo.Map(links, func(link statusLinkEntry, _ int) id { return link.ConnectionID })...)
	return PickUpOrder{
		ID: string(entry.ID), Code: string(entry.Code),
		StatusID: firstOf(entry.Status.value.ID, entry.StatusID), StatusCode: string(entry.Status.value.Code),
		StatusLinks: statusLinks(links), ConnectionID: firstOf(connections...),
		Tracking:    Tracking{Number: string(entry.Number), URL: string(entry.URL), Courier: string(entry.Courier)},
		CheckoutIDs: lo.Uniq(lo.FilterMap(sales, func(sale id, _ int) (string, bool) { return string(sale), sale != "" })),
		CreatedAt:   time.Time(entry.CreatedAt), UpdatedAt: time.Time(entry.UpdatedAt),
	}
}

// PickUpStatusID returns the id of a pick-up's status by the hub's code; see StatusID.
func (c *Client) PickUpStatusID(ctx context.Context, code string) (string, error) {
	return c.pickUps.idOf(ctx, c, code)
}

// PickUpStatusCode returns the hub's code of a pick-up's status by its id; "" when the catalogue does not have it.
func (c *Client) PickUpStatusCode(ctx context.Context, id string) string {
	return c.pickUps.codeOf(ctx, c, id)
}

// PickUpChange is a status to report for a pick-up order. Empty texts and zero times are not sent.
type PickUpChange struct {
	StatusCode                 string
	Comment                    string
	ClosingComment             string
	EstimatedFrom, EstimatedTo time.Time // when it can be picked up
	Closed                     time.Time // when it was
}

// ChangePickUpStatus reports a status of a pick-up order. The hub only puts it into a queue.
func (c *Client) ChangePickUpStatus(ctx context.Context, id string, change PickUpChange) error {
	statusID, err := c.PickUpStatusID(ctx, change.StatusCode)
	if err != nil {
		return fmt.Errorf("status of pick-up order %s: %w", id, err)
	}
	return c.send(ctx, request{
		route:  routeChangePickUp,
		values: map[string]string{"pickUpOrderId": id},
		body: struct {
			StatusID       string `json:"PickUpOrderStatusId"`
			Comment        string `json:"comment,omitempty"`
			ClosingComment string `json:"pickUpClosingComment,omitempty"`
			From           string `json:"estimatedPickUpDateFrom,omitempty"`
			To             string `json:"estimatedPickUpDateTo,omitempty"`
			Closed         string `json:"effectivePickUpClosingDate,omitempty"`
		}{statusID, change.Comment, change.ClosingComment, pickUpDate(change.EstimatedFrom), pickUpDate(change.EstimatedTo), pickUpDate(change.Closed)},
		mayBeEmpty: true,
	}, nil)
}

func pickUpDate(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.DateTime)
}
