package labelrun

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestBatchesOfAConnection(t *testing.T) {
	t.Parallel()

	t.Run("fill up to 50 orders across pages; the last takes what is left", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(time.Minute))
		s.waiting(readyPage(30), readyPage(30), readyPage(30), readyPage(30))
		report := s.run()

		assert.Equal(t, []int{50, 50, 20}, s.sizes())
		var all []activities.Segment
		for _, b := range s.batches {
			all = append(all, b.segments...)
		}
		perPage := map[string]int{}
		for _, part := range all {
			perPage[part.Page] += part.To - part.From
		}
		assert.Len(t, perPage, 4)
		for page, n := range perPage {
			assert.Equal(t, 30, n, page)
		}
		assert.Equal(t, 120, report.Outcomes[contract.Labelled])
		assert.Equal(t, 2, report.LeftOut)
		assert.Equal(t, contract.ConnectionDone, report.State)
		assert.Zero(t, s.batches[2].at, "nothing more is coming, so nothing is waited for")
	})

	t.Run("go when two minutes old, though not full", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(time.Minute))
		s.waitingFor(2, func(number int) (activities.Step, error) {
			if number == 2 {
				return readyPage(12), s.NotBefore(5 * time.Minute)
			}
			return readyPage(10), nil
		})
		s.run()
		assert.Equal(t, []int{10, 12}, s.sizes())
		assert.Equal(t, minutes(2, 5), s.starts())
	})

	t.Run("wait for what comes back in time to be asked for again, and not for what comes later", func(t *testing.T) {
		t.Parallel()
		for pause, want := range map[time.Duration][]time.Duration{
			10 * time.Minute: {2 * time.Minute, 150 * time.Second, 12 * time.Minute},
			time.Minute:      {2 * time.Minute, 3 * time.Minute},
		} {
			s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
				asked(ctx, in)
				result := labelled(ordersIn(in.Segments))
				if in.Number == 1 {
					result = labelled(8)
					result.Again, result.AgainCount = books.PageName(books.BatchPage, in.Number, books.AfterAnswer), 2
				}
				return result, nil
			})
			s.in.Scope.Settings.AskPause = contract.Duration(pause)
			s.waitingFor(2, func(number int) (activities.Step, error) {
				if number == 2 {
					return readyPage(12), s.NotBefore(150 * time.Second)
				}
				return readyPage(10), nil
			})
			assert.Equal(t, 22, s.run().Outcomes[contract.Labelled])
			assert.Equal(t, want, s.starts(), "a pause of %s", pause)
		}
	})

	t.Run("age in the hub's time", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(time.Minute))
		s.in.Scope.Settings.HubSpeed = 60
		s.waitingFor(2, func(number int) (activities.Step, error) {
			if number == 2 {
				return readyPage(12), s.NotBefore(5 * time.Minute)
			}
			return readyPage(10), nil
		})
		s.run()
		assert.Equal(t, []time.Duration{2 * time.Second, 5 * time.Minute}, s.starts())
	})

	t.Run("ask one after the other, while their tasks run side by side", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			_ = workflow.Sleep(ctx, time.Minute)
			asked(ctx, in)
			_ = workflow.Sleep(ctx, 30*time.Minute)
			return labelled(ordersIn(in.Segments)), nil
		})
		s.waiting(readyPage(150))
		report := s.run()
		assert.Equal(t, minutes(0, 1, 2), s.starts())
		assert.Equal(t, 150, report.Outcomes[contract.Labelled])
	})

	t.Run("go on when a batch ends without having asked", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			_ = workflow.Sleep(ctx, 3*time.Minute)
			return LabelBatchResult{Ended: map[contract.Outcome]int{contract.Cancelled: ordersIn(in.Segments)}}, nil
		})
		s.waiting(readyPage(100))
		assert.Equal(t, 100, s.run().Outcomes[contract.Cancelled])
		assert.Equal(t, minutes(0, 3), s.starts())
	})

	t.Run("are asked again after growing pauses, with only the orders that need it", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			asked(ctx, in)
			left := 6 - in.Number
			result := labelled(ordersIn(in.Segments) - left)
			if left == 1 {
				// The steps count each order's tries and end it after the fifth.
				result.Ended[contract.GaveUp] = 1
				return result, nil
			}
			result.Again, result.AgainCount = books.PageName(books.BatchPage, in.Number, books.AfterAnswer), left
			return result, nil
		})
		s.waiting(readyPage(20))
		report := s.run()
		assert.Equal(t, []int{20, 5, 4, 3, 2}, s.sizes())
		assert.Equal(t, minutes(0, 1, 1+2, 1+2+4, 1+2+4+8), s.starts())
		assert.Equal(t, []activities.Segment{{Page: "batch-00001-00002", To: 5}}, s.batches[1].segments)
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 19, contract.GaveUp: 1}, report.Outcomes)
	})

	t.Run("halve a request that the hub refuses, at once, down to the order that it refuses", func(t *testing.T) {
		t.Parallel()
		const bad = 17
		places := map[string][]int{"read-00001": upTo(50)}
		s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			asked(ctx, in)
			var here []int
			for _, part := range in.Segments {
				here = append(here, places[part.Page][part.From:part.To]...)
			}
			switch {
			case !assert.NotEmpty(t, here):
				return LabelBatchResult{}, nil
			case !contains(fmtAll(here), fmt.Sprint(bad)):
				return labelled(len(here)), nil
			case len(here) == 1:
				return LabelBatchResult{Refused: contract.Cause{Words: "no"}, Ended: map[contract.Outcome]int{contract.Rejected: 1}}, nil
			}
			page := books.PageName(books.BatchPage, in.Number, books.AfterAnswer)
			places[page] = here
			return LabelBatchResult{Refused: contract.Cause{Words: "no"}, Again: page, AgainCount: len(here)}, nil
		})
		s.waiting(readyPage(50))
		report := s.run()
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 49, contract.Rejected: 1}, report.Outcomes)
		assert.Equal(t, []int{50, 25, 25}, s.sizes()[:3])
		assert.Less(t, len(s.batches), 15)
		assert.Equal(t, make([]time.Duration, len(s.batches)), s.starts(), "smaller requests need no pause")
	})

	t.Run("stop when the hub refuses one after the other", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			asked(ctx, in)
			return LabelBatchResult{Refused: contract.Cause{Words: "the account is closed"}, Again: "batch", AgainCount: ordersIn(in.Segments)}, nil
		})
		s.waiting(readyPage(5000))
		report := s.run()
		assert.InDelta(t, refusalsAtMost, len(s.batches), 2)
		assert.Equal(t, map[contract.Outcome]int{contract.GaveUp: 5000}, report.Outcomes)
		assert.Equal(t, "the hub refused 100 requests for labels in a row: the account is closed", report.Rest.Reason.Words)
	})

	t.Run("that fail cost only their own orders", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			if in.Number == 2 {
				return LabelBatchResult{}, workflowstest.FinalError(contract.ErrorRefused, "the hub answered 422")
			}
			return allLabelled(time.Minute)(ctx, in)
		})
		s.waiting(readyPage(150))
		report := s.run()
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 100, contract.GaveUp: 50}, report.Outcomes)
		assert.Equal(t, books.RestOutcome{Outcome: contract.GaveUp, Reason: wording.OfError(contract.ErrorRefused, "the hub answered 422")}, report.Rest)
		assert.Equal(t, contract.ConnectionDone, report.State)
		assert.Equal(t, "the hub answered 422", report.Reason.Words)
	})

	t.Run("end when the hub refuses the token, whatever went wrong before", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			switch in.Number {
			case 1:
				return allLabelled(time.Hour)(ctx, in)
			case 2:
				return LabelBatchResult{}, workflowstest.FinalError(contract.ErrorRefused, "the hub answered 422")
			}
			return LabelBatchResult{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "the hub refuses the token")
		})
		s.waiting(readyPage(250))
		report := s.run()
		assert.Len(t, s.batches, 3)
		assert.Equal(t, contract.ConnectionNotAuthorised, report.State)
		assert.Equal(t, "the hub refuses the token", report.Reason.Words)
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 50, contract.NotAuthorised: 200}, report.Outcomes, "what was asked for is still taken")
	})
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func fmtAll(list []int) []string {
	var words []string
	for _, n := range list {
		words = append(words, fmt.Sprint(n))
	}
	return words
}
