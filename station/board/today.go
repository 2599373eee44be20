package board

import (
	"cmp"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/wording"
)

// What a picture of today holds at most.
const (
	maxPiles   = 200
	maxJobs    = 50
	maxDoubts  = 100
	maxTakeOut = 200
)

// Today is the picture in a language. Trouble is a code of [Trouble].
func (b *Board) Today(language wording.Language) api.Today {
	return look(b, func(m *model) api.Today {
		today := api.Today{
			Version: m.version, At: m.seenAt, Site: b.Site, Trouble: string(m.trouble),
			Runs: []api.Run{}, Printers: []api.Printer{}, TakeOut: m.toTakeOut(), Channels: map[string]string{},
		}
		for _, order := range today.TakeOut {
			today.Channels[order.Channel] = channelName(order.Channel)
		}
		for _, r := range m.runs {
			shown := r.show(language)
			shown.TakeOut = lo.CountBy(lo.Values(m.takeOut), func(t *takeOut) bool { return !t.found && t.merchant == r.merchant && t.record.Run == r.key })
			today.Runs = append(today.Runs, shown)
			for _, p := range shown.Piles {
				today.Channels[p.Channel] = channelName(p.Channel)
			}
		}
		for i := range m.queues {
			today.Printers = append(today.Printers, m.showQueue(&m.queues[i], language))
		}
		return today
	})
}

func channelName(slug string) string { return cmp.Or(channels.BySlug(slug).Name, slug) }

func (r *run) show(language wording.Language) api.Run {
	r.count()
	shown := api.Run{
		Merchant: r.merchant, MerchantName: r.merchantName, Run: r.key, State: cmp.Or(r.result.State, r.state), StartedAt: r.started,
		Requested: r.result.Requested, Labelled: len(r.labels), Printed: r.printed, Doubts: r.doubts, Held: r.held,
		Piles: []api.Pile{}, Missing: []api.Count{},
	}
	if len(r.labels) == 0 {
		shown.Labelled = r.result.Outcomes[contract.Labelled]
	}
	for _, p := range r.piles[:min(len(r.piles), maxPiles)] {
		shown.Piles = append(shown.Piles, api.Pile{
			ID: p.id, Channel: p.channel, Shop: p.shop, Courier: p.courier, Deadline: p.deadline,
			First: p.first, Last: p.last, Labels: len(p.labels), Printed: p.printed, Doubts: p.doubts,
		})
	}
	for _, outcome := range contract.Outcomes() {
		if n := r.result.Outcomes[outcome]; n > 0 && outcome != contract.Labelled {
			shown.Missing = append(shown.Missing, api.Count{Outcome: outcome, Words: wording.OfOutcome(outcome, language).Name, Orders: n})
		}
	}
	return shown
}

// toTakeOut are the orders that nobody has found yet, those cancelled last first.
func (m *model) toTakeOut() []api.TakeOut {
	orders := []api.TakeOut{}
	for _, t := range m.takeOut {
		if !t.found {
			orders = append(orders, m.showTakeOut(t))
		}
	}
	slices.SortFunc(orders, func(a, b api.TakeOut) int {
		return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.Order, b.Order))
	})
	return orders[:min(len(orders), maxTakeOut)]
}

func (m *model) showTakeOut(t *takeOut) api.TakeOut {
	shown := api.TakeOut{
		Merchant: t.merchant, Order: t.record.Order, Number: cmp.Or(t.record.Number, t.record.Code), Run: t.record.Run,
		Channel: t.record.Channel, Since: t.record.ChangedAt,
	}
	if r := m.run(t.merchant, t.record.Run); r != nil {
		if l := r.labelOf(t.record.Order, 0); l != nil {
			shown.Position = l.position()
		}
	}
	return shown
}

func (m *model) showQueue(q *queue, language wording.Language) api.Printer {
	shown := api.Printer{
		Name: q.Name, Kind: string(q.Kind), Stock: q.Stock, DPI: q.DPI, Condition: q.progress.Condition,
		Paused: q.progress.Paused, Jobs: []api.Job{}, Doubts: []api.Label{},
	}
	if q.looked != nil {
		shown.Condition, shown.Said = worst(q.looked.Conditions), q.looked.Said
	}
	if condition := printing.Condition(shown.Condition); condition != "" {
		shown.Warning = condition.IsWarning()
		words := wording.OfCondition(condition, language)
		shown.Do = words.Name + ". " + words.Advice
	}
	for _, j := range q.jobs[:min(len(q.jobs), maxJobs)] {
		shown.Jobs = append(shown.Jobs, m.showJob(j))
	}
	for _, ref := range q.progress.Doubts[:min(len(q.progress.Doubts), maxDoubts)] {
		for _, j := range q.jobs {
			if l, there := lo.Find(j.Labels, func(l contract.JobLabel) bool { return l.Order == ref.Order && l.Label == ref.Label }); there {
				shown.Doubts = append(shown.Doubts, m.showJobLabel(j, l, language))
				break
			}
		}
	}
	return shown
}

// worst is the first condition that stops the printer, else the first.
func worst(all []printing.Condition) string {
	stopping, there := lo.Find(all, func(c printing.Condition) bool { return !c.IsWarning() })
	if !there && len(all) > 0 {
		stopping = all[0]
	}
	return string(stopping)
}

func (m *model) showJob(j *job) api.Job {
	shown := api.Job{Job: j.ID, Merchant: j.Merchant, Run: j.runOf(), Person: j.Person, At: j.At, Total: len(j.Labels)}
	for _, l := range j.Labels {
		switch state := m.paper(labelKey{j.Merchant, l.Order, l.Label}).of(j.ID).state; {
		case state.IsOnPaper():
			shown.Out++
			shown.Sent++
		case state == contract.PrintHeld:
			shown.Held++
		case state == contract.PrintUnknown:
			shown.Doubts++
		case state == contract.PrintSent:
			shown.Sent++
		case state == contract.PrintSending && shown.Now == "":
			shown.Now = cmp.Or(l.OrderNumber, l.Order)
		}
	}
	shown.Out, shown.Held = max(shown.Out, j.queued.Out), max(shown.Held, j.queued.Held)
	shown.Sent = max(shown.Sent, shown.Out)
	return shown
}
