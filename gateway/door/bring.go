package door

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
)

func (d *Door) bringRoutes(api huma.API) {
	file := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	huma.Register(api, operation(http.MethodPut, "/v1/orders/{name}/label", partners.Labels, huma.Operation{
		OperationID: "put-label", Summary: "Bring a courier's own label", DefaultStatus: http.StatusOK, MaxBodyBytes: contract.BroughtLabelLimit,
		Description: "For an order that the hub makes no label for: of a web shop, or with a courier of your own. The body is the file, PDF or ZPL, at most 10 MiB. " +
			"It is checked and made safe to print as any other; the next batch publishes it, with the orders that it names or with all that wait. " +
			"It answers when the label is stored, within a minute. The same file again changes nothing; another one for the same order is refused.",
		RequestBody: &huma.RequestBody{Required: true, Description: "The label's file.", Content: map[string]*huma.MediaType{
			"application/octet-stream": file, "application/pdf": file, "application/vnd.zebra.zpl": file,
		}},
	}), d.putLabel)
}

type bringInput struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed."`
	Language       string `header:"Accept-Language" doc:"The language of the words: es, pt or en."`
	Name           string `path:"name" maxLength:"128" doc:"Any name of the order."`
	Merchant       string `query:"merchant" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
	RawBody        []byte
}

// BroughtLabel is a label that was brought, as it is in the store.
type BroughtLabel struct {
	ID     string        `json:"delivery_order_id"`
	Labels []BroughtFile `json:"labels" maxItems:"1000"`
}

// BroughtFile is one file of it.
type BroughtFile struct {
	Format string   `json:"format" enum:"zpl,pdf"`
	Count  int      `json:"count" doc:"Its pages (PDF) or units (ZPL)."`
	SHA256 string   `json:"sha256" doc:"Of the file in the store, in hexadecimal."`
	Notes  []string `json:"notes,omitempty" maxItems:"50" doc:"What was changed so that it prints safely."`
}

type bringOutput struct{ Body BroughtLabel }

func (d *Door) putLabel(ctx context.Context, in *bringInput) (*bringOutput, error) {
	merchant, err := merchantOf(ctx, in.Merchant)
	if err != nil {
		return nil, err
	}
	if len(in.RawBody) == 0 {
		return nil, problem(CodeBadRequest, Wrong{Location: "body", Message: "the body is the label's file; it is empty"})
	}
	made, err := d.once(ctx, change{
		Route: "put-label", Merchant: merchant, Key: in.IdempotencyKey, Request: []string{in.Name, digestOf(string(in.RawBody))},
		Do: func(ctx context.Context, _ *hold) (answer, error) {
			brought, err := client.BringLabel(ctx, d.Labels, d.Store, merchant, in.Name, in.RawBody)
			if err != nil {
				return answer{}, err
			}
			if wrong := refusedLabel(brought, in.Language); wrong != nil {
				return answer{}, wrong // it may go otherwise later, so it is not kept as the answer
			}
			return answerOf(http.StatusOK, "", brought)
		},
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoOrder)
	}
	var brought contract.BroughtLabel
	if err := json.Unmarshal(made.Body, &brought); err != nil {
		return nil, d.refuse(ctx, err, CodeNoOrder)
	}
	return &bringOutput{Body: BroughtLabel{ID: brought.DeliveryOrder, Labels: lo.Map(brought.Labels, func(f contract.BroughtFile, _ int) BroughtFile {
		return BroughtFile(f)
	})}}, nil
}

// refusedLabel is the problem of a label that was not taken; nil when it was.
func refusedLabel(brought contract.BroughtLabel, language string) *Problem {
	words := sayReason(brought.Reason, languageOf(language)).Words
	switch brought.Outcome {
	case contract.BroughtStored:
		return nil
	case contract.BroughtAmbiguous:
		return problem(CodeManyOrders, lo.Map(brought.Orders, func(id string, _ int) Wrong { return Wrong{Message: id} })...)
	case contract.BroughtRefused:
		return problem(CodeLabelRefused, Wrong{Location: "path.name", Message: words})
	case contract.BroughtUnusable:
		return problem(CodeLabelUnusable, unusable("body", brought.Reason, words)...)
	case contract.BroughtUnknown:
	}
	return problem(CodeNoOrder)
}

// unusable says what is wrong with a file: in the language asked for, and what the one who opened it found, which is in
// English and which the words of other languages leave out.
func unusable(location string, reason contract.Reason, words string) []Wrong {
	wrong := []Wrong{{Location: location, Message: words}}
	if found := reason.Values["detail"]; found != "" && !strings.Contains(words, found) {
		wrong = append(wrong, Wrong{Location: location, Message: found})
	}
	return wrong
}
