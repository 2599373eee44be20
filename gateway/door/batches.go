package door

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
)

const (
	// MostOrders is how many orders a batch may name.
	MostOrders = 5000
	// mostBatchBody is how large a request for a batch may be.
	mostBatchBody = 2 << 20
	// mostBody is how large other requests may be.
	mostBody = 64 << 10
	// maxWait is how long an answer may wait for the end.
	maxWait = 30 * time.Second
	// pageStandard and pageMost are how many entries a page has.
	pageStandard, pageMost = 100, 500
)

// OrderName names an order of a batch.
type OrderName struct {
	Order      string `json:"order" minLength:"1" maxLength:"128" doc:"Delivery order id or code, checkout id or code, the marketplace's order number, or the PackageId."`
	Connection string `json:"connection,omitempty" maxLength:"128" doc:"Only orders of this marketplace connection."`
}

// BatchRequest asks for labels.
type BatchRequest struct {
	ExternalBatchID string      `json:"external_batch_id" pattern:"^[A-Za-z0-9._-]{1,64}$" doc:"Yours: the pick list, the truck. The same one is the same batch." example:"2026-11-21-a"`
	Merchant        string      `json:"merchant,omitempty" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
	Orders          []OrderName `json:"orders,omitempty" maxItems:"5000" doc:"Only these orders; without any all that wait."`
	Connections     []string    `json:"connections,omitempty" maxItems:"200" doc:"Only these marketplace connections."`
	Warehouse       string      `json:"warehouse,omitempty" maxLength:"128" doc:"Only delivery orders of this warehouse."`
	Since           string      `json:"since,omitempty" maxLength:"20" doc:"How far back an order may have been made; 168h unless set otherwise." example:"168h"`
	Within          string      `json:"within,omitempty" maxLength:"20" doc:"After how long what is there is published; 2h unless set otherwise." example:"2h"`
	Max             int         `json:"max,omitempty" minimum:"-1" doc:"A batch that finds more orders is invalid; 2000 unless set otherwise, -1 for no limit."`
	IncludePrinted  bool        `json:"include_printed,omitempty" doc:"Also orders that the hub lists as printed."`
	NotVerified     bool        `json:"not_verified,omitempty" doc:"Also named orders whose sale is not verified."`
	Reprint         bool        `json:"reprint,omitempty" doc:"Also labels that an earlier batch published."`
	LabelFormat     string      `json:"label_format,omitempty" enum:"zpl,pdf" doc:"The preferred format; zpl unless set otherwise."`
	Sort            string      `json:"sort,omitempty" maxLength:"200" doc:"The order of the pile: keys between commas."`
	Reverse         bool        `json:"reverse,omitempty" doc:"Turn the pile over."`
	Group           string      `json:"group,omitempty" maxLength:"20" doc:"One file for each: none, channel, shop, courier, warehouse."`
	Stock           string      `json:"stock,omitempty" maxLength:"20" doc:"The paper of PDF labels, as 4x6in." example:"4x6in"`
	Fit             string      `json:"fit,omitempty" maxLength:"20" doc:"What happens to a page larger than its paper: content, page, label."`
	Start           int         `json:"start,omitempty" minimum:"0" doc:"The slot of the first sheet that the first label takes."`
	Part            int         `json:"part,omitempty" minimum:"0" doc:"Split files so that none holds more labels."`
	Stamp           bool        `json:"stamp,omitempty" doc:"Number and items on each label."`
	Lists           bool        `json:"lists,omitempty" doc:"A picking and a packing list."`
	OneRoll         bool        `json:"one_roll,omitempty" doc:"One ZPL file with all labels."`
	DPI             int         `json:"dpi,omitempty" enum:"203,300" doc:"Density of that printer."`
	Separators      bool        `json:"separators,omitempty" doc:"A page before and behind the labels of each file."`
	MakeOnly        bool        `json:"make_only,omitempty" doc:"Have labels made and stored; the next batch publishes them."`
	Plan            bool        `json:"plan,omitempty" doc:"Say what would be done, and do nothing."`
}

// input is the request as a run takes it.
func (r BatchRequest) input(merchant string) (contract.LabelRunInput, error) {
	in := contract.LabelRunInput{
		Merchant: merchant, Connections: r.Connections, Warehouse: r.Warehouse, Max: r.Max, IncludePrinted: r.IncludePrinted,
		NotVerified: r.NotVerified, Reprint: r.Reprint, Format: r.LabelFormat, MakeOnly: r.MakeOnly, Plan: r.Plan,
		Printing: contract.Printing{
			Sort: r.Sort, Reverse: r.Reverse, Group: r.Group, Stock: r.Stock, Fit: r.Fit, Start: r.Start, Part: r.Part,
			Stamp: r.Stamp, Lists: r.Lists, OneRoll: r.OneRoll, DPI: r.DPI, Separators: r.Separators,
		},
	}
	var err error
	if in.Since, err = readSpan("since", r.Since); err != nil {
		return in, err
	}
	if in.Within, err = readSpan("within", r.Within); err != nil {
		return in, err
	}
	for _, order := range r.Orders {
		in.Orders = append(in.Orders, contract.OrderReference(order))
	}
	checked := in
	checked.Orders = in.Orders[:min(len(in.Orders), contract.OrdersInInput)] // the schema has looked at each; more go into an object
	if err := checked.Check(merchant); err != nil {
		return in, problem(CodeBadRequest, Wrong{Location: "body", Message: err.Error()})
	}
	return in, nil
}

func readSpan(field, text string) (contract.Duration, error) {
	if text == "" {
		return 0, nil
	}
	span, err := time.ParseDuration(text)
	if err != nil || span < 0 {
		return 0, problem(CodeBadRequest, Wrong{Location: "body." + field, Message: "a length of time is text such as 90m or 2h"})
	}
	return contract.Duration(span), nil
}

type batchOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     Batch
}

type createBatchInput struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed. The same one with the same request is done once."`
	Language       string `header:"Accept-Language"`
	Wait           string `query:"wait" maxLength:"10" doc:"Answer when the labels are there, at the latest after this time, at most 30s: 200 with files, else 202." example:"30s"`
	Body           BatchRequest
}

type batchInput struct {
	ID       string `path:"id" maxLength:"140" doc:"The batch's id."`
	Language string `header:"Accept-Language"`
}

func (d *Door) batchRoutes(api huma.API) {
	huma.Register(api, operation(http.MethodPost, "/v1/batches", partners.Runs, huma.Operation{
		OperationID: "create-batch", Summary: "Ask for labels", DefaultStatus: http.StatusAccepted, MaxBodyBytes: mostBatchBody,
		Description: "Starts a batch, or finds the one of this external_batch_id with the same request.",
		Responses: map[string]*huma.Response{"200": {Description: "The batch is over; only with wait.", Content: map[string]*huma.MediaType{
			"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/Batch"}},
		}}},
	}), d.createBatch)
	huma.Register(api, operation(http.MethodGet, "/v1/batches", partners.Runs, huma.Operation{
		OperationID: "list-batches", Summary: "List batches", Description: "Those that Temporal still keeps; open ones and the newest first. A page may be empty although there are more.",
	}), d.listBatches)
	huma.Register(api, operation(http.MethodGet, "/v1/batches/{id}", partners.Runs, huma.Operation{
		OperationID: "get-batch", Summary: "Where a batch stands", Description: "Counts per outcome: every order ends with exactly one.",
	}), d.getBatch)
}

func (d *Door) createBatch(ctx context.Context, in *createBatchInput) (*batchOutput, error) {
	wait, err := readWait(in.Wait)
	if err != nil {
		return nil, err
	}
	merchant, err := merchantOf(ctx, in.Body.Merchant)
	if err != nil {
		return nil, err
	}
	input, err := in.Body.input(merchant)
	if err != nil {
		return nil, err
	}
	key := in.Body.ExternalBatchID
	made, err := d.once(ctx, change{
		Route: "create-batch", Merchant: merchant, Key: in.IdempotencyKey, Request: in.Body,
		Do: func(ctx context.Context, _ *hold) (answer, error) {
			if _, err := client.Start(ctx, d.Runs, d.Store, key, input); err != nil {
				return answer{}, err
			}
			return d.acceptedBatch(merchant, key)
		},
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoBatch)
	}
	if wait > 0 {
		return d.awaitBatch(ctx, merchant, key, wait, in.Language)
	}
	return batchAnswer(made)
}

// acceptedBatch is the answer about a batch that was started.
func (d *Door) acceptedBatch(merchant, key string) (answer, error) {
	batch := Batch{ID: makeID(merchant, key), ExternalBatchID: key, Merchant: merchant, Status: BatchOpen, State: string(contract.RunRunning)}
	return answerOf(http.StatusAccepted, batchPath(batch.ID), batch)
}

func batchPath(id string) string { return Prefix + "batches/" + id }

// batchAnswer is an answer that was written down.
func batchAnswer(made answer) (*batchOutput, error) {
	out := &batchOutput{Status: made.Status, Location: made.Location}
	return out, json.Unmarshal(made.Body, &out.Body)
}

func readWait(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 || wait > maxWait {
		return 0, problem(CodeBadRequest, Wrong{Location: "query.wait", Message: "wait is a length of time of at most 30s"})
	}
	return wait, nil
}

// awaitBatch waits for the end of a batch: 200 with its files, or 202 where it goes on.
func (d *Door) awaitBatch(ctx context.Context, merchant, key string, wait time.Duration, accepted string) (*batchOutput, error) {
	end, ok := d.limits.beginWait(partnerOf(ctx).ID)
	if !ok {
		return nil, problem(CodeTooManyWaits).wait(awayWait)
	}
	defer end()
	id := contract.RunID(merchant, key)
	out := &batchOutput{Status: http.StatusAccepted, Location: batchPath(makeID(merchant, key))}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	defer context.AfterFunc(d.ending, cancel)()
	_, _ = d.Runs.Wait(waiting, id) // however it ended is looked at below
	current, err := d.look(ctx, id)
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoBatch)
	}
	out.Body = viewBatch(current, languageOf(accepted))
	if !current.Open {
		out.Status = http.StatusOK
		out.Body.Files, err = d.files(ctx, current)
	}
	return out, d.refuse(ctx, err, CodeNoBatch)
}

func (d *Door) getBatch(ctx context.Context, in *batchInput) (*batchOutput, error) {
	current, err := d.findBatch(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &batchOutput{Status: http.StatusOK, Body: viewBatch(current, languageOf(in.Language))}, nil
}

// findBatch is where a batch of one of the key's merchants stands.
func (d *Door) findBatch(ctx context.Context, id string) (client.Current, error) {
	merchant, key, ok := parseID(ctx, id)
	if !ok {
		return client.Current{}, problem(CodeNoBatch)
	}
	current, err := d.look(ctx, contract.RunID(merchant, key))
	return current, d.refuse(ctx, err, CodeNoBatch)
}

// look is where a run stands. One that says that it is over and is just closing still goes on: whoever reads of its end
// finds its files and orders.
func (d *Door) look(ctx context.Context, id string) (client.Current, error) {
	current, err := client.Look(ctx, d.Runs, d.Store, id)
	if current.Open {
		current.Result.State = stillOpen(current.Result.State)
	}
	return current, err
}

// stillOpen is the state of what Temporal has not closed yet.
func stillOpen(said contract.RunState) contract.RunState {
	if said == contract.RunWaiting || said == contract.RunPaused {
		return said
	}
	return contract.RunRunning
}
