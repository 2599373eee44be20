package run

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/tables"
	"github.com/despacho/despacho/starter/terminal"
)

type statusCommands struct {
	Set  statusSetCommand  `cmd:"" help:"Take a shipment status of some orders to their channels, and prove that it is there."`
	Show statusShowCommand `cmd:"" help:"Show where a status change stands, and how every order ended."`
}

type statusSetCommand struct {
	To          string   `required:"" placeholder:"STATUS" help:"${statuses}; of pick-ups ${pickup_statuses}."`
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
		d.say("%s left out: the same order stands there more than once", terminal.Count(repeated, "row"))
	}
	key := cmp.Or(c.Key, client.StatusKey(d.merchant, request))
	changes, err := d.Statuses(ctx)
	if err != nil {
		return err
	}
	store, err := d.store(ctx)
	if err != nil {
		return err
	}
	started, err := client.SetStatuses(ctx, changes, store, d.merchant, key, request)
	if err != nil {
		return err
	}
	if !started.Created {
		d.say("status change %s is there already with the same request: this is that one; give --key to send it again", key)
	}
	return d.statusStarted(ctx, changes, store, started.WorkflowID, c.Wait, c.JSON)
}

// request is what the flags ask for, each order once.
func (c *statusSetCommand) request(d desk) (request contract.StatusRequest, repeated int, err error) {
	all, err := namedRows(c.Order)
	if err != nil {
		return request, 0, err
	}
	if c.OrdersFile != "" {
		listed, err := tables.ReadStatuses(c.OrdersFile)
		if err != nil {
			return request, 0, err
		}
		d.sayLeftAlone(c.OrdersFile, listed.LeftAlone)
		all = append(all, listed.Rows...)
	}
	folded, repeated, differing := contract.FoldStatusRows(all)
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
	return contract.StatusRequest{
		To: to, Rows: folded, PickUp: c.PickUp,
		TrackingNumber: c.Tracking, TrackingURL: c.TrackingURL, Courier: c.Courier, Comment: c.Comment,
		From: time.Time(c.From), Until: time.Time(c.Until), Closed: time.Time(c.Closed),
	}, repeated, nil
}
