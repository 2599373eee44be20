package statuschange

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/announce"
)

func (s *statusChange) attributes(ctx workflow.Context) {
	failed := 0
	for _, outcome := range contract.StatusOutcomes()[2:] {
		failed += s.result.Outcomes[outcome]
	}
	err := workflow.UpsertTypedSearchAttributes(ctx,
		contract.MerchantAttribute.ValueSet(s.result.Merchant), contract.RunAttribute.ValueSet(s.result.Key), contract.StateAttribute.ValueSet(string(s.result.State)),
		contract.RequestedAttribute.ValueSet(int64(s.result.Requested)), contract.FailedAttribute.ValueSet(int64(failed)),
	)
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes could not be set", "error", err)
	}
}

// hearAccount shows whether the merchant's account can be used. While it cannot, the steps wait by
// themselves.
func (s *statusChange) hearAccount(ctx workflow.Context, news contract.AccountNews) {
	state := contract.RunRunning
	if news.Paused != "" {
		state = contract.RunPaused
	}
	if open := s.result.State == contract.RunRunning || s.result.State == contract.RunPaused; !open || state == s.result.State {
		return
	}
	s.result.State, s.result.Reason = state, contract.Reason{}
	if news.Paused != "" {
		s.result.Reason = wording.Reason(contract.WhyAccountPaused)
	}
	s.attributes(ctx)
	s.show(ctx)
}

func (s *statusChange) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, statusDetails(s.result))
}

// statusDetails is the Markdown text about a status change in Temporal's UI.
func statusDetails(r contract.StatusResult) string {
	var b strings.Builder
	ended := 0
	var parts []string
	for _, outcome := range contract.StatusOutcomes() {
		if n := r.Outcomes[outcome]; n > 0 {
			ended += n
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	what := workflows.MarkdownCell(r.To)
	if r.PickUp {
		what += " (pick-ups)"
	}
	b.WriteString(fmt.Sprintf("**%s** · **%s** · %d of %d orders ended", what, r.State, ended, r.Requested))
	if len(parts) > 0 {
		b.WriteString(" · " + strings.Join(parts, ", "))
	}
	if r.Reason.Words != "" {
		b.WriteString("\n\n" + workflows.MarkdownCell(r.Reason.Words))
	}
	if len(r.Channels) > 0 {
		b.WriteString("\n\n| channel | orders | on the channel | within 10 min | average | sent again | never |\n|---|--:|--:|--:|--:|--:|--:|\n")
	}
	for _, f := range r.Channels {
		share, average := "", ""
		if f.Synced > 0 {
			share = fmt.Sprintf("%d %%", 100*f.InTime/f.Synced)
			average = fmt.Sprintf("%.0f s", f.Seconds/float64(f.Synced))
		}
		b.WriteString(fmt.Sprintf("| %s | %d | %d | %s | %s | %d | %d |\n", workflows.MarkdownCell(f.Channel), f.Ended, f.Synced, share, average, f.Again, f.Never))
	}
	if r.Rows != "" {
		b.WriteString(fmt.Sprintf("\n- every order in `%s`", r.Rows))
	}
	return workflows.BoundedDetails(b.String())
}

// announce reports events: by the search attribute, and by webhook where there is one.
func (s *statusChange) announce(ctx workflow.Context, all []contract.Announcement) {
	for _, one := range all {
		if !s.Verified {
			s.Verified = true
			announce.SetEventAttribute(ctx, one.Event)
		}
		if s.scope.Settings.WebhookOut {
			announce.StartAnnounce(ctx, one)
		}
	}
}
