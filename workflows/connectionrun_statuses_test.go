package workflows

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
)

// waitPage is what a look at statuses leaves.
func waitPage(out string, ready, pending int, overdue bool) activities.AwaitedStatuses {
	return activities.AwaitedStatuses{
		Step: activities.Step{Page: out, Counts: books.Counts{Ready: ready, Pending: pending}}, Overdue: overdue,
	}
}

func TestStatusesBeforeTheLabel(t *testing.T) {
	t.Parallel()

	t.Run("are sent, read back, and sent again after the window, three times in all; the others go on meanwhile", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "linio", allLabelled(time.Minute))
		s.waiting(pendingPage(20), readyPage(7))
		play(s.scene, statuses.SendStatuses, func(in activities.SendStatusesInput) (activities.SentStatuses, error) {
			s.note(fmt.Sprintf("%s: send %s from %s to %s, again %t", s.passed(), in.Status, in.Page, in.Out, in.Again))
			pending := map[bool]int{false: 20, true: 3}[in.Again]
			return activities.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: pending}}, SentAt: s.Now()}, nil
		}).Times(3)
		play(s.scene, statuses.AwaitStatuses, func(in activities.AwaitStatusesInput) (activities.AwaitedStatuses, error) {
			sent := in.SentAt.Sub(begin)
			if in.Page == "status-00001-00001" {
				assert.Equal(t, 45*time.Second, in.NotBefore.Sub(in.SentAt), "the first look is after the channel's usual time")
				awaited := waitPage(in.Out, 17, 3, false)
				awaited.Took = activities.Duration(3 * time.Minute)
				return awaited, s.notBefore(sent + 3*time.Minute)
			}
			s.note(fmt.Sprintf("%s: look at %s, last %t", s.passed(), in.Page, in.Last))
			if err := s.notBefore(sent + 10*time.Minute); err != nil {
				return activities.AwaitedStatuses{}, err
			}
			if in.Last {
				return activities.AwaitedStatuses{Step: ended(in.Out, books.StatusNotSynced, 3)}, nil
			}
			return waitPage(in.Out, 0, 3, true), nil
		})
		report := s.run()

		assert.Equal(t, map[books.Outcome]int{books.Labelled: 24, books.StatusNotSynced: 3}, report.Outcomes)
		assert.Equal(t, []int{7, 17}, s.sizes())
		assert.Equal(t, minutes(2, 5), s.starts(), "each batch two minutes old, long before the last status")
		assert.Equal(t, []string{
			"0s: send ready_to_ship from read-00001 to status-00001-00001, again false",
			"3m0s: look at status-00001-00002, last false",
			"10m0s: look at status-00001-00002, last false",
			"10m0s: send ready_to_ship from status-00001-00003 to status-00001-00004, again true",
			"10m0s: look at status-00001-00004, last false",
			"20m0s: look at status-00001-00004, last false",
			"20m0s: send ready_to_ship from status-00001-00005 to status-00001-00006, again true",
			"20m0s: look at status-00001-00006, last true",
			"30m0s: look at status-00001-00006, last true",
		}, s.noted())
	})

	t.Run("are first looked at after the time that they took in this run", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "walmart", allLabelled(time.Minute))
		s.waitingFor(2, func(number int) (activities.Step, error) {
			if number == 2 {
				return pendingPage(5), s.notBefore(10 * time.Minute)
			}
			return pendingPage(5), nil
		})
		play(s.scene, statuses.SendStatuses, func(in activities.SendStatusesInput) (activities.SentStatuses, error) {
			assert.Equal(t, channels.Handling, in.Status)
			return activities.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: 5}}, SentAt: s.Now()}, nil
		}).Twice()
		play(s.scene, statuses.AwaitStatuses, func(in activities.AwaitStatusesInput) (activities.AwaitedStatuses, error) {
			s.note(in.NotBefore.Sub(in.SentAt).String())
			awaited := waitPage(in.Out, 5, 0, false)
			awaited.Took = activities.Duration(3*time.Minute + 15*time.Second)
			return awaited, nil
		}).Twice()
		assert.Equal(t, 10, s.run().Outcomes[books.Labelled])
		assert.Equal(t, []string{"45s", "2m0s"}, s.noted())
	})

	t.Run("that the channel refuses end the order; one that has it already needs no waiting", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "dafiti", allLabelled(time.Minute))
		s.waiting(pendingPage(10))
		play(s.scene, statuses.SendStatuses, func(in activities.SendStatusesInput) (activities.SentStatuses, error) {
			return activities.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Ready: 9, Ended: map[books.Outcome]int{books.StatusNotSynced: 1}}}}, nil
		}).Once()
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 9, books.StatusNotSynced: 1}, s.run().Outcomes)
	})

	t.Run("are not sent a fourth time, whatever a step says", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "linio", allLabelled(time.Minute))
		s.waiting(pendingPage(4))
		play(s.scene, statuses.SendStatuses, func(in activities.SendStatusesInput) (activities.SentStatuses, error) {
			return activities.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: 4}}}, nil
		}).Times(3)
		play(s.scene, statuses.AwaitStatuses, func(in activities.AwaitStatusesInput) (activities.AwaitedStatuses, error) {
			return waitPage(in.Out, 0, 4, true), nil
		}).Times(3)
		assert.Equal(t, map[books.Outcome]int{books.GaveUp: 4}, s.run().Outcomes)
	})

	t.Run("that cannot be sent cost only their page", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "linio", allLabelled(time.Minute))
		s.waiting(pendingPage(4), readyPage(6))
		play(s.scene, statuses.SendStatuses, func(activities.SendStatusesInput) (activities.SentStatuses, error) {
			return activities.SentStatuses{}, final(activities.ErrorRefused, "the hub answered 400")
		})
		report := s.run()
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 6, books.GaveUp: 4}, report.Outcomes)
		assert.Equal(t, "the hub answered 400", report.Rest.Reason)
	})
}

func TestStatusesAfterTheLabel(t *testing.T) {
	t.Parallel()
	sentAll := func(s *connectionScene, n int) func(in activities.SendStatusesInput) (activities.SentStatuses, error) {
		return func(in activities.SendStatusesInput) (activities.SentStatuses, error) {
			assert.Equal(s.t, channels.ReadyToShip, in.Status)
			assert.Equal(s.t, in.Scope.Last().Generation, in.Generation, "its pages have the last word")
			s.note("send " + in.Page)
			return activities.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: n}}, SentAt: s.Now()}, nil
		}
	}

	t.Run("at publishing: are sent page by page, and change no outcome", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "fcom", allLabelled(time.Minute))
		s.publication.After = 2
		s.in.Scope.Settings.WebhookOut = true
		s.waiting(readyPage(60))
		play(s.scene, announcements.AnnouncedPage, func(in activities.AnnouncedPageInput) (activities.Announcement, error) {
			verified := activities.Announcement{ID: in.Page, Event: activities.VerifiedEvent(in.Status), Merchant: merchant}
			if strings.HasPrefix(in.Page, "after-00002") { // the second round
				verified.Orders = []string{"d-1"}
			}
			return verified, nil
		})
		s.OnActivity(announcements.Announce, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.Announcement) error {
			s.note("tell " + in.Event)
			return nil
		}).Twice()
		play(s.scene, statuses.SendStatuses, sentAll(s, 30)).Twice()
		play(s.scene, statuses.AwaitStatuses, func(in activities.AwaitStatusesInput) (activities.AwaitedStatuses, error) {
			awaited := waitPage(in.Out, 0, 0, false)
			awaited.Counts.Ended = map[books.Outcome]int{books.Cancelled: 1}
			return awaited, s.notBefore(20 * time.Minute)
		})
		report := s.run()
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 60}, report.Outcomes)
		assert.True(t, report.Verified)
		assert.ElementsMatch(t, []string{
			"send after-00000-00001", "send after-00000-00002", "tell ready_to_ship_verified", "tell ready_to_ship_verified",
		}, s.noted())
		assert.Equal(t, 20*time.Minute, s.passed())
	})

	t.Run("at the label: are sent as soon as a batch has labels", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "fcom", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			result, err := allLabelled(time.Minute)(ctx, in)
			result.After = true
			return result, err
		})
		s.in.Scope.Settings.FalabellaReady = activities.ReadyAtLabel
		answer(s.scene, announcements.AnnouncedPage, activities.Announcement{})
		s.waiting(readyPage(50))
		play(s.scene, statuses.SendStatuses, sentAll(s, 50)).Once()
		play(s.scene, statuses.AwaitStatuses, func(in activities.AwaitStatusesInput) (activities.AwaitedStatuses, error) {
			awaited := waitPage(in.Out, 0, 0, false)
			awaited.Counts.Ended = map[books.Outcome]int{books.Cancelled: 1}
			return awaited, nil
		})
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 50}, s.run().Outcomes)
		assert.Equal(t, []string{"send after-00000-10001"}, s.noted())
	})

	t.Run("by a partner: are not sent", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "fcom", allLabelled(time.Minute))
		s.in.Scope.Settings.FalabellaReady = activities.ReadyFromPartner
		s.waiting(readyPage(50))
		assert.True(t, s.run().Verified)
	})

	t.Run("that cannot be settled leave the labels as they are", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "fcom", allLabelled(time.Minute))
		s.publication.After = 1
		s.waiting(readyPage(50))
		play(s.scene, statuses.SendStatuses, func(activities.SendStatusesInput) (activities.SentStatuses, error) {
			return activities.SentStatuses{}, final(activities.ErrorRefused, "the hub answered 400")
		})
		report := s.run()
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 50}, report.Outcomes)
		assert.True(t, report.Verified)
		assert.Equal(t, books.ConnectionDone, report.State)
	})
}
