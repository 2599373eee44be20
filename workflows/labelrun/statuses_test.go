package labelrun

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
	announcesteps "github.com/despacho/despacho/activities/announce"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// waitPage is what a look at statuses leaves.
func waitPage(out string, ready, pending int, overdue bool) statuses.AwaitedStatuses {
	return statuses.AwaitedStatuses{
		Step: activities.Step{Page: out, Counts: books.Counts{Ready: ready, Pending: pending}}, Overdue: overdue,
	}
}

func TestStatusesBeforeTheLabel(t *testing.T) {
	t.Parallel()

	t.Run("are sent, read back, and sent again after the window, three times in all; the others go on meanwhile", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "linio", allLabelled(time.Minute))
		s.waiting(pendingPage(20), readyPage(7))
		workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, func(in statuses.SendStatusesInput) (statuses.SentStatuses, error) {
			s.Note(fmt.Sprintf("%s: send %s from %s to %s, again %t", s.Passed(), in.Status, in.Page, in.Out, in.Again))
			pending := map[bool]int{false: 20, true: 3}[in.Again]
			return statuses.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: pending}}, SentAt: s.Now()}, nil
		}).Times(3)
		workflowstest.MockActivity(s.Scene, statusSteps.AwaitStatuses, func(in statuses.AwaitStatusesInput) (statuses.AwaitedStatuses, error) {
			sent := in.SentAt.Sub(workflowstest.SceneStart)
			if in.Page == "status-00001-00001" {
				assert.Equal(t, 45*time.Second, in.NotBefore.Sub(in.SentAt), "the first look is after the channel's usual time")
				awaited := waitPage(in.Out, 17, 3, false)
				awaited.Took = contract.Duration(3 * time.Minute)
				return awaited, s.NotBefore(sent + 3*time.Minute)
			}
			s.Note(fmt.Sprintf("%s: look at %s, last %t", s.Passed(), in.Page, in.Last))
			if err := s.NotBefore(sent + 10*time.Minute); err != nil {
				return statuses.AwaitedStatuses{}, err
			}
			if in.Last {
				return statuses.AwaitedStatuses{Step: workflowstest.EndedStep(in.Out, contract.StatusNotSynced, 3)}, nil
			}
			return waitPage(in.Out, 0, 3, true), nil
		})
		report := s.run()

		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 24, contract.StatusNotSynced: 3}, report.Outcomes)
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
		}, s.Noted())
	})

	t.Run("are first looked at after the time that they took in this run", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "walmart", allLabelled(time.Minute))
		s.waitingFor(2, func(number int) (activities.Step, error) {
			if number == 2 {
				return pendingPage(5), s.NotBefore(10 * time.Minute)
			}
			return pendingPage(5), nil
		})
		workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, func(in statuses.SendStatusesInput) (statuses.SentStatuses, error) {
			assert.Equal(t, channels.Handling, in.Status)
			return statuses.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: 5}}, SentAt: s.Now()}, nil
		}).Twice()
		workflowstest.MockActivity(s.Scene, statusSteps.AwaitStatuses, func(in statuses.AwaitStatusesInput) (statuses.AwaitedStatuses, error) {
			s.Note(in.NotBefore.Sub(in.SentAt).String())
			awaited := waitPage(in.Out, 5, 0, false)
			awaited.Took = contract.Duration(3*time.Minute + 15*time.Second)
			return awaited, nil
		}).Twice()
		assert.Equal(t, 10, s.run().Outcomes[contract.Labelled])
		assert.Equal(t, []string{"45s", "2m0s"}, s.Noted())
	})

	t.Run("that the channel refuses end the order; one that has it already needs no waiting", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "dafiti", allLabelled(time.Minute))
		s.waiting(pendingPage(10))
		workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, func(in statuses.SendStatusesInput) (statuses.SentStatuses, error) {
			return statuses.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Ready: 9, Ended: map[contract.Outcome]int{contract.StatusNotSynced: 1}}}}, nil
		}).Once()
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 9, contract.StatusNotSynced: 1}, s.run().Outcomes)
	})

	t.Run("are not sent a fourth time, whatever a step says", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "linio", allLabelled(time.Minute))
		s.waiting(pendingPage(4))
		workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, func(in statuses.SendStatusesInput) (statuses.SentStatuses, error) {
			return statuses.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: 4}}}, nil
		}).Times(3)
		workflowstest.MockActivity(s.Scene, statusSteps.AwaitStatuses, func(in statuses.AwaitStatusesInput) (statuses.AwaitedStatuses, error) {
			return waitPage(in.Out, 0, 4, true), nil
		}).Times(3)
		assert.Equal(t, map[contract.Outcome]int{contract.GaveUp: 4}, s.run().Outcomes)
	})

	t.Run("that cannot be sent cost only their page", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "linio", allLabelled(time.Minute))
		s.waiting(pendingPage(4), readyPage(6))
		workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, func(statuses.SendStatusesInput) (statuses.SentStatuses, error) {
			return statuses.SentStatuses{}, workflowstest.FinalError(contract.ErrorRefused, "the hub answered 400")
		})
		report := s.run()
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 6, contract.GaveUp: 4}, report.Outcomes)
		assert.Equal(t, "the hub answered 400", report.Rest.Reason.Words)
	})
}

func TestStatusesAfterTheLabel(t *testing.T) {
	t.Parallel()
	sentAll := func(s *connectionScene, n int) func(in statuses.SendStatusesInput) (statuses.SentStatuses, error) {
		return func(in statuses.SendStatusesInput) (statuses.SentStatuses, error) {
			assert.Equal(s.T, channels.ReadyToShip, in.Status)
			assert.Equal(s.T, in.Scope.LastWord().Generation, in.Generation, "its pages have the last word")
			s.Note("send " + in.Page)
			return statuses.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: n}}, SentAt: s.Now()}, nil
		}
	}

	t.Run("at publishing: are sent page by page, and change no outcome", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "fcom", allLabelled(time.Minute))
		s.publication.After = 2
		s.in.Scope.Settings.WebhookOut = true
		s.waiting(readyPage(60))
		workflowstest.MockActivity(s.Scene, announceSteps.AnnouncedPage, func(in announcesteps.AnnouncedPageInput) (contract.Announcement, error) {
			verified := contract.Announcement{ID: in.Page, Event: contract.VerifiedEvent(string(in.Status)), Merchant: workflowstest.Merchant}
			if strings.HasPrefix(in.Page, "after-00002") { // the second round
				verified.Orders = []string{"d-1"}
			}
			return verified, nil
		})
		s.OnActivity(announceSteps.Announce, mock.Anything, mock.Anything).Return(func(_ context.Context, in contract.Announcement) error {
			s.Note("tell " + in.Event)
			return nil
		}).Twice()
		workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, sentAll(s, 30)).Twice()
		workflowstest.MockActivity(s.Scene, statusSteps.AwaitStatuses, func(in statuses.AwaitStatusesInput) (statuses.AwaitedStatuses, error) {
			awaited := waitPage(in.Out, 0, 0, false)
			awaited.Counts.Ended = map[contract.Outcome]int{contract.Cancelled: 1}
			return awaited, s.NotBefore(20 * time.Minute)
		})
		report := s.run()
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 60}, report.Outcomes)
		assert.True(t, report.Verified)
		assert.ElementsMatch(t, []string{
			"send after-00000-00001", "send after-00000-00002", "tell ready_to_ship_verified", "tell ready_to_ship_verified",
		}, s.Noted())
		assert.Equal(t, 20*time.Minute, s.Passed())
	})

	t.Run("at the label: are sent as soon as a batch has labels", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "fcom", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			result, err := allLabelled(time.Minute)(ctx, in)
			result.After = true
			return result, err
		})
		s.in.Scope.Settings.FalabellaReady = contract.ReadyAtLabel
		workflowstest.MockAnswer(s.Scene, announceSteps.AnnouncedPage, contract.Announcement{})
		s.waiting(readyPage(50))
		workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, sentAll(s, 50)).Once()
		workflowstest.MockActivity(s.Scene, statusSteps.AwaitStatuses, func(in statuses.AwaitStatusesInput) (statuses.AwaitedStatuses, error) {
			awaited := waitPage(in.Out, 0, 0, false)
			awaited.Counts.Ended = map[contract.Outcome]int{contract.Cancelled: 1}
			return awaited, nil
		})
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 50}, s.run().Outcomes)
		assert.Equal(t, []string{"send after-00000-10001"}, s.Noted())
	})

	t.Run("by a partner: are not sent", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "fcom", allLabelled(time.Minute))
		s.in.Scope.Settings.FalabellaReady = contract.ReadyFromPartner
		s.waiting(readyPage(50))
		assert.True(t, s.run().Verified)
	})

	t.Run("that cannot be settled leave the labels as they are", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "fcom", allLabelled(time.Minute))
		s.publication.After = 1
		s.waiting(readyPage(50))
		workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, func(statuses.SendStatusesInput) (statuses.SentStatuses, error) {
			return statuses.SentStatuses{}, workflowstest.FinalError(contract.ErrorRefused, "the hub answered 400")
		})
		s.tellsUnsettled("after-00000-00001")
		report := s.run()
		assert.Equal(t, []string{"unsettled"}, s.Noted(), "partners hear of them")
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 50}, report.Outcomes)
		assert.True(t, report.Verified)
		assert.Equal(t, contract.ConnectionDone, report.State)
	})
	t.Run("that nobody can look at any more are told of by the page on which they are", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "fcom", allLabelled(time.Minute))
		s.publication.After = 1
		s.waiting(readyPage(50))
		workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, func(in statuses.SendStatusesInput) (statuses.SentStatuses, error) {
			return statuses.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: 50}}, SentAt: s.Now()}, nil
		})
		workflowstest.MockAnswer(s.Scene, announceSteps.AnnouncedPage, contract.Announcement{})
		workflowstest.MockActivity(s.Scene, statusSteps.AwaitStatuses, func(statuses.AwaitStatusesInput) (statuses.AwaitedStatuses, error) {
			return statuses.AwaitedStatuses{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "the account is locked")
		})
		s.tellsUnsettled("after-00001-00001")
		assert.True(t, s.run().Verified)
		assert.Equal(t, []string{"unsettled"}, s.Noted())
	})
}

// tellsUnsettled notes that partners are told of the statuses of a page.
func (s *connectionScene) tellsUnsettled(page string) {
	s.OnActivity(statusSteps.TellUnsettled, mock.Anything, mock.Anything).Return(func(_ context.Context, in statuses.UnsettledInput) error {
		assert.Equal(s.T, page, in.Page)
		assert.Equal(s.T, channels.ReadyToShip, in.Status)
		s.Note("unsettled")
		return nil
	}).Once()
}
