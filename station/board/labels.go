package board

import (
	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/wording"
)

// labelOf finds a label of an order in the run; number 0 finds the order's first, or the order without one.
func (r *run) labelOf(order string, number int) *label {
	l, _ := lo.Find(r.orders[order], func(l *label) bool { return number == 0 || l.number == number })
	return l
}

// Labels are at most limit labels of a run in the order of the pile, from a position on; false when the
// run is not in view.
func (b *Board) Labels(merchant, key string, from, limit int, language wording.Language) (labels api.Labels, there bool) {
	labels.Labels = []api.Label{}
	there = look(b, func(m *model) bool {
		r := m.run(merchant, key)
		if r == nil {
			return false
		}
		labels.Total = len(r.labels)
		for _, l := range r.labels {
			switch {
			case l.position() < from:
				continue
			// All labels of an order stand on one page.
			case len(labels.Labels) >= limit && l.number == 1:
				labels.Next = l.position()
				return true
			}
			labels.Labels = append(labels.Labels, m.showLabel(l, language))
		}
		return true
	})
	return labels, there
}

func (m *model) showLabel(l *label, language wording.Language) api.Label {
	shown := api.Label{
		Merchant: l.run.merchant, Run: l.run.key, Position: l.position(), Order: l.row.ID, Code: l.row.Code, Number: l.row.OrderNumber,
		Tracking: l.row.TrackingNumber, Label: l.number, Labels: len(l.row.ToPrint()), Channel: l.row.Channel, Shop: l.row.ConnectionName,
		Courier: l.row.Courier, Warehouse: l.row.WarehouseName, Deadline: lo.FromPtr(l.row.Deadline), Items: l.row.Items,
		Cancelled: m.isCancelled(l), PartlyCancelled: l.row.PartlyCancelled,
	}
	if shown.Items == nil {
		shown.Items = []contract.Item{}
	}
	if !l.isPrintable() {
		shown.Labels = 0
		shown.Reason = wording.OfOutcome(l.row.Outcome, language).Name
		if why := wording.Say(l.row.Reason, language); why != "" {
			shown.Reason += ": " + why
		}
		return shown
	}
	file := l.row.Labels[l.number-1]
	shown.Format, shown.Notes = file.Format, file.Notes
	shown.State = l.paper.state()
	shown.Reason = wording.Say(l.paper.last().reason, language)
	return shown
}

// isCancelled says that the order must not be shipped.
func (m *model) isCancelled(l *label) bool {
	return l.row.Outcome == contract.Cancelled || m.takeOut[orderKey{l.run.merchant, l.row.ID}] != nil
}

// showJobLabel is a label of a job, with what its run says of it where that is in view.
func (m *model) showJobLabel(j *job, l contract.JobLabel, language wording.Language) api.Label {
	if r := m.run(j.Merchant, l.Run); r != nil {
		if known := r.labelOf(l.Order, l.Label); known != nil {
			return m.showLabel(known, language)
		}
	}
	return api.Label{
		Merchant: j.Merchant, Run: l.Run, Position: l.Position, Order: l.Order, Number: l.OrderNumber, Label: l.Label, Format: l.Format,
		Items: []contract.Item{}, State: m.paper(labelKey{j.Merchant, l.Order, l.Label}).state(),
	}
}
