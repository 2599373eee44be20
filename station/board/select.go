package board

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/labels/natural"
	"github.com/despacho/despacho/station/api"
)

// Errors of a selection.
var (
	ErrNoRun   = errors.New("no such run is in view")
	ErrTooMany = errors.New("more labels than a job may have")
	// ErrWhole: labels are printed once more only where they are named.
	ErrWhole = errors.New("labels that are printed once more must be named")
)

// MaxJob is how many labels a job may have.
const MaxJob = 5000

// Selection is what a job prints, and what was left out of it.
type Selection struct {
	Labels []contract.JobLabel
	// Printed are on paper, may be, or are in a queue; Cancelled were cancelled.
	Printed, Cancelled int
}

// Select chooses labels for a job and queues them for it in this picture, so that nobody else chooses
// them; Release gives them back. With again it takes those that were printed, too.
func (b *Board) Select(ctx context.Context, want api.Select, order contract.PrintJob, again bool) (chosen Selection, err error) {
	if again && len(want.Labels) == 0 && want.From <= 0 {
		return chosen, ErrWhole
	}
	bins, err := b.bins(ctx, want)
	if err != nil {
		return chosen, err
	}
	b.change(func(m *model) bool {
		chosen, err = m.choose(want, bins, again)
		if err != nil || len(chosen.Labels) == 0 {
			return false
		}
		order.Labels = chosen.Labels
		m.ask(&job{PrintJob: order, askedAt: b.Now()})
		return true
	})
	return chosen, err
}

func (m *model) ask(j *job) {
	key := jobKey{j.Merchant, j.ID}
	if m.jobs[key] != nil {
		return
	}
	m.jobs[key] = j
	m.enqueue(j)
}

// Release takes a job out of the picture that was never put into a queue.
func (b *Board) Release(merchant, id string) {
	b.change(func(m *model) bool {
		key := jobKey{merchant, id}
		j := m.jobs[key]
		if j == nil || j.askedAt.IsZero() {
			return false
		}
		m.dequeue(j)
		delete(m.jobs, key)
		return true
	})
}

// Job is a job that is in view.
func (b *Board) Job(merchant, id string) (contract.PrintJob, bool) {
	j := look(b, func(m *model) *job { return m.jobs[jobKey{merchant, id}] })
	if j == nil {
		return contract.PrintJob{}, false
	}
	return j.PrintJob, true
}

// choose goes through the run's pile.
func (m *model) choose(want api.Select, bins map[string]string, again bool) (chosen Selection, err error) {
	r := m.run(want.Merchant, want.Run)
	if r == nil {
		return chosen, ErrNoRun
	}
	named := lo.Keyify(want.Labels)
	for _, l := range r.labels {
		if !l.matches(want, named, bins) {
			continue
		}
		switch {
		case m.isCancelled(l):
			chosen.Cancelled++
		case l.paper.queuedBy != nil, !again && l.paper.isTaken():
			chosen.Printed++
		default:
			chosen.Labels = append(chosen.Labels, l.forJob())
		}
	}
	if len(chosen.Labels) > MaxJob {
		return Selection{}, fmt.Errorf("%w: %d of %d", ErrTooMany, len(chosen.Labels), MaxJob)
	}
	return chosen, nil
}

func (l *label) matches(want api.Select, named map[contract.LabelRef]struct{}, bins map[string]string) bool {
	if len(named) > 0 {
		if _, there := named[contract.LabelRef{Order: l.row.ID, Label: l.number}]; !there {
			return false
		}
	}
	return (want.From <= 0 || l.position() >= want.From) &&
		(want.To <= 0 || l.position() <= want.To) &&
		(want.Pile == "" || l.pile.id == want.Pile) &&
		(want.Channel == "" || l.row.Channel == want.Channel) &&
		(want.Courier == "" || l.row.Courier == want.Courier) &&
		(want.Warehouse == "" || l.row.WarehouseName == want.Warehouse || l.row.WarehouseID == want.Warehouse) &&
		l.isInBins(want, bins)
}

// isInBins says that the order's first bin lies within the range; an order belongs to one bin, so that
// ranges side by side print each label once.
func (l *label) isInBins(want api.Select, bins map[string]string) bool {
	if want.BinFrom == "" && want.BinTo == "" {
		return true
	}
	first := ""
	for _, item := range l.row.Items {
		if bin := bins[item.SKU]; bin != "" && (first == "" || natural.Compare(bin, first) < 0) {
			first = bin
		}
	}
	return first != "" && (want.BinFrom == "" || natural.Compare(first, want.BinFrom) >= 0) &&
		(want.BinTo == "" || natural.Compare(first, want.BinTo) <= 0)
}

// forJob is the label as a job names it.
func (l *label) forJob() contract.JobLabel {
	file := l.row.Labels[l.number-1]
	made := contract.JobLabel{
		Run: l.run.key, Order: l.row.ID, OrderNumber: l.row.OrderNumber, Label: l.number, Position: l.position(),
		Key: file.Key, From: file.From, Bytes: file.Bytes, Format: file.Format, SHA256: file.SHA256,
	}
	if l.run.request.Stamp {
		made.Stamp = &contract.LabelStamp{
			Number: l.position(), Of: l.run.numbered,
			Lines: lo.Map(l.row.Items, func(i contract.Item, _ int) string { return fmt.Sprintf("%d × %s", i.Quantity, lists.Item(i).Title()) }),
		}
	}
	return made
}

// bins reads the table of bins of a run, where the selection asks for some.
func (b *Board) bins(ctx context.Context, want api.Select) (bins map[string]string, err error) {
	if cmp.Or(want.BinFrom, want.BinTo) == "" {
		return nil, nil
	}
	r := look(b, func(m *model) *run { return m.run(want.Merchant, want.Run) })
	if r == nil {
		return nil, ErrNoRun
	}
	if r.request.BinsKey == "" {
		return nil, nil
	}
	err = b.Store.Get(ctx, r.request.BinsKey, &bins)
	return bins, err
}
