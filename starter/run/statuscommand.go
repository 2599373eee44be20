package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
)

type statusCommands struct {
	Set  statusSetCommand  `cmd:"" help:"Take a shipment status of some orders to their channels, and prove that it is there."`
	Show statusShowCommand `cmd:"" help:"Show where a status change stands, and how every order ended."`
}

type statusSetCommand struct {
	To          string   `required:"" placeholder:"STATUS" help:"handling, ready_to_ship, shipped, delivered, not_delivered or cancelled; of pick-ups received_by_store, completed or cancelled."`
	Order       []string `sep:"none" placeholder:"ID" help:"An order: the hub's id of the delivery order, its code or tracking number, or the marketplace's number; a pick-up by the hub's id. Can be repeated."`
	OrdersFile  string   `placeholder:"FILE" help:"The orders of this file: CSV or XLSX with a header (order,tracking_number,tracking_url,courier,comment) or a JSON array of the same names."`
	Tracking    string   `placeholder:"N" help:"Tracking number of orders that bring none."`
	TrackingURL string   `name:"tracking-url" placeholder:"U" help:"Tracking link of orders that bring none."`
	Courier     string   `placeholder:"C" help:"Courier of orders that bring none."`
	Comment     string   `placeholder:"TEXT" help:"Comment for the merchant, of orders that bring none."`
	PickUp      bool     `name:"pickup" help:"The orders are pick-ups."`
	From        Moment   `placeholder:"TIME" help:"From when a pick-up can be fetched: 2026-11-21T15:00:00Z, or without a zone in UTC."`
	Until       Moment   `placeholder:"TIME" help:"Until when it can be fetched."`
	Closed      Moment   `placeholder:"TIME" help:"When it was fetched."`
	Key         string   `placeholder:"KEY" help:"Key of the change: the same key gives the same change. Made from the request when left out."`
	Wait        bool     `help:"Wait until every order has ended."`
	JSON        bool     `name:"json" help:"Print the result as JSON on stdout."`
}

// Moment is a time as people write it.
type Moment time.Time

// UnmarshalText reads RFC 3339, or a date and time without a zone, in UTC.
func (m *Moment) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04"} {
		if at, err := time.Parse(layout, strings.TrimSpace(string(text))); err == nil {
			*m = Moment(at.UTC())
			return nil
		}
	}
	return fmt.Errorf("%q is not a time: write 2026-11-21T15:00:00Z", text)
}

// Run starts a status change, or joins the one that is there, and when asked to waits for its end.
func (c *statusSetCommand) Run(ctx context.Context, d desk) error {
	request, repeated, err := c.request(d)
	if err != nil {
		return err
	}
	if repeated > 0 {
		d.say("%s left out: the same order stands there more than once", count(repeated, "row"))
	}
	key := orDefault(c.Key, contentKey(d.merchant, request))
	if err := checkNames(d.merchant, key); err != nil {
		return err
	}
	changes, err := d.Statuses(ctx)
	if err != nil {
		return err
	}
	store, err := d.store(ctx)
	if err != nil {
		return err
	}
	if request, err = withRowsObject(ctx, store, d.merchant, key, request); err != nil {
		return err
	}
	if err := request.Check(d.merchant, key); err != nil {
		return usageProblem("starter status set --help says what there is", "%v", err)
	}
	id := workflows.StatusChangeID(d.merchant, key)
	created, err := startStatuses(ctx, changes, id, workflows.StatusChangeInput{Merchant: d.merchant, StatusRequest: request})
	if err != nil {
		return err
	}
	if !created {
		d.say("status change %s is there already with the same request: this is that one; give --key to send it again", key)
	}
	return d.statusStarted(ctx, changes, store, id, c.Wait, c.JSON)
}

// request is what the flags ask for, each order once.
func (c *statusSetCommand) request(d desk) (request activities.StatusRequest, repeated int, err error) {
	all, err := namedRows(c.Order)
	if err != nil {
		return request, 0, err
	}
	if c.OrdersFile != "" {
		listed, err := ReadStatusFile(c.OrdersFile)
		if err != nil {
			return request, 0, err
		}
		d.sayLeftAlone(c.OrdersFile, listed.LeftAlone)
		all = append(all, listed.Rows...)
	}
	folded, repeated, differing := statusbook.Fold(all)
	switch {
	case len(differing) > 0:
		return request, 0, usageProblem("", "order %s is named by --order and stands in the file with other texts", differing[0])
	case len(folded) == 0:
		return request, 0, usageProblem("give --order ID or --orders-file FILE", "no order is named")
	}
	to := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(c.To)), "-", "_")
	if !c.PickUp && (to == string(channels.Completed) || to == string(channels.ReceivedByStore)) {
		return request, 0, usageProblem("add --pickup, and name each by its id: starter intake --pickups lists them", "--to %s is for pick-ups", to)
	}
	return activities.StatusRequest{
		To: channels.Status(to), Rows: folded, PickUp: c.PickUp,
		TrackingNumber: c.Tracking, TrackingURL: c.TrackingURL, Courier: c.Courier, Comment: c.Comment,
		From: time.Time(c.From), Until: time.Time(c.Until), Closed: time.Time(c.Closed),
	}, repeated, nil
}

// contentKey is the key of a request that brings none: the same request has the same.
func contentKey(merchant string, request activities.StatusRequest) string {
	content, _ := json.Marshal(struct { // texts and times can always be written
		Merchant string
		Request  activities.StatusRequest
	}{merchant, request})
	sum := sha256.Sum256(content)
	return string(request.To) + "-" + hex.EncodeToString(sum[:10])
}

// withRowsObject moves rows that are too many for an input into an object.
func withRowsObject(ctx context.Context, store Store, merchant, key string, request activities.StatusRequest) (activities.StatusRequest, error) {
	if len(request.Rows) <= activities.StatusRowsInInput {
		return request, nil
	}
	data, err := json.Marshal(request.Rows)
	if err != nil {
		return request, err
	}
	file, err := store.PutBytes(ctx, storage.StatusRowsPrefix(merchant, key), ".json", "application/json", data)
	if err != nil {
		return request, err
	}
	request.Rows, request.RowsKey = nil, file.Key
	return request, nil
}

// startStatuses starts a status change, or joins the one that has this id and the same request.
func startStatuses(ctx context.Context, changes StatusChanges, id string, input workflows.StatusChangeInput) (created bool, err error) {
	err = changes.Start(ctx, id, input)
	if !errors.Is(err, ErrRunExists) {
		return err == nil, err
	}
	there, err := changes.Request(ctx, id)
	if err != nil {
		return false, err
	}
	wanted, err1 := json.Marshal(input.StatusRequest)
	found, err2 := json.Marshal(there.StatusRequest)
	if err1 != nil || err2 != nil || string(wanted) != string(found) {
		return false, &Problem{
			Code: ExitConflict, Message: fmt.Sprintf("%s is there already with another request", id),
			Hint: "choose another --key, or leave it out and one is made from the request",
		}
	}
	return false, nil
}
