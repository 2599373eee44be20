package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/despacho/despacho/workflows"
)

// lookOften is how often the intake is asked how far it is.
const lookOften = 200 * time.Millisecond

// hearOfOrders lets the sandbox sell more, and shows that the intake hears of all of them by webhook.
func (w *workbench) hearOfOrders(ctx context.Context, orders int, out io.Writer) error {
	before, err := w.intake(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe sandbox sells %d more orders and tells it by webhook …\n", orders)
	if err := w.tellSandbox(ctx, "sales", map[string]any{"count": orders, "spread": "1s", "clock": "ours", "life": "plain"}); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, hearWithin)
	defer cancel()
	for {
		now, err := w.intake(bounded)
		if err != nil {
			return err
		}
		if now.Notices-before.Notices >= orders && now.Waiting == 0 {
			fmt.Fprintf(out, "  %d notices heard, all taken up: starter intake\nWatch it: %s\n",
				now.Notices-before.Notices, runPage(w.running, workflows.IntakeID(w.from.merchant)))
			return nil
		}
		select {
		case <-bounded.Done():
			return fmt.Errorf("of %d new orders, the intake has heard %d notices and has %d to take up: %w", orders, now.Notices-before.Notices, now.Waiting, context.Cause(bounded))
		case <-time.After(lookOften):
		}
	}
}

// intake asks the intake how far it is.
func (w *workbench) intake(ctx context.Context) (progress workflows.IntakeProgress, err error) {
	answer, err := w.temporal.QueryWorkflow(ctx, workflows.IntakeID(w.from.merchant), "", workflows.ProgressQuery)
	if err != nil {
		return progress, fmt.Errorf("ask the intake: %w", err)
	}
	return progress, answer.Get(&progress)
}
