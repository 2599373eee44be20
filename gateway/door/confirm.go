package door

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
)

func (d *Door) confirmRoutes(api huma.API) {
	huma.Register(api, operation(http.MethodPost, "/v1/orders/confirm", partners.Orders, huma.Operation{
		OperationID: "confirm-orders", Summary: "Say that there is stock", DefaultStatus: http.StatusOK,
		Description: "Labels of confirmed orders are made in the background. It answers when that is noted, within a minute.",
	}), d.confirmOrders)
}

// ConfirmRequest names orders whose stock is there.
type ConfirmRequest struct {
	Merchant string   `json:"merchant,omitempty" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
	Orders   []string `json:"orders" minItems:"1" maxItems:"100" doc:"Delivery order ids, checkout ids, or the marketplace's numbers."`
}

// Confirmed says what became of a confirmation.
type Confirmed struct {
	Orders []ConfirmedOrder `json:"orders" doc:"One for each delivery order that a name means."`
	Queued int              `json:"queued" doc:"How many orders' labels are made now."`
}

// ConfirmedOrder is how it ended with one order.
type ConfirmedOrder struct {
	Order   string `json:"order" doc:"The name as it was given."`
	ID      string `json:"delivery_order_id,omitempty"`
	Outcome string `json:"outcome" enum:"accepted,held_back,unknown_order,refused"`
	Reason
}

type confirmInput struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed."`
	Language       string `header:"Accept-Language" doc:"The language of the words: es, pt or en."`
	Body           ConfirmRequest
}

type confirmOutput struct{ Body Confirmed }

func (d *Door) confirmOrders(ctx context.Context, in *confirmInput) (*confirmOutput, error) {
	merchant, err := merchantOf(ctx, in.Body.Merchant)
	if err != nil {
		return nil, err
	}
	for i, name := range in.Body.Orders {
		if name == "" || len(name) > longestName {
			return nil, problem(CodeBadRequest, Wrong{Location: "body.orders[" + itoa(i) + "]", Message: "a name has 1 to 128 characters"})
		}
	}
	made, err := d.once(ctx, change{
		Route: "confirm-orders", Merchant: merchant, Key: in.IdempotencyKey, Request: in.Body,
		Do: func(ctx context.Context, _ *hold) (answer, error) {
			confirmed, err := d.Intakes.Confirm(ctx, merchant, contract.ConfirmRequest{Orders: in.Body.Orders})
			if err != nil {
				return answer{}, err
			}
			return answerOf(http.StatusOK, "", confirmed)
		},
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoOrder)
	}
	var confirmed contract.ConfirmedOrders
	if err := json.Unmarshal(made.Body, &confirmed); err != nil {
		return nil, d.refuse(ctx, err, CodeNoOrder)
	}
	out := &confirmOutput{Body: Confirmed{Orders: []ConfirmedOrder{}, Queued: confirmed.Queued}}
	for _, one := range confirmed.Orders {
		out.Body.Orders = append(out.Body.Orders, ConfirmedOrder{
			Order: one.Order, ID: one.DeliveryOrder, Outcome: string(one.Outcome), Reason: sayReason(one.Reason, languageOf(in.Language)),
		})
	}
	return out, nil
}

// longestName is how many characters a name of an order has at most.
const longestName = 128
