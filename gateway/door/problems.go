package door

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Code names a kind of problem; it keeps its meaning for ever.
type Code string

// The kinds of problems.
const (
	CodeNoKey          Code = "no_key"
	CodeScope          Code = "scope_missing"
	CodeNoRoute        Code = "no_route"
	CodeMethod         Code = "wrong_method"
	CodeBadRequest     Code = "bad_request"
	CodeTooLarge       Code = "too_large"
	CodeTooSlow        Code = "too_slow"
	CodeNotJSON        Code = "not_json"
	CodeNotAcceptable  Code = "not_acceptable"
	CodeCursor         Code = "bad_cursor"
	CodeTooFast        Code = "too_fast"
	CodeTooManyWaits   Code = "too_many_waits"
	CodeKeyMissing     Code = "idempotency_key_missing"
	CodeKeyReused      Code = "idempotency_key_reused"
	CodeInProgress     Code = "in_progress"
	CodeMerchant       Code = "merchant_missing"
	CodeNoMerchant     Code = "no_such_merchant"
	CodeNoBatch        Code = "no_such_batch"
	CodeNoOrder        Code = "no_such_order"
	CodeManyOrders     Code = "order_ambiguous"
	CodeNoStatusChange Code = "no_such_status_change"
	CodeNoWebhook      Code = "no_such_webhook"
	CodeNoDelivery     Code = "no_such_delivery"
	CodeManyWebhooks   Code = "too_many_webhooks"
	CodeNoSealing      Code = "no_webhook_key"
	CodeNoLabel        Code = "no_label"
	CodeOtherFormat    Code = "label_other_format"
	CodeNoPicture      Code = "label_not_drawn"
	CodeLabelUnusable  Code = "label_unusable"
	CodeLabelRefused   Code = "label_refused"
	CodeGone           Code = "files_expired"
	CodeDiffers        Code = "request_differs"
	CodeBatchOver      Code = "batch_over"
	CodeNothingToRetry Code = "nothing_to_retry"
	CodeRetryRefused   Code = "retry_refused"
	CodeOrderCancelled Code = "order_cancelled"
	CodeNoWorker       Code = "no_worker"
	CodeAway           Code = "away"
	CodeBroken         Code = "broken"
)

// kind is what is fixed of a problem.
type kind struct {
	Code   Code
	Status int
	// Title is the same for every problem of the kind; Detail is what is said where there is nothing more to say.
	Title, Detail string
}

// kinds are all problems, in the order in which people read them.
var kinds = []kind{
	{CodeNoKey, http.StatusUnauthorized, "The key opens nothing", "Send Authorization: Bearer dsp_… with a key that has not expired and was not revoked. Keys come from the operator: starter partner add."},
	{CodeScope, http.StatusForbidden, "The key is not for this", "The key lacks a scope. Ask the operator for a key with it: starter partner add --scope."},
	{CodeNoRoute, http.StatusNotFound, "There is no such route", "There is nothing under this path. /v1/docs lists what there is."},
	{CodeMethod, http.StatusMethodNotAllowed, "The route has another method", "Use a method that the header Allow names."},
	{CodeBadRequest, http.StatusBadRequest, "The request cannot be understood", "Correct what errors names, and send it again under another Idempotency-Key or the same."},
	{CodeTooLarge, http.StatusRequestEntityTooLarge, "The request is too large", "Send it in several parts; /v1/docs says how much each route takes."},
	{CodeTooSlow, http.StatusRequestTimeout, "The request came too slowly", "The body did not come in time. Send it again."},
	{CodeNotJSON, http.StatusUnsupportedMediaType, "The body is not JSON", "Send JSON, with Content-Type: application/json."},
	{CodeNotAcceptable, http.StatusNotAcceptable, "There is no such form", "Answers are JSON: send Accept: application/json, or none."},
	{CodeCursor, http.StatusBadRequest, "The cursor is not one of ours", "Use next_cursor of an answer as it is, with the same parameters; without a cursor the list begins anew."},
	{CodeTooFast, http.StatusTooManyRequests, "Too many requests", "Wait as many seconds as Retry-After says, then go on."},
	{CodeTooManyWaits, http.StatusTooManyRequests, "Too many requests wait", "Fewer requests with wait may be open at a time for a key. Ask without wait, or wait as many seconds as Retry-After says."},
	{CodeKeyMissing, http.StatusBadRequest, "There is no Idempotency-Key", "Send the header Idempotency-Key with 1 to 255 characters that you choose for this request, and the same again when you repeat it."},
	{CodeKeyReused, http.StatusUnprocessableEntity, "The Idempotency-Key was used for another request", "Under this Idempotency-Key another request was made. Choose a new one for a new request."},
	{CodeInProgress, http.StatusConflict, "The same request is being worked on", "A request under this Idempotency-Key is under way. Wait as many seconds as Retry-After says, and send it again under the same."},
	{CodeMerchant, http.StatusBadRequest, "The merchant must be named", "The key is for several merchants: name one with merchant."},
	{CodeNoMerchant, http.StatusNotFound, "There is no such merchant", "The key is for no merchant of this id."},
	{CodeNoBatch, http.StatusNotFound, "There is no such batch", "The key reaches no batch of this id. A batch's id is the one that POST /v1/batches answered."},
	{CodeNoOrder, http.StatusNotFound, "There is no such order", "The key reaches no order of this name. An order is known once despacho has heard of it."},
	{CodeManyOrders, http.StatusConflict, "The name fits several orders", "Ask by one of the delivery order ids in errors."},
	{CodeNoStatusChange, http.StatusNotFound, "There is no such status change", "The key reaches no status change of this id. Its id is the one that POST /v1/status-changes answered."},
	{CodeNoWebhook, http.StatusNotFound, "There is no such webhook", "The key has no webhook of this id. GET /v1/webhooks lists those that it has."},
	{CodeNoDelivery, http.StatusNotFound, "There is no such delivery", "The webhook has no delivery of this id, or it is no longer kept."},
	{CodeManyWebhooks, http.StatusConflict, "There are too many webhooks", "The merchant has as many webhooks as it may have. Delete one that is not needed."},
	{CodeNoSealing, http.StatusServiceUnavailable, "Webhooks cannot be made here yet", "There is no key to keep their secrets with. The operator sets DESPACHO_ACCOUNTS_KEY_FILE on the workers."},
	{CodeNoLabel, http.StatusNotFound, "The order has no label yet", "Its label is not in the store. The order's reason says why; a batch has it made."},
	{CodeOtherFormat, http.StatusNotFound, "The label has another format", "The label is not there in this format; errors names those that there are."},
	{CodeNoPicture, http.StatusConflict, "The label is not drawn", "Take label.pdf or label.zpl; errors says which, and why there is no picture of this one."},
	{CodeLabelUnusable, http.StatusUnprocessableEntity, "The file cannot be printed", "Send another file, a PDF or ZPL label that prints; errors says what is wrong with this one."},
	{CodeLabelRefused, http.StatusConflict, "The order takes no label of others", "Do not bring one: the hub makes its label, it has another one already, or it is not to be shipped. What holds of this order is in errors."},
	{CodeGone, http.StatusGone, "The files have expired", "What the batch left is no longer kept. Start a new batch with reprint for its orders."},
	{CodeDiffers, http.StatusConflict, "Another request has this external_batch_id", "A batch of this external_batch_id is there with another request. Choose another one, or send the same request."},
	{CodeBatchOver, http.StatusConflict, "The batch is over", "A batch that is over cannot be cancelled; its files stay."},
	{CodeNothingToRetry, http.StatusConflict, "There is nothing to try again", "Every order of the batch has its label, or the batch was only a plan."},
	{CodeRetryRefused, http.StatusConflict, "The batch takes nothing more", "The batch is publishing its files. Ask again when it is over, under another Idempotency-Key: that makes a new batch."},
	{CodeOrderCancelled, http.StatusConflict, "The order was cancelled", "Its label is not handed out: do not ship the order, and take its parcel out of the pile."},
	{CodeNoWorker, http.StatusServiceUnavailable, "No worker answers", "The request needs a worker, and none answers. Send it again under the same Idempotency-Key after as many seconds as Retry-After says."},
	{CodeAway, http.StatusServiceUnavailable, "despacho cannot be reached", "Temporal or the label store does not answer. Send it again under the same Idempotency-Key after as many seconds as Retry-After says."},
	{CodeBroken, http.StatusInternalServerError, "Something went wrong here", "The operator's log says what. Sending it again under the same Idempotency-Key does no harm."},
}

func kindOf(code Code) kind {
	for _, k := range kinds {
		if k.Code == code {
			return k
		}
	}
	return kind{Code: CodeBroken, Status: http.StatusInternalServerError}
}

// problemsPath is the page that explains all problems; the type of each is a place on it.
const problemsPath = "/v1/problems"

// Problem is what a refused request is answered with: application/problem+json of RFC 9457.
type Problem struct {
	Type   string  `json:"type" doc:"Where the kind of problem is explained." example:"/v1/problems#no_such_batch"`
	Title  string  `json:"title" doc:"The kind of problem in words, always the same."`
	Status int     `json:"status" doc:"The HTTP status."`
	Code   Code    `json:"code" doc:"The kind of problem. Program against this."`
	Detail string  `json:"detail" doc:"What to do."`
	Errors []Wrong `json:"errors,omitempty" doc:"What is wrong, one by one." maxItems:"20"`

	retryAfter time.Duration
}

// Wrong is one thing that is wrong.
type Wrong struct {
	Location string `json:"location,omitempty" doc:"Where it stands, as body.orders[3].order."`
	Message  string `json:"message" doc:"What is wrong with it."`
}

const (
	mostWrong   = 20
	longestWord = 200
)

// problem is one of a kind, with what is wrong in particular.
func problem(code Code, wrong ...Wrong) *Problem {
	k := kindOf(code)
	p := &Problem{Type: problemsPath + "#" + string(k.Code), Title: k.Title, Status: k.Status, Code: k.Code, Detail: k.Detail}
	for _, one := range wrong[:min(len(wrong), mostWrong)] {
		p.Errors = append(p.Errors, Wrong{Location: shorten(one.Location), Message: shorten(one.Message)})
	}
	return p
}

// wait says how long to wait before the same is asked again.
func (p *Problem) wait(span time.Duration) *Problem {
	p.retryAfter = span
	return p
}

func shorten(text string) string {
	if runes := []rune(text); len(runes) > longestWord {
		return string(runes[:longestWord]) + "…"
	}
	return text
}

// Error is the problem in a line.
func (p *Problem) Error() string { return string(p.Code) + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders says when to come again, where that is known.
func (p *Problem) GetHeaders() http.Header {
	header := http.Header{}
	if p.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	}
	return header
}

// write answers with the problem outside of huma.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// huma makes its own refusals by one function for the whole process; ours are the same for every door.
func init() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError { return problemOfHuma(status, errs) }
}

// problemOfHuma words what huma refuses before a handler is asked. What was sent is not said again.
func problemOfHuma(status int, errs []error) *Problem {
	code := map[int]Code{
		http.StatusBadRequest: CodeBadRequest, http.StatusUnprocessableEntity: CodeBadRequest, http.StatusRequestEntityTooLarge: CodeTooLarge,
		http.StatusRequestTimeout: CodeTooSlow, http.StatusUnsupportedMediaType: CodeNotJSON, http.StatusNotAcceptable: CodeNotAcceptable,
	}[status]
	if code == "" {
		return problem(CodeBroken)
	}
	var wrong []Wrong
	for _, err := range errs {
		if detailed, ok := err.(huma.ErrorDetailer); ok {
			wrong = append(wrong, Wrong{Location: detailed.ErrorDetail().Location, Message: detailed.ErrorDetail().Message})
		}
	}
	return problem(code, wrong...)
}
