package publishing

import (
	"context"
	"errors"
	"fmt"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/raster"
)

// drawn turns a PDF label into graphics for the roll.
func (a *Publishing) drawn(ctx context.Context, ready readyLabel, j *joinedFiles) readyLabel {
	if a.Raster == nil {
		return readyLabel{trouble: errors.New("this worker draws no labels")}
	}
	units, notes, err := a.Raster.Units(ctx, ready.label.Document, j.layout, j.dpi)
	var unreadable *raster.UnreadableError
	var ofFile *raster.FileError
	switch {
	case errors.As(err, &unreadable) || errors.As(err, &ofFile):
		return readyLabel{fault: &offRoll{err}}
	case err != nil:
		return readyLabel{trouble: err}
	}
	ready.label = check.Label{Format: labels.ZPL, Units: units}
	ready.notes = append(append(ready.notes, notes...), fmt.Sprintf("drawn as graphics of %d dpi", j.dpi))
	return ready
}

// offRoll says why a label cannot be printed on the roll. It can be printed on paper.
type offRoll struct{ err error }

func (e *offRoll) Error() string { return e.err.Error() }

// notOnRoll moves the orders whose labels can only be printed on paper to onPaper, and returns the faults that remain.
func notOnRoll(faults map[string]error, onPaper map[string]string) map[string]error {
	return lo.OmitBy(faults, func(order string, fault error) bool {
		off := new(offRoll)
		if !errors.As(fault, &off) {
			return false
		}
		onPaper[order] = off.Error()
		return true
	})
}

// noteOnPaper says on an order's labels why they are not on the roll.
func noteOnPaper(labels []toPrint, why string) {
	for i := range labels {
		labels[i].Notes = append(append([]string{}, labels[i].Notes...), "not on the roll: "+why)
	}
}

// rollNotes say what a run on one roll did with its PDF labels.
func rollNotes(in PublishInput, all laidPile, onPaper map[string]string) []string {
	if !in.OneRoll {
		return nil
	}
	drawn := lo.SumBy(all.files, func(f *joinedFiles) int {
		return lo.CountBy(f.labels, func(l toPrint) bool { return f.format == string(labels.ZPL) && l.Format == string(labels.PDF) })
	})
	return contract.RollNotes(drawn, len(onPaper))
}
