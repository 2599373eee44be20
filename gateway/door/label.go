package door

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
)

// labelFormats are those in which a label can be read, with their types.
var labelFormats = map[string]string{"zpl": "application/vnd.zebra.zpl", "pdf": "application/pdf"}

// mostLabel is how large a label's file may be: the worker takes none that is larger.
const mostLabel = 64 << 20

func (d *Door) labelRoutes(api huma.API) {
	// http.ServeMux takes no pattern such as label.{format}: the file's name is one segment.
	huma.Register(api, operation(http.MethodGet, "/v1/orders/{name}/{file}", partners.Labels, huma.Operation{
		OperationID: "get-label", Summary: "The label of one order", Errors: []int{http.StatusConflict, http.StatusGone},
		Description: "label.zpl or label.pdf, as it is in the store: checked, and safe to print. An order of several parcels has several labels; the header Despacho-Labels says how many, and number chooses one. " +
			"Reading a label does not count as printing: an order that you print so is published by a batch with this order.",
		Responses: map[string]*huma.Response{"200": {Description: "The label.", Content: map[string]*huma.MediaType{
			labelFormats["zpl"]: {Schema: &huma.Schema{Type: "string", Format: "binary"}}, labelFormats["pdf"]: {Schema: &huma.Schema{Type: "string", Format: "binary"}},
		}}},
	}), d.getLabel)
}

type labelInput struct {
	Name     string `path:"name" maxLength:"128" doc:"Any name of the order."`
	File     string `path:"file" enum:"label.zpl,label.pdf" doc:"The format."`
	Number   int    `query:"number" minimum:"1" maximum:"100" doc:"Which of the order's labels, from 1; the first unless set otherwise."`
	Merchant string `query:"merchant" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
}

type labelOutput struct {
	ContentType string `header:"Content-Type"`
	Labels      int    `header:"Despacho-Labels" doc:"How many labels the order has in this format."`
	Digest      string `header:"Despacho-SHA256" doc:"SHA-256 of the label, in hexadecimal."`
	Body        []byte
}

func (d *Door) getLabel(ctx context.Context, in *labelInput) (*labelOutput, error) {
	merchant, err := merchantOf(ctx, in.Merchant)
	if err != nil {
		return nil, err
	}
	format := in.File[len("label."):]
	record, err := d.findOrder(ctx, merchant, in.Name)
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoOrder)
	}
	if record.State == contract.IntakeCancelled || record.State == contract.IntakeTakeOut {
		return nil, problem(CodeOrderCancelled)
	}
	stored, err := client.LabelsOfOrder(ctx, d.Store, merchant, record.Connection, record.Order)
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoOrder)
	}
	labels := lo.Filter(stored, func(l client.StoredLabel, _ int) bool { return l.Format == format })
	if wanted := lo.Filter(labels, func(l client.StoredLabel, _ int) bool { return !l.Spare }); len(wanted) > 0 {
		labels = wanted
	}
	number := max(in.Number, 1)
	switch {
	case len(stored) == 0:
		return nil, problem(CodeNoLabel)
	case len(labels) == 0:
		formats := slices.Sorted(slices.Values(lo.Uniq(lo.Map(stored, func(l client.StoredLabel, _ int) string { return l.Format }))))
		return nil, problem(CodeOtherFormat, lo.Map(formats, func(f string, _ int) Wrong { return Wrong{Message: f} })...)
	case number > len(labels):
		return nil, problem(CodeBadRequest, Wrong{Location: "query.number", Message: "the order has " + strconv.Itoa(len(labels)) + " labels in this format"})
	}
	label := labels[number-1]
	data, err := d.labelData(ctx, label)
	if err == nil && digestOf(string(data)) != label.SHA256 {
		err = fmt.Errorf("the label %s is not the one that its record says", label.Key)
	}
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoLabel)
	}
	return &labelOutput{ContentType: labelFormats[format], Labels: len(labels), Digest: label.SHA256, Body: data}, nil
}

// labelData reads a label where it stands: by itself, or in a pack.
func (d *Door) labelData(ctx context.Context, label client.StoredLabel) ([]byte, error) {
	if label.Pack == "" {
		return d.Store.ReadAll(ctx, label.Key, mostLabel)
	}
	return d.Store.ReadPlace(ctx, storage.Place{Key: label.Pack, From: label.From, Bytes: label.Bytes}, mostLabel)
}
