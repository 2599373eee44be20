package activities

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
)

// unread keeps in view what the hub alone cannot give now, also where nothing shows that it is the object
// and not the route that is not there. It returns what is wrong with the hub as a whole, or may be ([oneUnread]).
func (t *taking) unread(ctx context.Context, notice string, names []string, err error) error {
	hub := hubError(err)
	junk := len(names) == 0 && t.source != ByPoll
	switch {
	case hub != nil && (hub.Class == multivende.Busy && hub.Status >= http.StatusInternalServerError || hub.Class == multivende.Unreachable):
		return &oneUnread{notice: notice, names: names, error: err}
	case hub == nil || hub.Class == multivende.Busy || hub.Class == multivende.NeedsConsent:
		return err
	case hub.Class == multivende.NotAuthorised && hub.Status != http.StatusForbidden:
		return err
	case hub.Class == multivende.NotFound && (junk || !hub.Unproven), hub.Class == multivende.Refused && junk:
		t.count(func(n *TakenNotices) { n.Ignored++ })
		return nil
	}
	return t.hold(ctx, notice, names, err)
}

// hold holds back what cannot be read, under the names of its orders or, where
// none is known, its own; it is asked for again at every look.
func (t *taking) hold(ctx context.Context, notice string, names []string, err error) error {
	t.count(func(n *TakenNotices) { n.Unread++ })
	_, own, _ := strings.Cut(notice, "/")
	for _, name := range lo.CoalesceSliceOrEmpty(names, []string{own}) {
		_, err := changeRecord(ctx, t.store, t.merchant, name, func(r *IntakeRecord) {
			if r.State == "" {
				r.State, r.FirstSeen = IntakeHeldBack, t.source
				r.Reason = books.Reason(fmt.Sprintf("it cannot be read: %v", err))
			}
			r.Unread = notice
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// oneUnread is an answer that the hub does not give: for one object alone, or for all.
type oneUnread struct {
	notice string
	names  []string
	error
}

func (o *oneUnread) Unwrap() error { return o.error }

// alone keeps for later what the hub does not answer about and that may be of one object alone.
func (t *taking) alone(id string, err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var one *oneUnread
	if !errors.As(err, &one) {
		t.trouble = lo.CoalesceOrEmpty(err, t.trouble)
		return err
	}
	if strings.HasPrefix(id, PickUpOrderNotice+"/") {
		id = one.notice // its sale is what can be held back
	}
	t.silent = append(t.silent, &oneUnread{notice: id, names: one.names, error: one.error})
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
	if !answers && attempt(ctx) < aloneAfter {
		return t.trouble
	}
	for _, one := range t.silent {
		if err := t.hold(ctx, one.notice, one.names, one.error); err != nil {
			return err
		}
		t.finish(ctx, one.notice)
	}
	return nil
}
