package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statusbook"
)

func (s *statusChange) attributes(ctx workflow.Context) {
	failed := 0
	for _, outcome := range statusbook.Outcomes()[2:] {
		failed += s.result.Outcomes[outcome]
	}
	err := workflow.UpsertTypedSearchAttributes(ctx,
		MerchantAttribute.ValueSet(s.result.Merchant), RunAttribute.ValueSet(s.result.Key), StateAttribute.ValueSet(string(s.result.State)),
		RequestedAttribute.ValueSet(int64(s.result.Requested)), FailedAttribute.ValueSet(int64(failed)),
	)
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes were not set", "error", err)
	}
}

// hearAccount shows whether the merchant's account can be used. The steps wait by themselves
// while it cannot.
func (s *statusChange) hearAccount(ctx workflow.Context, news AccountNews) {
	state := statusbook.Running
	if news.Paused != "" {
		state = statusbook.Paused
	}
	if open := s.result.State == statusbook.Running || s.result.State == statusbook.Paused; !open || state == s.result.State {
		return
	}
	s.result.State, s.result.Reason = state, news.Paused
	s.attributes(ctx)
	s.show(ctx)
}

func (s *statusChange) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, statusDetails(s.result))
}

// statusDetails is what people read of a status change in Temporal's UI.
func statusDetails(r StatusResult) string {
	var b strings.Builder
	ended := 0
	var parts []string
	for _, outcome := range statusbook.Outcomes() {
		if n := r.Outcomes[outcome]; n > 0 {
			ended += n
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	what := cell(r.To)
	if r.PickUp {
		what += " (pick-ups)"
	}
	b.WriteString(fmt.Sprintf("**%s** · **%s** · %d of %d orders ended", what, r.State, ended, r.Requested))
	if len(parts) > 0 {
		b.WriteString(" · " + strings.Join(parts, ", "))
	}
	if r.Reason != "" {
		b.WriteString("\n\n" + cell(r.Reason))
	}
	if len(r.Channels) > 0 {
		b.WriteString("\n\n| channel | orders | on the channel | within 10 min | on average | sent again | never |\n|---|--:|--:|--:|--:|--:|--:|\n")
	}
	for _, f := range r.Channels {
		share, average := "", ""
		if f.Synced > 0 {
			share = fmt.Sprintf("%d %%", 100*f.InTime/f.Synced)
			average = fmt.Sprintf("%.0f s", f.Seconds/float64(f.Synced))
		}
		b.WriteString(fmt.Sprintf("| %s | %d | %d | %s | %s | %d | %d |\n", cell(f.Channel), f.Ended, f.Synced, share, average, f.Again, f.Never))
	}
	if r.Rows != "" {
		b.WriteString(fmt.Sprintf("\n- every order in `%s`", r.Rows))
	}
	return bounded(b.String())
}

// AnnounceType is the workflow that tells a webhook of an event.
const AnnounceType = "Announce"

// AnnounceID is the workflow id of an announcement.
func AnnounceID(merchant, id string) string { return "announce/" + merchant + "/" + id }

// Announce tells the webhook out of an event, for as long as that takes within reason. It is a
// workflow of its own, so that nobody waits for a webhook that is down.
func Announce(ctx workflow.Context, in activities.Announcement) error {
	err := workflow.ExecuteActivity(tellStep(ctx, fmt.Sprintf("%s of %d orders", in.Event, len(in.Orders))), announcements.Announce, in).Get(ctx, nil)
	if err != nil {
		workflow.SetCurrentDetails(ctx, "The webhook was not told: "+cell(books.Reason(errorWords(err))))
	}
	return err
}

// announce tells of events: by the search attribute, and by webhook where there is one.
func (s *statusChange) announce(ctx workflow.Context, all []activities.Announcement) {
	for _, one := range all {
		if !s.Verified {
			s.Verified = true
			tellEvent(ctx, one.Event)
		}
		if s.scope.Settings.WebhookOut {
			announce(ctx, one)
		}
	}
}

// tellEvent notes an event on the workflow, for those who list workflows by it.
func tellEvent(ctx workflow.Context, event string) {
	if err := workflow.UpsertTypedSearchAttributes(ctx, EventAttribute.ValueSet(event)); err != nil {
		workflow.GetLogger(ctx).Warn("search attributes were not set", "error", err)
	}
}

// announce starts an Announce and does not wait for its end.
func announce(ctx workflow.Context, one activities.Announcement) {
	options := workflow.ChildWorkflowOptions{
		WorkflowID: AnnounceID(one.Merchant, one.ID), TaskQueue: TaskQueue, ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary: fmt.Sprintf("%s: %d orders of %s", one.Event, len(one.Orders), cell(one.Channel)),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			MerchantAttribute.ValueSet(one.Merchant), ConnectionAttribute.ValueSet(one.Connection),
			ChannelAttribute.ValueSet(one.Channel), EventAttribute.ValueSet(one.Event),
		),
	}
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), Announce, one)
	if err := child.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("an announcement was not begun; one of its id may be there", "error", err)
	}
}
