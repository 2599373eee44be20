package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"go.temporal.io/api/enums/v1"

	"github.com/despacho/despacho/contract"
)

// labelTime is how long the printer of the bench takes for a label.
const labelTime = 100 * time.Millisecond

// printFigures say how long a pile takes at a printer, and a single label.
type printFigures struct {
	Labels int
	Took   time.Duration
	// Steps is how many activities the pile took, Events how long the history became.
	Steps, Events int
	// Half and Most of the single labels lay in the printer's tray within.
	Half, Most time.Duration
}

// ratio is how many times as long the pile took as its printing alone.
func (f printFigures) ratio() float64 {
	return float64(f.Took) / float64(time.Duration(f.Labels)*labelTime)
}

// measurePrinting prints a pile, then single labels, one after the other.
func measurePrinting(ctx context.Context, dir string, pile, singles int) (f printFigures, err error) {
	w, err := openWarehouse(ctx, dir, labelTime)
	if err != nil {
		return f, err
	}
	defer func() { _ = w.close() }()
	s, err := w.startStation(ctx)
	if err != nil {
		return f, err
	}
	defer s.stop()
	labels, err := w.labels(ctx, orderNames(1, pile+singles)...)
	if err != nil {
		return f, err
	}
	f.Labels = pile
	began := time.Now()
	if _, err = w.ask(ctx, labels[:pile]); err == nil {
		err = w.zebra.WaitPrinted(ctx, pile)
	}
	if err != nil {
		return f, err
	}
	f.Took = time.Since(began)
	if f.Steps, f.Events, err = w.history(ctx); err != nil {
		return f, err
	}
	var took []time.Duration
	for i := range singles {
		began := time.Now()
		if _, err = w.ask(ctx, labels[pile+i:pile+i+1]); err == nil {
			err = w.zebra.WaitPrinted(ctx, pile+i+1)
		}
		if err != nil {
			return f, err
		}
		took = append(took, time.Since(began)-labelTime)
	}
	slices.Sort(took)
	f.Half, f.Most = took[len(took)/2], took[len(took)*95/100]
	return f, nil
}

// history counts the activities and the events of the printer's workflow.
func (w *warehouse) history(ctx context.Context) (steps, events int, err error) {
	history := w.temporal.GetWorkflowHistory(ctx, contract.PrinterID(printSite, printPrinter), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			return 0, 0, err
		}
		events++
		if event.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED {
			steps++
		}
	}
	return steps, events, nil
}

func (f flags) printing(ctx context.Context, dir string, out io.Writer) error {
	if f.Pile == 0 {
		return nil
	}
	figures, err := measurePrinting(ctx, filepath.Join(dir, "printing"), f.Pile, f.Singles)
	if err != nil {
		return err
	}
	return table(out, fmt.Sprintf("%d labels to a printer that takes %v a label, then %d single ones", f.Pile, labelTime, f.Singles), [][2]string{
		{"all out within, times its printing alone", fmt.Sprintf("%.1f s, %.3f", figures.Took.Seconds(), figures.ratio())},
		{"activities a label, events a label", fmt.Sprintf("%.3f, %.2f", float64(figures.Steps)/float64(f.Pile), float64(figures.Events)/float64(f.Pile))},
		{"a single label begins to come out after Enter: half within, 95 of 100", fmt.Sprintf("%.0f ms, %.0f ms", ms(figures.Half), ms(figures.Most))},
	})
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
