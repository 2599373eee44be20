package multivende

import "context"

// Tracking is what a seller who arranges the shipping reports about a parcel. Empty fields are not sent.
type Tracking struct {
	Number  string
	URL     string // http or https
	Courier string
}

// UpdateTracking writes the tracking of a delivery order. Package channels knows which channels
// accept it; the hub's guide gives the purpose of the call, but not its path.
func (c *Client) UpdateTracking(ctx context.Context, deliveryOrderID string, tracking Tracking) error {
	return c.writeTracking(ctx, request{route: routeUpdateTracking, values: map[string]string{"deliveryOrderId": deliveryOrderID}},
		"delivery order "+deliveryOrderID, tracking)
}

// UpdatePickUpTracking writes the tracking of a pick-up order (VTEX). The guide says that it can be
// written; its path, the pick-up's own, and its members, a delivery order's, are assumed.
func (c *Client) UpdatePickUpTracking(ctx context.Context, pickUpOrderID string, tracking Tracking) error {
	return c.writeTracking(ctx, request{route: routePickUpTracking, values: map[string]string{"pickUpOrderId": pickUpOrderID}},
		"pick-up order "+pickUpOrderID, tracking)
}

func (c *Client) writeTracking(ctx context.Context, r request, order string, tracking Tracking) error {
	switch {
	case tracking == Tracking{}:
		return c.refuse(r.route, "%s: there is no tracking to write", order)
	case tracking.URL != "" && !isLink(tracking.URL):
		return c.refuse(r.route, "%s: the tracking link must be http or https", order)
	}
	r.mayBeEmpty = true
	r.body = struct {
		Number  string `json:"trackingNumber,omitempty"`
		URL     string `json:"trackingUrl,omitempty"`
		Courier string `json:"courierName,omitempty"`
	}{tracking.Number, tracking.URL, tracking.Courier}
	return c.send(ctx, r, nil)
}
