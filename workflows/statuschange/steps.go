package statuschange

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// dispatch starts what can be started: looks that are due first, then new pages, so that the fate of
// what was sent is known before more is sent.
func (s *statusChange) dispatch(ctx workflow.Context) {
	first, probers := s.Delays.Firsts(), s.probers() //workflowcheck:ignore // maps are read by key
	now := s.hubNow(ctx)
	for i := range s.Open {
		page := &s.Open[i]
		if !page.busy && s.looking < lookers && !s.due(page, first, probers).After(now) {
			s.looking++
			s.begin(ctx, *page, first, probers[page.Number])
		}
	}
	for s.looking < lookers/2 && s.sending < senders && s.Next <= s.Pages && len(s.Open) < openPages {
		page := statusPage{Number: s.Next}
		s.Next++
		s.sending++
		s.Open = append(s.Open, page)
		s.begin(ctx, page, nil, nil)
	}
}

// due is when a page is due for its next step, in hub time.
func (s *statusChange) due(page *statusPage, first map[string]time.Duration, probers map[int][]string) time.Time {
	if !page.Sent {
		return time.Time{}
	}
	return statusbook.DueAt(page.Groups, first, probers[page.Number], time.Duration(s.scope.Settings.StatusWindow)).Add(lookTogether)
}

// probers lists, by page, the channels with unknown delays that this page finds out about: the first
// page that has them.
func (s *statusChange) probers() map[int][]string {
	taken, probers := map[string]bool{}, map[int][]string{}
	for _, page := range s.Open {
		for _, group := range page.Groups {
			if !group.Fresh.IsZero() && !s.Delays.Known(group.Channel) && !taken[group.Channel] {
				taken[group.Channel] = true
				probers[page.Number] = append(probers[page.Number], group.Channel)
			}
		}
	}
	return probers
}

// hubNow is the hub's time, by its last answer and the time that has passed since.
func (s *statusChange) hubNow(ctx workflow.Context) time.Time {
	if s.HubTime.IsZero() {
		return workflow.Now(ctx)
	}
	return s.HubTime.Add(time.Duration(float64(workflow.Now(ctx).Sub(s.At)) * max(s.scope.Settings.HubSpeed, 0.001)))
}

// restAtMost bounds how long a change waits without looking around.
const restAtMost = time.Hour

// rest is how long there is nothing to do unless a step ends.
func (s *statusChange) rest(ctx workflow.Context) time.Duration {
	first, probers := s.Delays.Firsts(), s.probers() //workflowcheck:ignore // maps are read by key
	pause := restAtMost
	if s.looking >= lookers {
		return pause
	}
	now := s.hubNow(ctx)
	for i := range s.Open {
		if page := &s.Open[i]; !page.busy {
			left := s.due(page, first, probers).Sub(now)
			pause = min(pause, s.scope.Settings.Ours(contract.Duration(max(left, 0))))
		}
	}
	return pause
}

// begin runs a step on a page in the background.
func (s *statusChange) begin(ctx workflow.Context, page statusPage, first map[string]time.Duration, probes []string) {
	s.page(page.Number).busy = true
	in := statuses.AdvanceStatusesInput{
		StatusScope: s.scope, Page: page.Number, Round: page.Round + 1, Probes: probes,
		First: ofChannels(first, page.Groups),
	}
	workflow.Go(ctx, func(g workflow.Context) {
		var advanced statuses.AdvancedStatuses
		err := workflow.ExecuteActivity(workflows.HubStep(g, s.summary(page)), changeSteps.AdvanceStatuses, in).Get(g, &advanced)
		if err != nil {
			advanced, err = s.giveUp(g, in, workflows.ErrorReason(err), sentOrdersOf(err))
		} else {
			s.HubTime, s.At = advanced.HubTime, workflow.Now(g)
		}
		s.take(page.Number, advanced, err)
		s.announce(g, advanced.Announce)
		if page.Sent {
			s.looking--
		} else {
			s.sending--
		}
		s.news = true
	})
}

// ofChannels keeps the entries for the channels of these groups.
func ofChannels(first map[string]time.Duration, groups []statusbook.Group) map[string]time.Duration {
	kept := map[string]time.Duration{}
	for _, group := range groups {
		if age, known := first[group.Channel]; known {
			kept[group.Channel] = age
		}
	}
	return kept
}

func (s *statusChange) summary(page statusPage) string {
	if page.Sent {
		return fmt.Sprintf("check whether the channel has %s (page %d)", s.scope.To, page.Number)
	}
	return fmt.Sprintf("send %s (page %d of %d)", s.scope.To, page.Number, s.Pages)
}

func (s *statusChange) page(number int) *statusPage {
	return &s.Open[slices.IndexFunc(s.Open, func(p statusPage) bool { return p.Number == number })]
}

// take records what a step has left.
func (s *statusChange) take(number int, advanced statuses.AdvancedStatuses, err error) {
	page := s.page(number)
	page.busy = false
	if err != nil {
		s.trouble = fmt.Errorf("%w: %s", errStuck, workflows.ErrorWords(err))
		s.drop(number)
		return
	}
	page.Groups, page.Sent = advanced.Groups, true
	if advanced.Idle {
		return
	}
	page.Round++
	for _, outcome := range contract.StatusOutcomes() {
		if more := advanced.Ended[outcome] - page.Ended[outcome]; more > 0 {
			s.result.Outcomes[outcome] += more
		}
	}
	page.Ended = advanced.Ended
	s.result.Channels = statusbook.AddFigures(s.result.Channels, advanced.Figures)
	s.learn(advanced.Seen)
	if advanced.Open == 0 {
		s.drop(number)
	}
}

func (s *statusChange) drop(number int) {
	s.Open = slices.DeleteFunc(s.Open, func(p statusPage) bool { return p.Number == number })
}

func (s *statusChange) learn(seen []pace.Seen) {
	for _, one := range seen {
		s.Delays = s.Delays.Observe(one.Channel, one.Span) //workflowcheck:ignore // copies a map
	}
}

// giveUp ends the rows of a page that no step can settle, with the reason.
func (s *statusChange) giveUp(ctx workflow.Context, at statuses.AdvanceStatusesInput, why contract.Reason, sent []activities.SentStatus) (statuses.AdvancedStatuses, error) {
	var given statuses.AdvancedStatuses
	in := statuses.GiveUpStatusesInput{StatusScope: s.scope, Page: at.Page, Round: at.Round, Reason: why, Sent: sent}
	err := workflow.ExecuteActivity(workflows.HubStep(ctx, fmt.Sprintf("give up page %d", at.Page)), changeSteps.GiveUpStatuses, in).Get(ctx, &given)
	return given, err
}

// sentOrdersOf are the orders whose status a step that failed has sent.
func sentOrdersOf(err error) (sent []activities.SentStatus) {
	var failed *temporal.ApplicationError
	if errors.As(err, &failed) && failed.HasDetails() {
		_ = failed.Details(&sent) // other details mean that nothing was sent
	}
	return sent
}

// giveUpAll ends every open row.
func (s *statusChange) giveUpAll(ctx workflow.Context, why contract.Reason) error {
	for ; s.Next <= s.Pages; s.Next++ {
		s.Open = append(s.Open, statusPage{Number: s.Next})
	}
	for len(s.Open) > 0 {
		page := s.Open[0]
		in := statuses.AdvanceStatusesInput{StatusScope: s.scope, Page: page.Number, Round: page.Round + 1}
		given, err := s.giveUp(ctx, in, why, nil)
		if err != nil {
			return err
		}
		s.take(page.Number, given, nil)
	}
	return nil
}
