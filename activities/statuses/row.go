package statuses

import (
	"context"
	"strconv"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// advanceRow reads an order and does what that shows as not done.
func (w *statusWork) advanceRow(ctx context.Context, row statusbook.OpenRow) result {
	if row.Verdict != "" {
		return w.endRow(row, row.Verdict, contract.Reason{}, 0)
	}
	seen, err := w.orders.read(ctx, books.Order{ID: row.Order})
	if err != nil {
		return w.unanswered(row, answerOf(err), hubSaid(err), err)
	}
	if err := w.placeRow(ctx, &row, &seen); err != nil {
		return result{open: &row, err: err}
	}
	row.Trouble, row.TroubleAt, row.NotBefore = contract.Cause{}, time.Time{}, time.Time{}
	if at, sent := w.sentBefore[row.Order]; sent && !at.Before(row.SentAt) {
		w.noteTracking(&row, seen)
		row.Sent(at)
	}
	done := w.decide(&row, seen)
	if row.Sends == 0 && (done.action == toSend || done.why.Words != "") {
		if ok, reason := w.settings.WorksOn(row.Connection); !ok {
			return w.endRow(row, contract.StatusNotAllowed, reason, 0)
		}
	}
	switch done.action {
	case toEnd:
		return w.endDecided(row, seen, done)
	case toSend:
		return w.sendRow(ctx, row, seen)
	case toWait:
	}
	return result{open: &row}
}

// sendRow sends a row's status, with its tracking before it.
func (w *statusWork) sendRow(ctx context.Context, row statusbook.OpenRow, seen reading) result {
	if r, settled := w.writeTracking(ctx, &row, seen); settled {
		return r
	}
	if got, said, err := w.sendStatus(ctx, &row); got != accepted {
		return w.unanswered(row, got, said, err)
	}
	return result{open: &row}
}

// unanswered is what becomes of a row about which the hub did not do what was asked.
func (w *statusWork) unanswered(row statusbook.OpenRow, got answer, said contract.Reason, err error) result {
	switch got {
	case noRoute, refusedByHub, forbiddenByHub:
		return w.endRow(row, contract.StatusRefused, said, 0)
	case unknownToHub:
		return w.endRow(row, contract.StatusUnknownOrder, wording.Reason(contract.WhyOrderUnknown), 0)
	case accepted, noAnswer:
	}
	return result{open: &row, err: err}
}

// endDecided ends a row whose status needs nothing more.
func (w *statusWork) endDecided(row statusbook.OpenRow, seen reading, done decision) result {
	switch at := done.standing; {
	case done.why.Words != "":
		return w.endRow(row, contract.StatusNotAllowed, done.why, 0)
	case !row.Out():
		return w.endRow(row, contract.StatusNotNeeded, wording.Join(wording.Reason(contract.WhyStatusThere, "status", string(w.in.To)), untrackedNote(row.StatusRow, seen)), 0)
	case at == cancelled, at == passed && w.in.To == channels.Cancelled:
		return w.endRow(row, contract.StatusRefused, wording.Reason(contract.WhyStatusOvertaken, "status", string(seen.status)), 0)
	case at == passed:
		return w.endRow(row, contract.StatusNotNeeded, wording.Join(wording.Reason(contract.WhyStatusPassed, "status", string(seen.status)), adoptedNote(row, seen)), 0)
	case at == late:
		return w.endRow(row, contract.StatusLate, notThere(w.in.To, row.Sends, seen.link.Present), 0)
	}
	return w.endArrived(row, seen, done)
}

// endArrived ends a row whose status has an answer of the channel, and notes how long that took.
func (w *statusWork) endArrived(row statusbook.OpenRow, seen reading, done decision) result {
	took, exact := tookTo(row, done.link, w.now())
	if row.Sends < 2 {
		w.noteDelay(row, took, exact)
	}
	whole := row.SentAt.Add(took).Sub(row.FirstSentAt)
	switch done.standing {
	case there:
		return w.endRow(row, contract.StatusSynced, adoptedNote(row, seen), whole)
	case quiet:
		return w.endRow(row, contract.StatusNotNeeded, wording.Join(wording.Reason(contract.WhyStatusNotPassedOn, "status", string(w.in.To)), adoptedNote(row, seen)), whole)
	case absent, underWay, refused, passed, cancelled, forbidden, late, unknownOrder, unsendable:
	}
	return w.endRow(row, contract.StatusRefused, channelSaid(done.link), whole)
}

// channelSaid is why the channel refused a status.
func channelSaid(link multivende.StatusLink) contract.Reason {
	if link.Message == "" {
		return wording.Reason(contract.WhyStatusRefused)
	}
	return wording.Reason(contract.WhyChannelSays, "said", link.Message)
}

// notThere says why a status is given up that was sent as often as allowed.
func notThere(to channels.Status, sends int, linked bool) contract.Reason {
	code := lo.Ternary(linked, contract.WhyStatusNotThere, contract.WhyStatusNotShown)
	return wording.Reason(code, "status", string(to), "count", strconv.Itoa(sends))
}

// untrackedNote says that a tracking is not written because nothing is sent.
func untrackedNote(row contract.StatusRow, seen reading) contract.Reason {
	if row.Tracked() && !seen.tracked(row) {
		return wording.Reason(contract.WhyTrackingNotSent)
	}
	return contract.Reason{}
}

// adoptedNote says of a row whose status somebody else has sent that its tracking is not written.
func adoptedNote(row statusbook.OpenRow, seen reading) contract.Reason {
	return lo.Ternary(row.Sends == 0, untrackedNote(row.StatusRow, seen), contract.Reason{})
}

// noteDelay remembers how long a status took, for some rows of each channel.
func (w *statusWork) noteDelay(row statusbook.OpenRow, took time.Duration, exact bool) {
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

func (w *statusWork) endRow(row statusbook.OpenRow, outcome contract.StatusOutcome, reason contract.Reason, took time.Duration) result {
	var page statusbook.Page
	page.End(row, w.in.Round, outcome, reason, took)
	return result{ended: &page}
}
