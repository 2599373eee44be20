package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
)

// show lets people see in Temporal's UI how the intake stands.
func (i *intake) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, intakeDetails(i.state))
}

// intakeDetails is what people read of an intake: orders by state, what is to
// be taken out of the pile, deadlines that are near, and how it hears of orders.
func intakeDetails(s IntakeState) string {
	var b strings.Builder
	b.WriteString("**" + intakeHeadline(s) + "**")
	if s.Trouble != "" {
		b.WriteString(fmt.Sprintf("\n\nIt is tried again to %s, which failed: %s", s.TroubleOf, cell(s.Trouble)))
	}
	if len(s.Looked.Counts) > 0 {
		b.WriteString("\n\n| orders | state |\n|--:|---|\n")
	}
	for _, state := range activities.IntakeStates() {
		if n := s.Looked.Counts[state]; n > 0 {
			b.WriteString(fmt.Sprintf("| %d | %s |\n", n, intakeStateWords[state]))
		}
	}
	orderTable(&b, fmt.Sprintf("Sacar de la pila (%d): cancelled after their label was published", s.Looked.Counts[activities.IntakeTakeOut]), s.Looked.TakeOut)
	orderTable(&b, fmt.Sprintf("Deadline near or past, without a label (%d)", s.Looked.Near), s.Looked.NearOrders)
	for _, m := range s.Making {
		b.WriteString(fmt.Sprintf("\n- run `%s` makes %d labels", cell(m.Run), m.Orders))
	}
	b.WriteString(fmt.Sprintf("\n- last webhook: %s; notices so far: %d; to be taken up: %d", moment(s.LastWebhook), s.Notices, s.waiting()))
	b.WriteString(fmt.Sprintf("\n- last poll: %s; next: %s; sales that failed to register: %d", moment(s.LastPoll), moment(s.NextPoll), s.Window.WithError))
	b.WriteString(fmt.Sprintf("\n- window (the hub's time): %s to %s, %d sales, %d of them changed, %d more changed past the gate; complete up to %s",
		moment(s.Window.From), moment(s.Window.To), s.Window.Listed, s.Window.Count, s.Window.Left, moment(s.Complete)))
	if s.Window.Note != "" {
		b.WriteString("\n- " + cell(s.Window.Note))
	}
	return bounded(b.String())
}

func intakeHeadline(s IntakeState) string {
	counts := s.Looked.Counts
	parts := []string{fmt.Sprintf("%d waiting", counts[activities.IntakeWaiting]), fmt.Sprintf("%d held back", counts[activities.IntakeHeldBack])}
	if n := counts[activities.IntakeQueued] + counts[activities.IntakeTaken]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d being made", n))
	}
	if s.Looked.Near > 0 {
		parts = append(parts, fmt.Sprintf("%d near their deadline", s.Looked.Near))
	}
	return strings.Join(parts, " · ")
}

// intakeStateWords say what each state means.
var intakeStateWords = map[activities.IntakeState]string{
	activities.IntakeTakeOut:     "**take_out**: Sacar de la pila",
	activities.IntakeHeldBack:    "**held_back**: not paid, not verified, or not registered",
	activities.IntakeWaiting:     "**waiting** for a run, a schedule or a confirmation",
	activities.IntakeQueued:      "**queued**: the label is made next",
	activities.IntakeTaken:       "**taken**: a run makes the label",
	activities.IntakeLabelled:    "**labelled**: the label is there or printed",
	activities.IntakeCancelled:   "**cancelled** before a label was published",
	activities.IntakeUnsupported: "**unsupported**: a channel or mode without labels",
	activities.IntakeEnded:       "**ended**: shipped without a label of ours",
	activities.IntakeClosed:      "**closed**: repaired under another id",
}

func orderTable(b *strings.Builder, title string, orders []activities.NearOrder) {
	if len(orders) == 0 {
		return
	}
	b.WriteString("\n\n" + title + "\n\n| order | connection | deadline | run |\n|---|---|---|---|\n")
	for _, o := range orders {
		number := o.Number
		if number == "" {
			number = o.Order
		}
		b.WriteString(fmt.Sprintf("| %s | %s | %s | %s |\n", cell(number), cell(o.Connection), moment(o.Deadline), cell(o.Run)))
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "none yet"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
