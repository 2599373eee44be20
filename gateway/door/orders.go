package door

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

func (d *Door) orderRoutes(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/orders", partners.Orders, huma.Operation{
		OperationID: "list-orders", Summary: "The feed of orders",
		Description: "Orders as they come into a state. Keep next_cursor and ask with it again: it is always there, and loses nothing. " +
			"An order may come twice; changed_at tells which is newer. A page may be empty although more is true.",
	}), d.listOrders)
	huma.Register(api, operation(http.MethodGet, "/v1/orders/{name}", partners.Orders, huma.Operation{
		OperationID: "get-order", Summary: "One order", Errors: []int{http.StatusConflict},
		Description: "By its delivery order id, its sale's id, the marketplace's number, its code, or the tracking number that the hub knows.",
	}), d.getOrder)
}

// Order is what the intake knows of an order. There is nothing of its buyer in it.
type Order struct {
	ID             string     `json:"delivery_order_id"`
	Merchant       string     `json:"merchant"`
	Code           string     `json:"delivery_order_code,omitempty"`
	Number         string     `json:"order_number,omitempty" doc:"The marketplace's number."`
	Checkout       string     `json:"checkout_id,omitempty" doc:"The hub's id of the sale."`
	Connection     string     `json:"connection_id,omitempty"`
	ConnectionName string     `json:"connection_name,omitempty"`
	Channel        string     `json:"channel,omitempty"`
	ShippingMode   string     `json:"shipping_mode,omitempty"`
	Deadline       *time.Time `json:"deadline,omitempty" doc:"Until when it must be handed over."`
	SoldAt         *time.Time `json:"sold_at,omitempty"`
	State          string     `json:"state" enum:"take_out,held_back,waiting,queued,taken,labelled,cancelled,unsupported,ended,closed"`
	Reason
	Confirmed bool      `json:"confirmed" doc:"Its stock was confirmed."`
	Batch     string    `json:"batch,omitempty" doc:"The batch that makes or has published its label."`
	FirstSeen time.Time `json:"first_seen_at"`
	ChangedAt time.Time `json:"changed_at"`
}

func viewOrder(merchant string, r contract.IntakeRecord, language wording.Language) Order {
	order := Order{
		ID: r.Order, Merchant: merchant, Code: r.Code, Number: r.Number, Checkout: r.Checkout, Connection: r.Connection, ConnectionName: r.ConnectionName,
		Channel: r.Channel, ShippingMode: r.ShippingMode, State: string(r.State), Reason: sayReason(r.Reason, language),
		Confirmed: r.Confirmed, FirstSeen: r.FirstSeenAt, ChangedAt: r.ChangedAt,
	}
	if !r.Deadline.IsZero() {
		order.Deadline = lo.ToPtr(r.Deadline)
	}
	if !r.Sold.IsZero() {
		order.SoldAt = lo.ToPtr(r.Sold)
	}
	if r.Run != "" {
		order.Batch = makeID(merchant, r.Run)
	}
	return order
}

type orderInput struct {
	Name     string `path:"name" maxLength:"128" doc:"Any name of the order."`
	Merchant string `query:"merchant" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
	Language string `header:"Accept-Language" doc:"The language of the words: es, pt or en."`
}

type orderOutput struct{ Body Order }

func (d *Door) getOrder(ctx context.Context, in *orderInput) (*orderOutput, error) {
	merchant, err := merchantOf(ctx, in.Merchant)
	if err != nil {
		return nil, err
	}
	record, err := d.findOrder(ctx, merchant, in.Name)
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoOrder)
	}
	return &orderOutput{Body: viewOrder(merchant, record, languageOf(in.Language))}, nil
}

// findOrder is the one order that a name means.
func (d *Door) findOrder(ctx context.Context, merchant, name string) (contract.IntakeRecord, error) {
	record, err := intakebook.ReadIntakeRecord(ctx, d.Store, merchant, name)
	if err == nil || !errors.Is(err, storage.ErrNotFound) {
		return record, err
	}
	ids, err := d.ordersNamed(ctx, merchant, name)
	if err != nil {
		return contract.IntakeRecord{}, err
	}
	records, err := d.readOrders(ctx, merchant, ids)
	switch {
	case err != nil:
		return contract.IntakeRecord{}, err
	case len(records) == 0:
		return contract.IntakeRecord{}, problem(CodeNoOrder)
	case len(records) > 1:
		return contract.IntakeRecord{}, problem(CodeManyOrders, lo.Map(records, func(r contract.IntakeRecord, _ int) Wrong { return Wrong{Message: r.Order} })...)
	}
	return records[0], nil
}

// ordersNamed are the delivery orders of a sale, of a marketplace's number, or of a parcel's code or tracking number.
func (d *Door) ordersNamed(ctx context.Context, merchant, name string) ([]string, error) {
	checkouts := []string{name}
	sales, err := intakebook.SalesOfNumber(ctx, d.Store, merchant, name)
	if err != nil {
		return nil, err
	}
	for _, sale := range sales {
		checkouts = append(checkouts, sale.Checkout)
	}
	ids, err := intakebook.OrdersOfParcel(ctx, d.Store, merchant, name)
	if err != nil {
		return nil, err
	}
	for _, checkout := range lo.Uniq(checkouts) {
		sale, err := intakebook.SaleRecord(ctx, d.Store, merchant, checkout)
		if err != nil {
			return nil, err
		}
		if sale != nil {
			ids = append(ids, sale.Orders...)
		}
	}
	return lo.Uniq(ids), nil
}

// mostReads is how many objects are read at a time for a request.
const mostReads = 16

// readOrders reads what is known of some orders, in their order; those of which nothing is known are left out.
func (d *Door) readOrders(ctx context.Context, merchant string, ids []string) ([]contract.IntakeRecord, error) {
	found := make([]*contract.IntakeRecord, len(ids))
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(mostReads)
	for i, id := range ids {
		group.Go(func() error {
			record, err := intakebook.ReadIntakeRecord(ctx, d.Store, merchant, id)
			if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrKey) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			found[i] = &record
			return err
		})
	}
	err := group.Wait()
	return lo.Map(lo.Compact(found), func(r *contract.IntakeRecord, _ int) contract.IntakeRecord { return *r }), err
}

type listOrdersInput struct {
	Merchant string `query:"merchant" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
	State    string `query:"state" maxLength:"20" enum:"take_out,held_back,waiting,queued,taken,labelled,cancelled,unsupported,ended,closed" doc:"Only orders that come into this state."`
	Cursor   string `query:"cursor" maxLength:"2048" doc:"next_cursor of the answer before, of whatever day."`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" doc:"How many at most; 100 unless set otherwise."`
	Language string `header:"Accept-Language" doc:"The language of the words: es, pt or en."`
}

// OrderList is a page of the feed.
type OrderList struct {
	Orders     []Order `json:"orders" maxItems:"500"`
	NextCursor string  `json:"next_cursor" doc:"Ask with it the next time. It is always there."`
	More       bool    `json:"more" doc:"There is more now; else come again later."`
}

type orderListOutput struct{ Body OrderList }

func (d *Door) listOrders(ctx context.Context, in *listOrdersInput) (*orderListOutput, error) {
	merchant, err := merchantOf(ctx, in.Merchant)
	if err != nil {
		return nil, err
	}
	if in.State != "" && !slices.Contains(contract.IntakeOrderStates(), contract.IntakeOrderState(in.State)) {
		return nil, problem(CodeBadRequest, Wrong{Location: "query.state", Message: "there is no such state"})
	}
	list := fmt.Sprintf("feed %s %s", merchant, in.State)
	var at walk
	if err := readCursor(in.Cursor, list, &at); err != nil {
		return nil, err
	}
	if !at.valid(feedPrefix(merchant, in.State)) {
		return nil, problem(CodeCursor)
	}
	found, at, more, err := d.feed(ctx, merchant, in.State, at, pageSize(in.Limit))
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoOrder)
	}
	language := languageOf(in.Language)
	out := &orderListOutput{Body: OrderList{Orders: []Order{}, More: more}}
	for _, record := range found {
		out.Body.Orders = append(out.Body.Orders, viewOrder(merchant, record, language))
	}
	out.Body.NextCursor, err = writeCursor(list, at)
	return out, d.refuse(ctx, err, CodeNoOrder)
}
