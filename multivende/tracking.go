package multivende

import "context"

// Tracking is what a seller who ships by own means tells of a parcel. Empty fields are not sent.
type Tracking struct {
	Number  string
	URL     string // http or https
	Courier string
}

// UpdateTracking writes the tracking of a delivery order. Which channels take it is in package
// channels; the hub's guide tells the purpose of the call, but not its path.
func (c *Client) UpdateTracking(ctx context.Context, deliveryOrderID string, tracking Tracking) error {
	switch {
	case tracking == Tracking{}:
		return c.refuse(routeUpdateTracking, "delivery order %s: there is no tracking to write", deliveryOrderID)
	case tracking.URL != "" && !isLink(tracking.URL):
		return c.refuse(routeUpdateTracking, "delivery order %s: the tracking link must be http or https", deliveryOrderID)
	}
	return c.send(ctx, request{
		route:  routeUpdateTracking,
		values: map[string]string{"deliveryOrderId": deliveryOrderID},
		body: struct {
			Number  string `json:"trackingNumber,omitempty"`
			URL     string `json:"trackingUrl,omitempty"`
			Courier string `json:"courierName,omitempty"`
		}{tracking.Number, tracking.URL, tracking.Courier},
		mayBeEmpty: true,
	}, nil)
}
