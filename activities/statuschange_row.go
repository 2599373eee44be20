package activities

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// one reads an order and does what that shows as not done.
func (w *statusWork) one(ctx context.Context, row statusbook.Open) result {
	if row.Verdict != "" {
		return w.end(row, row.Verdict, "", 0)
	}
	seen, err := w.road.read(ctx, row.Order)
	if r, settled := w.unreadable(row, err); settled {
		return r
	}
	if err := w.place(ctx, &row, &seen); err != nil {
		return result{open: &row, err: err}
	}
	row.Trouble, row.TroubleAt, row.NotBefore = "", time.Time{}, time.Time{}
	if at, sent := w.sentBefore[row.Order]; sent && !at.Before(row.SentAt) {
		w.noteTracking(&row, seen)
		row.Sent(at)
	}
	if row.Out() {
		return w.verify(ctx, row, seen)
	}
	return w.begun(ctx, row, seen)
}

// unreadable settles a row whose order could not be read.
func (w *statusWork) unreadable(row statusbook.Open, err error) (result, bool) {
	hub := hubError(err)
	switch {
	case err == nil:
		return result{}, false
	case noSuchRoute(err):
		return w.end(row, statusbook.Refused, wrongRoute(err), 0), true
	case multivende.ClassOf(err) == multivende.NotFound:
		return w.end(row, statusbook.UnknownOrder, "the hub does not know this order", 0), true
	case hub != nil && (hub.Class == multivende.Refused || forbidden(hub)):
		return w.end(row, statusbook.Refused, lo.CoalesceOrEmpty(hub.Excerpt, hub.Error()), 0), true
	}
	return result{open: &row, err: err}, true
}

// begun works on a row that was not sent yet: by the state of its order and the rules.
func (w *statusWork) begun(ctx context.Context, row statusbook.Open, seen reading) result {
	from := seen.status
	switch at := seen.stage(w.in.To); {
	case at == elsewhere:
	case w.ours(seen.link, row):
		// An earlier try sent it, and its answer was lost.
		row.Sent(lo.Latest(seen.link.At, lo.CoalesceOrEmpty(row.AskedAt, w.began)))
		return w.verify(ctx, row, seen)
	case at == there, at == quiet:
		return w.end(row, statusbook.NotNeeded, fmt.Sprintf("the order is %s already", w.in.To)+untracked(row.Row, seen), 0)
	case at == underway && !seen.link.Present && !w.lost && row.AskedAt.IsZero() && !w.recent(seen):
		return w.unproven(ctx, row, seen)
	case at == underway && w.fresh(seen.link):
		// Somebody else has sent it just now.
		row.Sent(lo.CoalesceOrEmpty(seen.link.At, w.hub.Clock().Now()))
		row.Underway, row.Sends = true, 0
		return result{open: &row}
	default:
		// What was refused, or is stuck, is as if it had not been sent.
		from = ""
	}
	return w.sendAllowed(ctx, row, seen, from)
}

// recent says that the order changed within the window: somebody may just have sent its status.
func (w *statusWork) recent(seen reading) bool {
	return !seen.changed.IsZero() && w.hub.Clock().Now().Sub(seen.changed) < w.in.window()
}

// unproven works on a row whose order has the status without any link: the hub may show one only once
// something was sent, so it is sent once. Where a rule forbids that, it is the channel's own status.
func (w *statusWork) unproven(ctx context.Context, row statusbook.Open, seen reading) result {
	if rule := w.change(row, seen, "").NotAllowed(); rule != "" {
		return w.end(row, statusbook.NotNeeded, fmt.Sprintf("the order is %s already", w.in.To)+untracked(row.Row, seen), 0)
	}
	return w.sendAllowed(ctx, row, seen, "")
}

func (w *statusWork) change(row statusbook.Open, seen reading, from channels.Status) channels.Change {
	return channels.Change{Slug: row.Channel, ShippingMode: seen.mode, From: from, To: w.in.To, Document: seen.document, PickUp: w.in.PickUp}
}

// sendAllowed sends a row's status for the first time, unless a rule forbids that.
func (w *statusWork) sendAllowed(ctx context.Context, row statusbook.Open, seen reading, from channels.Status) result {
	change := w.change(row, seen, from)
	if ok, reason := w.settings.WorksOn(row.Connection); !ok {
		return w.end(row, statusbook.NotAllowed, reason, 0)
	}
	if rule := change.NotAllowed(); rule != "" {
		return w.end(row, statusbook.NotAllowed, rule, 0)
	}
	return w.send(ctx, row, seen)
}

// ours says whether a link speaks of what an earlier try has sent, whose answer was lost.
func (w *statusWork) ours(link multivende.StatusLink, row statusbook.Open) bool {
	if !row.AskedAt.IsZero() {
		return link.Present && !w.older(link, row)
	}
	return w.lost && link.Present && !link.Newest().Before(w.began)
}

// fresh says whether a status under way may still arrive without being sent again.
func (w *statusWork) fresh(link multivende.StatusLink) bool {
	return link.At.IsZero() || w.hub.Clock().Now().Sub(link.At) < w.in.window()
}

// untracked says that a tracking is not written because nothing is sent.
func untracked(row statusbook.Row, seen reading) string {
	if row.Tracked() && !seen.tracked(row) {
		return "; nothing was sent, and the tracking was not written"
	}
	return ""
}

// verify settles a row that was sent: there, refused, still on its way, or to be sent again.
func (w *statusWork) verify(ctx context.Context, row statusbook.Open, seen reading) result {
	now := w.hub.Clock().Now()
	newest := seen.link
	if !row.FirstAskedAt.IsZero() {
		seen.link = newest.Since(row.FirstAskedAt.Add(-w.blur()))
	}
	switch at := seen.answered(w.in.To); {
	case at == there && seen.link.At.Before(newest.At):
		return w.arrived(row, seen, at, now)
	case at != elsewhere && w.older(seen.link, row):
		// The hub still shows an earlier sending: this one has not been begun.
	case at == there, at == quiet, at == failed:
		return w.arrived(row, seen, at, now)
	case at == elsewhere && (seen.status == channels.Cancelled || w.in.To == channels.Cancelled && w.behind(seen.status)):
		return w.end(row, statusbook.Refused, fmt.Sprintf("the order was %s meanwhile", seen.status), 0)
	case at == elsewhere && w.behind(seen.status):
		return w.end(row, statusbook.NotNeeded, fmt.Sprintf("the order is %s meanwhile", seen.status)+w.adopted(row, seen), 0)
	case at == underway && row.Sends > 0 && row.Sends < w.in.Settings.StatusSends && seen.link.Dated && seen.link.At.After(row.SentAt.Add(time.Minute)):
		// It was sent again since: by an earlier try of this step, or by somebody else.
		row.Sends++
		row.SentAt, row.LookedAt = seen.link.At, time.Time{}
	}
	row.LookedAt = now
	if now.Sub(row.SentAt) < w.in.window() {
		return result{open: &row}
	}
	if row.Sends >= w.in.Settings.StatusSends {
		return w.end(row, statusbook.NotSynced, notThere(w.in.To, row.Sends, seen.link.Present), 0)
	}
	if row.Sends == 0 {
		return w.sendAllowed(ctx, row, seen, "") // somebody else's sending came to nothing
	}
	return w.send(ctx, row, seen)
}

// notThere says why a status is given up that was sent as often as allowed.
func notThere(to channels.Status, sends int, linked bool) string {
	if !linked {
		return fmt.Sprintf("%s was sent %d times, and the hub does not show whether it reached the channel; look at the order in the marketplace's portal", to, sends)
	}
	return fmt.Sprintf("%s was sent %d times and did not reach the channel; look at the order in the marketplace's portal", to, sends)
}

// clockSlack is how far our notion of the hub's clock may be behind, our time.
const clockSlack = 50 * time.Millisecond

// blur is how far a moment that the hub tells may lie before ours for the same; the hub's time.
func (w *statusWork) blur() time.Duration { return w.hubSpan(clockSlack) + 2*time.Second }

// older says that a link speaks of an earlier sending than the row's last.
func (w *statusWork) older(link multivende.StatusLink, row statusbook.Open) bool {
	newest := link.Newest()
	return !newest.IsZero() && newest.Before(row.AskedAt.Add(-w.blur()))
}

// adopted says of a row whose status somebody else has sent that its tracking is not written.
func (w *statusWork) adopted(row statusbook.Open, seen reading) string {
	return lo.Ternary(row.Sends == 0, untracked(row.Row, seen), "")
}

func (w *statusWork) behind(present channels.Status) bool {
	if w.in.PickUp {
		return w.in.To.PickUpBefore(present)
	}
	return w.in.To.Before(present)
}

// arrived ends a row whose status has an answer of the channel, and notes how long that took.
func (w *statusWork) arrived(row statusbook.Open, seen reading, at stage, now time.Time) result {
	took, exact := seen.took(row, now)
	if row.Sends < 2 {
		w.noteDelay(row, took, exact)
	}
	whole := row.SentAt.Add(took).Sub(row.FirstSentAt)
	switch at {
	case there:
		return w.end(row, statusbook.Synced, strings.TrimPrefix(w.adopted(row, seen), "; "), whole)
	case quiet:
		return w.end(row, statusbook.NotNeeded, fmt.Sprintf("the hub does not pass %s on to this channel", w.in.To)+w.adopted(row, seen), whole)
	}
	return w.end(row, statusbook.Refused, lo.CoalesceOrEmpty(seen.link.Message, "the channel refused the status"), whole)
}

// noteDelay remembers how long a status took, for some rows of each channel.
func (w *statusWork) noteDelay(row statusbook.Open, took time.Duration, exact bool) {
	span := pace.Span{After: took, Until: took}
	if !exact {
		span.After = 0
		if !row.LookedAt.IsZero() {
			span.After = row.LookedAt.Sub(row.SentAt)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if lo.CountBy(w.seen, func(s pace.Seen) bool { return s.Channel == row.Channel }) < seenKept {
		w.seen = append(w.seen, pace.Seen{Channel: row.Channel, Span: span})
	}
}

// send sends a row's status, with its tracking before it.
func (w *statusWork) send(ctx context.Context, row statusbook.Open, seen reading) result {
	if r, settled := w.track(ctx, &row, seen); settled {
		return r
	}
	row.AskedAt = w.hub.Clock().Now()
	row.FirstAskedAt = lo.CoalesceOrEmpty(row.FirstAskedAt, row.AskedAt)
	err := w.road.send(ctx, row.Row)
	hub := hubError(err)
	switch {
	case noSuchRoute(err):
		return w.end(row, statusbook.Refused, wrongRoute(err), 0)
	case hub != nil && (hub.Class == multivende.Refused || forbidden(hub)):
		return w.end(row, statusbook.Refused, lo.CoalesceOrEmpty(hub.Excerpt, "the hub refuses the status"), 0)
	case hub != nil && hub.Class == multivende.NotFound:
		return w.end(row, statusbook.UnknownOrder, "the hub does not know this order", 0)
	case err != nil:
		return result{open: &row, err: err}
	}
	w.sent(ctx, &row, w.hub.Clock().Now())
	return result{open: &row}
}

// sent notes that a row's status was sent at a moment.
func (w *statusWork) sent(ctx context.Context, row *statusbook.Open, at time.Time) {
	row.Sent(at)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = append(w.done, mark(row.Order, at))
	progress(ctx, append([]string(nil), w.done...))
}

func (w *statusWork) end(row statusbook.Open, outcome statusbook.Outcome, reason string, took time.Duration) result {
	var page statusbook.Page
	page.End(row, w.in.Round, outcome, books.Reason(reason), took)
	page.Ended[0].Reason = books.Reason(page.Ended[0].Reason)
	return result{ended: &page}
}

// mark is an order with the moment at which its status was sent, as a heartbeat tells it.
func mark(order string, at time.Time) string {
	return order + "@" + strconv.FormatInt(at.UnixMilli(), 10)
}

func sentMarks(marks []string) map[string]time.Time {
	at := map[string]time.Time{}
	for _, one := range marks {
		order, moment, _ := strings.Cut(one, "@")
		if ms, err := strconv.ParseInt(moment, 10, 64); err == nil {
			at[order] = time.UnixMilli(ms).UTC()
		}
	}
	return at
}
