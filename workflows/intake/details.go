package intake

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// show updates what people see of the intake in Temporal's UI.
func (i *intake) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, intakeDetails(i.state))
}

// intakeDetails is the Markdown text about an intake: orders by state, orders to take out, deadlines
// that are near, and how it learns of orders.
func intakeDetails(s contract.IntakeState) string {
	var b strings.Builder
	b.WriteString("**" + intakeHeadline(s) + "**")
	if s.Trouble != "" {
		b.WriteString(fmt.Sprintf("\n\nFailed to %s, and trying again: %s", s.TroubleOf, workflows.MarkdownCell(s.Trouble)))
	}
	if len(s.Looked.Counts) > 0 {
		b.WriteString("\n\n| orders | state |\n|--:|---|\n")
	}
	for _, state := range contract.IntakeOrderStates() {
		if n := s.Looked.Counts[state]; n > 0 {
			b.WriteString(fmt.Sprintf("| %d | %s |\n", n, intakeStateWords[state]))
		}
	}
	orderTable(&b, fmt.Sprintf("Take out, do not ship (%d): cancelled after their label was published", s.Looked.Counts[contract.IntakeTakeOut]), s.Looked.TakeOut)
	orderTable(&b, fmt.Sprintf("Deadline near or past, without a label (%d)", s.Looked.Near), s.Looked.NearOrders)
	for _, m := range s.Making {
		b.WriteString(fmt.Sprintf("\n- run `%s` makes %d labels", workflows.MarkdownCell(m.Run), m.Orders))
	}
	b.WriteString(fmt.Sprintf("\n- last webhook: %s; notifications so far: %d; waiting to be read: %d", moment(s.LastWebhook), s.Notifications, waitingNotifications(s)))
	b.WriteString(fmt.Sprintf("\n- last poll: %s; next: %s; sales that failed to register: %d", moment(s.LastPoll), moment(s.NextPoll), s.Window.WithError))
	b.WriteString(fmt.Sprintf("\n- window (hub time): %s to %s, %d sales, %d to be read, %d changed but past the gate; complete up to %s",
		moment(s.Window.From), moment(s.Window.To), s.Window.Listed, s.Window.Count, s.Window.Left, moment(s.Complete)))
	if s.Window.Note != "" {
		b.WriteString("\n- " + workflows.MarkdownCell(s.Window.Note))
	}
	return workflows.BoundedDetails(b.String())
}

func intakeHeadline(s contract.IntakeState) string {
	counts := s.Looked.Counts
	parts := []string{fmt.Sprintf("%d waiting", counts[contract.IntakeWaiting]), fmt.Sprintf("%d held back", counts[contract.IntakeHeldBack])}
	if n := counts[contract.IntakeQueued] + counts[contract.IntakeTaken]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d being made", n))
	}
	if s.Looked.Near > 0 {
		parts = append(parts, fmt.Sprintf("%d near their deadline", s.Looked.Near))
	}
	return strings.Join(parts, " · ")
}

// intakeStateWords say what each state means.
var intakeStateWords = map[contract.IntakeOrderState]string{
	contract.IntakeTakeOut:     "**take_out**: cancelled after its label was published; do not ship it",
	contract.IntakeHeldBack:    "**held_back**: not paid, not verified, or not registered",
	contract.IntakeWaiting:     "**waiting** for a run, a schedule or a confirmation",
	contract.IntakeQueued:      "**queued**: the label is made next",
	contract.IntakeTaken:       "**taken**: a run makes the label",
	contract.IntakeLabelled:    "**labelled**: the label is stored or printed",
	contract.IntakeCancelled:   "**cancelled** before a label was published",
	contract.IntakeUnsupported: "**unsupported**: the channel or shipping mode has no labels",
	contract.IntakeEnded:       "**ended**: shipped without our label",
	contract.IntakeClosed:      "**closed**: repaired under another id",
}

func orderTable(b *strings.Builder, title string, orders []contract.NearOrder) {
	if len(orders) == 0 {
		return
	}
	b.WriteString("\n\n" + title + "\n\n| order | connection | deadline | run |\n|---|---|---|---|\n")
	for _, o := range orders {
		number := o.Number
		if number == "" {
			number = o.Order
		}
		b.WriteString(fmt.Sprintf("| %s | %s | %s | %s |\n", workflows.MarkdownCell(number), workflows.MarkdownCell(o.Connection), moment(o.Deadline), workflows.MarkdownCell(o.Run)))
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "none yet"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
