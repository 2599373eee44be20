package run

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service/wholefile"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/storage"
)

// bundleRuns is how many of the merchant's newest runs are looked through for an order.
const bundleRuns = 50

// bundle is what the hub's support needs to know of an order. Everything in it is taken over by
// name; nothing of the buyer, no address, no link and no token is among it.
type bundle struct {
	MadeAt         time.Time             `json:"made_at"`
	HubTime        time.Time             `json:"hub_time,omitzero"`
	Hub            string                `json:"hub"`
	Merchant       string                `json:"merchant"`
	Order          string                `json:"order"`
	Checks         []finding             `json:"checks"`
	Calls          []hubCall             `json:"calls"`
	DeliveryOrders []bundledOrder        `json:"delivery_orders"`
	Checkouts      []bundledCheckout     `json:"checkouts"`
	Errors         []string              `json:"errors,omitempty"`
	Intake         json.RawMessage       `json:"intake,omitempty"`
	Runs           map[string]bundledRow `json:"runs"`
}

type bundledOrder struct {
	ID                       string         `json:"_id"`
	Code                     string         `json:"code"`
	Status                   string         `json:"status"`
	DeliveryStatus           string         `json:"deliveryStatus"`
	DeliveryOrderStatusID    string         `json:"DeliveryOrderStatusId"`
	DeliveryOrderStatus      string         `json:"DeliveryOrderStatus.code"`
	Link                     *bundledLink   `json:"DeliveryOrderStatusLink"`
	ShippingLabelStatus      string         `json:"shippingLabelStatus"`
	ShippingLabelPrintStatus string         `json:"shippingLabelPrintStatus"`
	ShippingMode             string         `json:"shippingMode"`
	CourierName              string         `json:"courierName"`
	TrackingNumber           string         `json:"trackingNumber"`
	DeliveryTypeID           string         `json:"DeliveryTypeId"`
	WarehouseID              string         `json:"WarehouseId"`
	HandlingDateLimit        time.Time      `json:"handlingDateLimit,omitzero"`
	PromisedDeliveryDate     time.Time      `json:"promisedDeliveryDate,omitzero"`
	CreatedAt                time.Time      `json:"createdAt,omitzero"`
	UpdatedAt                time.Time      `json:"updatedAt,omitzero"`
	Documents                []bundledPaper `json:"documents"`
	CheckoutIDs              []string       `json:"CheckoutIds"`
	ExternalIDs              []string       `json:"externalIds"`
}

type bundledLink struct {
	State    string    `json:"synchronizationStatus"`
	StatusID string    `json:"DeliveryOrderStatusId,omitempty"`
	Message  string    `json:"message,omitempty"`
	At       time.Time `json:"at,omitzero"`
}

type bundledPaper struct {
	ID        string    `json:"_id"`
	Type      string    `json:"type"`
	HasURL    bool      `json:"has_url"`
	UpdatedAt time.Time `json:"updatedAt,omitzero"`
}

type bundledCheckout struct {
	ID                 string    `json:"_id"`
	Code               string    `json:"code"`
	Origin             string    `json:"origin"`
	Status             string    `json:"status"`
	VerificationStatus string    `json:"verificationStatus"`
	PaymentStatus      string    `json:"paymentStatus"`
	DeliveryStatus     string    `json:"deliveryStatus"`
	SoldAt             time.Time `json:"soldAt,omitzero"`
	CreatedAt          time.Time `json:"createdAt,omitzero"`
	UpdatedAt          time.Time `json:"updatedAt,omitzero"`
	ConnectionID       string    `json:"MarketplaceConnectionId"`
	ExternalID         string    `json:"externalId"`
	OrderNumber        string    `json:"externalOrderNumber"`
	ShippingMode       string    `json:"shippingMode"`
	DeliveryOrderIDs   []string  `json:"DeliveryOrderIds"`
}

// bundledRow is what a run's manifest says of the order.
type bundledRow struct {
	Started   time.Time        `json:"started"`
	Requested int64            `json:"requested"`
	Outcome   contract.Outcome `json:"outcome"`
	contract.Reason
	Status  contract.StatusOutcome `json:"status"`
	Channel string                 `json:"channel"`
	Printed bool                   `json:"printed"`
}

// examineBundle writes the bundle and tells so.
func (e *examination) examineBundle(ctx context.Context) {
	b := &bundle{
		MadeAt: e.now().UTC(), Hub: e.command.Hub, Merchant: e.merchant, Order: e.command.Bundle,
		DeliveryOrders: []bundledOrder{}, Checkouts: []bundledCheckout{}, Runs: map[string]bundledRow{},
	}
	if e.hub != nil {
		e.readOrder(ctx, b)
		b.HubTime = e.hub.Clock().Now()
	}
	e.readRecords(ctx, b)
	b.Checks, b.Calls = e.findings, e.calls
	content, err := json.MarshalIndent(b, "", "  ")
	if err == nil {
		err = wholefile.Replace(e.command.Out, append(content, '\n'), wholefile.PrivateMode)
	}
	if err != nil {
		e.fail("bundle", "name a file in a folder that can be written", "%v", err)
		return
	}
	if e.hub != nil && len(b.DeliveryOrders)+len(b.Checkouts) == 0 {
		e.warn("bundle", "name a delivery order or a checkout by the hub's id", "%s: the hub knows nothing of order %s; its answers are in the file", e.command.Out, e.command.Bundle)
		return
	}
	e.ok("bundle", "%s: order %s with %s, %s; nothing of the buyer is in it", e.command.Out, e.command.Bundle,
		terminal.Count(len(b.DeliveryOrders), "delivery order"), terminal.Count(len(b.Runs), "run"))
}

// readOrder reads the order now: as a delivery order with its sales, else as a sale.
func (e *examination) readOrder(ctx context.Context, b *bundle) {
	order, err := e.hub.DeliveryOrder(ctx, b.Order)
	sales := []string{b.Order}
	if err == nil {
		b.DeliveryOrders = append(b.DeliveryOrders, bundleOrder(order))
		sales = lo.Map(order.Checkouts, func(c multivende.CheckoutReference, _ int) string { return c.ID })
	} else if multivende.ClassOf(err) != multivende.NotFound {
		b.Errors = append(b.Errors, err.Error())
	}
	for _, id := range lo.Uniq(sales) {
		sale, err := e.hub.Checkout(ctx, id)
		if err != nil {
			b.Errors = append(b.Errors, err.Error())
			continue
		}
		b.Checkouts = append(b.Checkouts, bundleCheckout(sale))
		for _, one := range sale.DeliveryOrders {
			if one.ID != order.ID {
				b.DeliveryOrders = append(b.DeliveryOrders, bundleOrder(one))
			}
		}
	}
}

func bundleOrder(o multivende.DeliveryOrder) bundledOrder {
	b := bundledOrder{
		ID: o.ID, Code: o.Code, Status: o.Status, DeliveryStatus: o.DeliveryStatus,
		DeliveryOrderStatusID: o.StatusID, DeliveryOrderStatus: o.StatusCode,
		ShippingLabelStatus: o.ShippingLabelStatus, ShippingLabelPrintStatus: o.ShippingLabelPrintStatus,
		ShippingMode: o.ShippingMode, CourierName: o.CourierName, TrackingNumber: o.TrackingNumber,
		DeliveryTypeID: o.DeliveryTypeID, WarehouseID: o.WarehouseID,
		HandlingDateLimit: o.HandlingDateLimit, PromisedDeliveryDate: o.PromisedDeliveryDate, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
		ExternalIDs: o.LinkExternalIDs,
		CheckoutIDs: lo.Map(o.Checkouts, func(c multivende.CheckoutReference, _ int) string { return c.ID }),
		Documents: lo.Map(o.Documents, func(d multivende.Document, _ int) bundledPaper {
			return bundledPaper{d.ID, d.Type, d.URL != "", d.UpdatedAt}
		}),
	}
	if link := o.StatusLink; link.Present {
		b.Link = &bundledLink{link.State, link.StatusID, link.Message, link.At}
	}
	return b
}

func bundleCheckout(c multivende.Checkout) bundledCheckout {
	return bundledCheckout{
		ID: c.ID, Code: c.Code, Origin: c.Origin, Status: c.Status, VerificationStatus: c.VerificationStatus,
		PaymentStatus: c.PaymentStatus, DeliveryStatus: c.DeliveryStatus, SoldAt: c.SoldAt, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
		ConnectionID: c.ConnectionID, ExternalID: c.ExternalID, OrderNumber: c.OrderNumber, ShippingMode: c.ShippingMode,
		DeliveryOrderIDs: lo.Map(c.DeliveryOrders, func(o multivende.DeliveryOrder, _ int) string { return o.ID }),
	}
}

// readRecords adds what the intake and the newest runs have recorded.
func (e *examination) readRecords(ctx context.Context, b *bundle) {
	if e.store == nil {
		return
	}
	ids := append(lo.Map(b.DeliveryOrders, func(o bundledOrder, _ int) string { return o.ID }), b.Order)
	for _, id := range lo.Uniq(ids) {
		if e.store.Get(ctx, storage.IntakeOrder(e.merchant, id), &b.Intake) == nil {
			break
		}
		b.Intake = nil
	}
	if e.temporal == nil {
		return
	}
	runs, err := client.ListRuns(ctx, client.TemporalRuns{Client: e.temporal}, e.merchant, "", bundleRuns)
	if err != nil {
		b.Errors = append(b.Errors, err.Error())
	}
	for _, run := range runs {
		e.readManifest(ctx, b, run, ids)
	}
}

func (e *examination) readManifest(ctx context.Context, b *bundle, run client.Description, ids []string) {
	var manifest contract.Manifest
	err := e.store.Get(ctx, storage.ManifestJSON(e.merchant, run.Run), &manifest)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		b.Errors = append(b.Errors, err.Error())
	}
	for _, row := range manifest.Rows {
		if lo.Contains(ids, row.ID) {
			b.Runs[contract.RunID(e.merchant, run.Run)+" "+row.ID] = bundledRow{
				Started: run.Started.UTC(), Requested: run.Requested, Outcome: row.Outcome, Reason: row.Reason,
				Status: row.Status, Channel: row.Channel, Printed: row.Position != nil,
			}
		}
	}
}
