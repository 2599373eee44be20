package intake

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/contract"
)

// part is a stretch of a list in the store that is read, or failed and is to be read again.
type part struct {
	contract.IntakeStretch
	underWay bool
	failed   int
}

// beginParts begins to read parts of the first list of the backlog.
func (i *intake) beginParts(ctx workflow.Context, due *dueTimes) {
	for len(i.state.Backlog) > 0 {
		one := i.nextPart(due)
		if one == nil || !i.mayRead(true, due) {
			return
		}
		if one.underWay = true; one.failed == 0 {
			i.parts = append(i.parts, one)
		}
		i.beginReading(ctx, true, func(g workflow.Context) (bool, error) { return i.readPart(g, one) })
	}
}

// nextPart is the next part of the first list: one that failed and whose time has come, or the first
// that nobody has read. The last part of a list is read after all others, because with it the list is done.
func (i *intake) nextPart(due *dueTimes) *part {
	for _, one := range i.parts {
		if !one.underWay && due.isDue(i.faults[one.failed].again) {
			return one
		}
	}
	b := i.state.Backlog[0]
	covered := slices.Clone(b.Ahead)
	for _, one := range i.parts {
		covered = append(covered, one.IntakeStretch)
	}
	from, to := firstGap(b.Done, b.Count, covered)
	if from == to || to == b.Count && from > b.Done {
		return nil
	}
	return &part{IntakeStretch: contract.IntakeStretch{From: from, To: to}}
}

// firstGap is the first stretch between done and count that nothing covers, of at most one step's size.
func firstGap(done, count int, covered []contract.IntakeStretch) (from, to int) {
	slices.SortFunc(covered, func(a, b contract.IntakeStretch) int { return cmp.Compare(a.From, b.From) })
	from, to = done, count
	for _, one := range covered {
		if one.From > from {
			to = one.From
			break
		}
		from = max(from, one.To)
	}
	return from, min(to, from+notificationsAtOnce)
}

// readPart reads a part and notes how far it came.
func (i *intake) readPart(ctx workflow.Context, one *part) (whole bool, err error) {
	through, failed, err := i.takeUpPart(ctx, i.state.Backlog[0], one.From, one.To)
	one.underWay = false
	one.failed = i.noteRead(ctx, one.failed, failed)
	if one.failed == 0 {
		i.parts = slices.DeleteFunc(i.parts, func(other *part) bool { return other == one })
	}
	markRead(&i.state.Backlog[0], contract.IntakeStretch{From: one.From, To: one.From + through})
	whole = one.From+through == one.To
	one.From += through
	i.endList(ctx)
	return whole, err
}

// markRead notes that a stretch of a list was read.
func markRead(b *contract.IntakeBacklog, read contract.IntakeStretch) {
	b.Ahead = append(slices.Clone(b.Ahead), read)
	slices.SortFunc(b.Ahead, func(a, b contract.IntakeStretch) int { return cmp.Compare(a.From, b.From) })
	var ahead []contract.IntakeStretch
	for _, one := range b.Ahead {
		last := len(ahead) - 1
		switch {
		case one.From <= b.Done:
			b.Done = max(b.Done, one.To)
		case one.From == one.To:
		case last >= 0 && ahead[last].To == one.From:
			ahead[last].To = one.To
		default:
			ahead = append(ahead, one)
		}
	}
	b.Ahead = ahead
}

// endList takes the first list away when all of it is read.
func (i *intake) endList(ctx workflow.Context) {
	b := i.state.Backlog[0]
	if b.Done < b.Count {
		return
	}
	if !b.Complete.IsZero() {
		i.state.Complete = b.Complete
		i.state.NextLook = workflow.Now(ctx)
	}
	i.state.Backlog = append([]contract.IntakeBacklog(nil), i.state.Backlog[1:]...)
}

// takeUpPart reads a part of a list in the store, and returns how many of its notifications are done.
func (i *intake) takeUpPart(ctx workflow.Context, b contract.IntakeBacklog, from, to int) (through int, failed, err error) {
	in := intakesteps.TakeUpNotificationsInput{Merchant: i.merchant, Source: b.Source, List: b.List, From: from, To: to}
	summary := fmt.Sprintf("read changed sales %d to %d of %d", from+1, to, b.Count)
	failed, err = i.read(ctx, func(g workflow.Context) (err error) {
		through, err = i.execTakeUp(g, summary, in, to-from, time.Time{})
		return err
	})
	return through, failed, err
}
