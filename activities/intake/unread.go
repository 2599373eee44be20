package intake

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// unread keeps in view what the hub alone cannot give now, also where nothing shows that it is the object
// and not the route that is not there. It returns what is wrong with the hub as a whole, or may be ([oneUnread]).
func (t *taking) unread(ctx context.Context, notification string, names []string, err error) error {
	hub := activities.HubError(err)
	junk := len(names) == 0 && t.source != contract.ByPoll
	switch {
	case hub != nil && (hub.Class == multivende.Busy && hub.Status >= http.StatusInternalServerError || hub.Class == multivende.Unreachable):
		return &oneUnread{notification: notification, names: names, error: err}
	case hub == nil || hub.Class == multivende.Busy || hub.Class == multivende.NeedsConsent:
		return err
	case hub.Class == multivende.NotAuthorised && hub.Status != http.StatusForbidden:
		return err
	case hub.Class == multivende.NotFound && (junk || !hub.RouteUnproven), hub.Class == multivende.Refused && junk:
		t.count(func(n *intakebook.TakenNotifications) { n.Ignored++ })
		return nil
	}
	return t.hold(ctx, notification, names, err)
}

// hold holds back what cannot be read, under the names of its orders or, where
// none is known, its own; it is asked for again at every look.
func (t *taking) hold(ctx context.Context, notification string, names []string, err error) error {
	t.count(func(n *intakebook.TakenNotifications) { n.Unread++ })
	_, own, _ := strings.Cut(notification, "/")
	for _, name := range lo.CoalesceSliceOrEmpty(names, []string{own}) {
		_, err := t.changes.Record(ctx, name, func(r *contract.IntakeRecord) {
			if r.State == "" {
				r.State, r.FirstSeen = contract.IntakeHeldBack, t.source
				r.Reason = wording.Reason(contract.WhyIntakeUnreadable, "detail", err.Error())
			}
			r.Unread = notification
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// oneUnread is an answer that the hub does not give: for one object alone, or for all.
type oneUnread struct {
	notification string
	names        []string
	error
}

func (o *oneUnread) Unwrap() error { return o.error }

// alone keeps for later what the hub does not answer about and that may be of one object alone.
func (t *taking) alone(id string, err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var one *oneUnread
	if !errors.As(err, &one) {
		t.trouble = cmp.Or(err, t.trouble)
		return err
	}
	if strings.HasPrefix(id, PickUpOrderNotification+"/") {
		id = one.notification // its sale is what can be held back
	}
	t.silent = append(t.silent, &oneUnread{notification: id, names: one.names, error: one.error})
	if t.trouble == nil {
		t.trouble = one.error
	}
	return nil
}

// aloneAfter is at which try a step's objects are given up for now of which the hub answers about none.
const aloneAfter = 3

// keepUnread holds back those that the hub did not answer about while it did about others (answers),
// or at no try; else the step is tried again.
func (t *taking) keepUnread(ctx context.Context, answers bool) error {
	if !answers && activities.Attempt(ctx) < aloneAfter {
		return t.trouble
	}
	for _, one := range t.silent {
		if err := t.hold(ctx, one.notification, one.names, one.error); err != nil {
			return err
		}
		t.finish(ctx, one.notification)
	}
	return nil
}
