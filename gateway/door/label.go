package door

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
)

// labelFormats are those in which a label can be read, with their types. A picture is drawn of the PDF.
var labelFormats = map[string]string{"zpl": "application/vnd.zebra.zpl", "pdf": "application/pdf", pictureFormat: "image/png"}

const (
	pictureFormat = "png"
	// mostLabel is how large a label's file may be: the worker takes none that is larger.
	mostLabel = 64 << 20
)

func (d *Door) labelRoutes(api huma.API) {
	file := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	// http.ServeMux takes no pattern such as label.{format}: the file's name is one segment.
	huma.Register(api, operation(http.MethodGet, "/v1/orders/{name}/{file}", partners.Labels, huma.Operation{
		OperationID: "get-label", Summary: "The label of one order", Errors: []int{http.StatusConflict, http.StatusGone},
		Description: "label.zpl or label.pdf, as it is in the store: checked, and safe to print. An order of several parcels has several labels; the header Despacho-Labels says how many, and number chooses one. " +
			"label.png is one page of a PDF label in black and white, 8 dots per millimetre; page chooses which, and Despacho-Pages says how many there are. A worker draws it once, within a minute. A ZPL label is not drawn. " +
			"Reading a label does not count as printing: an order that you print so is published by a batch with this order.",
		Responses: map[string]*huma.Response{"200": {Description: "The label.", Content: lo.MapEntries(labelFormats, func(_, kind string) (string, *huma.MediaType) { return kind, file })}},
	}), d.getLabel)
}

type labelInput struct {
	Language string `header:"Accept-Language" doc:"The language of the words: es, pt or en."`
	Name     string `path:"name" maxLength:"128" doc:"Any name of the order."`
	File     string `path:"file" enum:"label.zpl,label.pdf,label.png" doc:"The format."`
	Number   int    `query:"number" minimum:"1" maximum:"100" doc:"Which of the order's labels, from 1; the first unless set otherwise."`
	Page     int    `query:"page" minimum:"1" maximum:"1000" doc:"For label.png: which page of the label, from 1; the first unless set otherwise."`
	Merchant string `query:"merchant" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
}

type labelOutput struct {
	ContentType string `header:"Content-Type"`
	Labels      int    `header:"Despacho-Labels" doc:"How many labels the order has in this format."`
	Pages       int    `header:"Despacho-Pages" doc:"How many pages the label has; not for ZPL."`
	Digest      string `header:"Despacho-SHA256" doc:"SHA-256 of the file, in hexadecimal."`
	Body        []byte
}

func (d *Door) getLabel(ctx context.Context, in *labelInput) (*labelOutput, error) {
	merchant, err := merchantOf(ctx, in.Merchant)
	if err != nil {
		return nil, err
	}
	format := strings.TrimPrefix(in.File, "label.")
	if in.Page > 0 && format != pictureFormat {
		return nil, problem(CodeBadRequest, Wrong{Location: "query.page", Message: "page is for label.png; the other formats have all pages"})
	}
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
	label, labels, err := chooseLabel(stored, format, in.Number)
	if err != nil {
		return nil, err
	}
	out := &labelOutput{ContentType: labelFormats[format], Labels: labels, Digest: label.SHA256}
	if label.Format == "pdf" {
		out.Pages = label.Count
	}
	if format == pictureFormat {
		out.Body, err = d.picture(ctx, merchant, label, max(in.Page, 1), in.Language)
		out.Digest = digestOf(string(out.Body))
	} else {
		out.Body, err = d.labelData(ctx, label)
	}
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoLabel)
	}
	return out, nil
}

// chooseLabel is the label that is asked for, and how many there are in its format.
func chooseLabel(stored []client.StoredLabel, format string, number int) (client.StoredLabel, int, error) {
	kept := lo.Ternary(format == pictureFormat, "pdf", format)
	labels := lo.Filter(stored, func(l client.StoredLabel, _ int) bool { return l.Format == kept })
	if wanted := lo.Filter(labels, func(l client.StoredLabel, _ int) bool { return !l.Spare }); len(wanted) > 0 {
		labels = wanted
	}
	number = max(number, 1)
	switch {
	case len(stored) == 0:
		return client.StoredLabel{}, 0, problem(CodeNoLabel)
	case len(labels) == 0 && format == pictureFormat:
		return client.StoredLabel{}, 0, problem(CodeNoPicture, Wrong{Location: "path.file", Message: "the label is ZPL, which is not drawn here; take label.zpl"})
	case len(labels) == 0:
		formats := slices.Sorted(slices.Values(lo.Uniq(lo.Map(stored, func(l client.StoredLabel, _ int) string { return l.Format }))))
		return client.StoredLabel{}, 0, problem(CodeOtherFormat, lo.Map(formats, func(f string, _ int) Wrong { return Wrong{Message: f} })...)
	case number > len(labels):
		return client.StoredLabel{}, 0, problem(CodeBadRequest, Wrong{Location: "query.number", Message: "the order has " + strconv.Itoa(len(labels)) + " labels in this format"})
	}
	return labels[number-1], len(labels), nil
}

// labelData reads a label where it stands: by itself, or in a pack.
func (d *Door) labelData(ctx context.Context, label client.StoredLabel) ([]byte, error) {
	data, err := d.Store.ReadPlace(ctx, label.Place(), mostLabel)
	if err == nil && digestOf(string(data)) != label.SHA256 {
		err = fmt.Errorf("the label %s is not the one that its record says", label.Key)
	}
	return data, err
}

// picture is a page of a label as a PNG, drawn by a worker unless it is in the store.
func (d *Door) picture(ctx context.Context, merchant string, label client.StoredLabel, page int, language string) ([]byte, error) {
	if label.Count > 0 && page > label.Count {
		return nil, problem(CodeBadRequest, Wrong{Location: "query.page", Message: "the label has " + strconv.Itoa(label.Count) + " pages"})
	}
	limited, cancel := context.WithTimeout(ctx, handleWithin)
	defer cancel()
	picture, why, err := client.LabelPicture(limited, waitingDrawer{d, partnerOf(ctx).ID}, d.Store, merchant, label, page)
	if err == nil && picture == nil {
		err = problem(CodeNoPicture, unusable("path.file", why, sayReason(why, languageOf(language)).Words)...)
	}
	return picture, err
}

// waitingDrawer has labels drawn, as one of the requests of a partner that wait.
type waitingDrawer struct {
	door    *Door
	partner string
}

// DrawLabel has the picture of a page put into the store.
func (w waitingDrawer) DrawLabel(ctx context.Context, in contract.DrawLabelInput) (contract.DrawnLabel, error) {
	end, ok := w.door.limits.beginWait(w.partner)
	if !ok {
		return contract.DrawnLabel{}, problem(CodeTooManyWaits).wait(awayWait)
	}
	defer end()
	return w.door.Drawer.DrawLabel(ctx, in)
}
