package board

import (
	"context"

	steps "github.com/despacho/despacho/activities/printing"
)

var _ steps.Watch = (*Board)(nil)

// Printing takes in what this station's own steps do at the printers, so that the picture moves label by label.
func (b *Board) Printing(_ context.Context, event steps.Event) {
	b.change(func(m *model) bool {
		changed := false
		if event.Label != nil {
			changed = m.note(event.Merchant, *event.Label)
		}
		for i := range m.queues {
			if event.Status != nil && m.queues[i].Name == event.Printer {
				m.queues[i].looked, changed = event.Status, true
			}
		}
		return changed
	})
}
