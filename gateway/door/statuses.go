package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/wording"
)

const (
	// MostStatusRows is how many orders a status change may have.
	MostStatusRows = 10_000
	mostStatusBody = 4 << 20
)

func (d *Door) statusRoutes(api huma.API) {
	huma.Register(api, operation(http.MethodPost, "/v1/status-changes", partners.Statuses, huma.Operation{
		OperationID: "create-status-change", Summary: "Report shipment statuses", DefaultStatus: http.StatusAccepted, MaxBodyBytes: mostStatusBody,
		Description: "Brings a status, with tracking where the channel takes it, to the channels of the orders, with proof for each.",
	}), d.createStatusChange)
	huma.Register(api, operation(http.MethodGet, "/v1/status-changes/{id}", partners.Statuses, huma.Operation{
		OperationID: "get-status-change", Summary: "Where a status change stands", Description: "How each order ended stands in rows when it is over.", Errors: []int{http.StatusGone},
	}), d.getStatusChange)
}

// StatusRow is an order whose status is reported.
type StatusRow struct {
	Order          string `json:"order" minLength:"1" maxLength:"128" doc:"The delivery order's id, or another name of the order."`
	TrackingNumber string `json:"tracking_number,omitempty" maxLength:"200"`
	TrackingURL    string `json:"tracking_url,omitempty" maxLength:"1000"`
	Courier        string `json:"courier,omitempty" maxLength:"200"`
	Comment        string `json:"comment,omitempty" maxLength:"500"`
}

// StatusRequest reports a status of some orders.
type StatusRequest struct {
	Merchant string      `json:"merchant,omitempty" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
	To       string      `json:"to" enum:"handling,ready_to_ship,shipped,delivered,not_delivered,cancelled,received_by_store,completed" doc:"The status."`
	Rows     []StatusRow `json:"rows" minItems:"1" maxItems:"10000"`
	Courier  string      `json:"courier,omitempty" maxLength:"200" doc:"For rows that bring none."`
	Comment  string      `json:"comment,omitempty" maxLength:"500" doc:"For rows that bring none."`
	PickUp   bool        `json:"pickup,omitempty" doc:"The orders are pick-ups."`
	From     *time.Time  `json:"from,omitempty" doc:"Of pick-ups: from when they can be fetched."`
	Until    *time.Time  `json:"until,omitempty" doc:"Of pick-ups: until when."`
	Closed   *time.Time  `json:"closed,omitempty" doc:"Of pick-ups: when they were fetched."`
}

// request is the request as the workflow takes it.
func (r StatusRequest) request() (contract.StatusRequest, error) {
	moment := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return *t
	}
	request := contract.StatusRequest{
		To: r.To, Courier: r.Courier, Comment: r.Comment, PickUp: r.PickUp, From: moment(r.From), Until: moment(r.Until), Closed: moment(r.Closed),
	}
	var wrong []Wrong
	for i, row := range r.Rows {
		one := contract.StatusRow(row)
		if complaint := one.Check(); complaint != "" {
			wrong = append(wrong, Wrong{Location: "body.rows[" + itoa(i) + "]", Message: complaint})
		}
		request.Rows = append(request.Rows, one)
	}
	if len(wrong) > 0 {
		return request, problem(CodeBadRequest, wrong...)
	}
	return request, nil
}

func itoa(n int) string { return strconv.Itoa(n) }

// StatusChange is where a status change stands.
type StatusChange struct {
	ID       string `json:"id"`
	Merchant string `json:"merchant"`
	To       string `json:"to"`
	State    string `json:"state" enum:"running,waiting,paused,completed,cancelled,failed"`
	Reason
	Requested  int              `json:"requested"`
	Counts     map[string]int   `json:"counts" doc:"How many orders ended how, by outcome."`
	Rows       []StatusRowEnded `json:"rows" maxItems:"500" doc:"How each order ended, in the order of the request; empty until it is over."`
	NextCursor string           `json:"next_cursor,omitempty" doc:"Where the next page of rows begins; absent on the last one."`
}

// StatusRowEnded is how it ended with one order.
type StatusRowEnded struct {
	ID      string `json:"delivery_order_id"`
	Order   string `json:"order,omitempty" doc:"What the request calls it, where that is not its id."`
	Outcome string `json:"outcome" enum:"synced,not_needed,refused,not_allowed,not_synced,unknown_order"`
	Reason
	Seconds float64 `json:"seconds" doc:"How long the status took to its channel."`
}

type createStatusInput struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed."`
	Body           StatusRequest
}

type statusOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     StatusChange
}

func (d *Door) createStatusChange(ctx context.Context, in *createStatusInput) (*statusOutput, error) {
	merchant, err := merchantOf(ctx, in.Body.Merchant)
	if err != nil {
		return nil, err
	}
	request, err := in.Body.request()
	if err != nil {
		return nil, err
	}
	made, err := d.once(ctx, change{
		Route: "create-status-change", Merchant: merchant, Key: in.IdempotencyKey, Request: in.Body,
		Do: func(ctx context.Context, h *hold) (answer, error) {
			key := "api-" + h.id[:32]
			if _, err := client.SetStatuses(ctx, d.Statuses, d.Store, merchant, key, request); err != nil {
				return answer{}, err
			}
			change := StatusChange{
				ID: makeID(merchant, key), Merchant: merchant, To: request.To, State: string(contract.RunRunning),
				Requested: len(request.Rows), Counts: map[string]int{}, Rows: []StatusRowEnded{},
			}
			return answerOf(http.StatusAccepted, Prefix+"status-changes/"+change.ID, change)
		},
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoStatusChange)
	}
	out := &statusOutput{Status: made.Status, Location: made.Location}
	return out, json.Unmarshal(made.Body, &out.Body)
}

type getStatusInput struct {
	ID       string `path:"id" maxLength:"140" doc:"The status change's id."`
	Outcome  string `query:"outcome" maxLength:"20" enum:"synced,not_needed,refused,not_allowed,not_synced,unknown_order" doc:"Only rows that ended so."`
	Cursor   string `query:"cursor" maxLength:"2048" doc:"next_cursor of the page before."`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" doc:"How many rows at most; 100 unless set otherwise."`
	Language string `header:"Accept-Language" doc:"The language of the words: es, pt or en."`
}

func (d *Door) getStatusChange(ctx context.Context, in *getStatusInput) (*statusOutput, error) {
	merchant, key, ok := parseID(ctx, in.ID)
	if !ok {
		return nil, problem(CodeNoStatusChange)
	}
	list := fmt.Sprintf("rows of %s %s", in.ID, in.Outcome)
	var next int
	if err := readCursor(in.Cursor, list, &next); err != nil {
		return nil, err
	}
	result, rows, err := d.findStatusChange(ctx, merchant, key)
	if isMissing(err) {
		err = problem(CodeNoStatusChange)
	}
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoStatusChange)
	}
	language := languageOf(in.Language)
	out := &statusOutput{Status: http.StatusOK, Body: viewStatusChange(merchant, key, result, language)}
	for at := max(next, 0); at < len(rows.Rows); at++ {
		row := rows.Rows[at]
		if in.Outcome != "" && string(row.Outcome) != in.Outcome {
			continue
		}
		if len(out.Body.Rows) == pageSize(in.Limit) {
			out.Body.NextCursor, err = writeCursor(list, at)
			return out, err
		}
		out.Body.Rows = append(out.Body.Rows, StatusRowEnded{
			ID: row.Order, Order: row.Name, Outcome: string(row.Outcome), Reason: sayReason(row.Reason, language), Seconds: row.Seconds,
		})
	}
	return out, nil
}

// findStatusChange is where a status change stands, and how its rows ended when it is over.
func (d *Door) findStatusChange(ctx context.Context, merchant, key string) (contract.StatusResult, contract.StatusList, error) {
	id := contract.StatusChangeID(merchant, key)
	open, err := d.Statuses.Open(ctx, id)
	switch {
	case errors.Is(err, client.ErrNoRun):
		return client.StoredStatuses(ctx, d.Store, merchant, key)
	case err != nil:
		return contract.StatusResult{}, contract.StatusList{}, err
	case open:
		result, err := d.Statuses.Progress(ctx, id)
		result.State = stillOpen(result.State)
		return result, contract.StatusList{}, err
	}
	result, err := d.Statuses.Wait(ctx, id)
	if err != nil {
		return result, contract.StatusList{}, err
	}
	rows, err := client.StatusRows(ctx, d.Store, result)
	if isMissing(err) {
		err = problem(CodeGone)
	}
	return result, rows, err
}

func viewStatusChange(merchant, key string, r contract.StatusResult, language wording.Language) StatusChange {
	change := StatusChange{
		ID: makeID(merchant, key), Merchant: merchant, To: r.To, State: string(r.State), Reason: sayReason(r.Reason, language),
		Requested: r.Requested, Counts: map[string]int{}, Rows: []StatusRowEnded{},
	}
	for outcome, count := range r.Outcomes {
		change.Counts[string(outcome)] = count
	}
	return change
}
