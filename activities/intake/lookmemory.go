package intake

import (
	"context"
	"errors"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// lookMemory is what a look keeps for the next; it stands at storage.IntakeLook. Where it is lost, the
// next look goes through all orders and makes it anew.
type lookMemory struct {
	// ReconciledAt is when all orders were gone through, in our time; Closed are those counted then that stood in a closed state.
	ReconciledAt time.Time                         `json:"reconciled_at"`
	Closed       map[contract.IntakeOrderState]int `json:"closed"`
	// Moved are the orders that moved into or out of a closed state since, by their id, so that each counts once
	// however often its move is heard of.
	Moved map[string]movedOrder `json:"moved"`
	// Open are the open orders; Late those that were cancelled lately.
	Open map[string]knownOrder `json:"open"`
	Late map[string]lateOrder  `json:"late"`
}

// movedOrder says as what an order was counted when all were, and where it stands now; empty for open.
type movedOrder struct {
	From contract.IntakeOrderState `json:"from,omitempty"`
	To   contract.IntakeOrderState `json:"to,omitempty"`
}

// knownOrder is an open order's record as it was read when its mark was of that time; zero: to be read again.
type knownOrder struct {
	Record contract.IntakeRecord `json:"record"`
	Mark   time.Time             `json:"mark,omitzero"`
}

// lateOrder is an order that was cancelled lately, and since when that is known.
type lateOrder struct {
	Record contract.IntakeRecord `json:"record"`
	Since  time.Time             `json:"since"`
}

func (m *lookMemory) fill() {
	if m.Closed == nil {
		m.Closed = map[contract.IntakeOrderState]int{}
	}
	if m.Moved == nil {
		m.Moved = map[string]movedOrder{}
	}
	if m.Open == nil {
		m.Open = map[string]knownOrder{}
	}
	if m.Late == nil {
		m.Late = map[string]lateOrder{}
	}
}

// move notes where an order stands that was counted as from, unless more is known of that.
func (m *lookMemory) move(order string, from, to contract.IntakeOrderState) {
	if known, ok := m.Moved[order]; ok {
		from = known.From
	}
	if intakebook.IsOpen(to) {
		to = ""
	}
	m.Moved[order] = movedOrder{from, to}
}

// counts are the orders by state.
func (m *lookMemory) counts() map[contract.IntakeOrderState]int {
	counts := map[contract.IntakeOrderState]int{}
	for state, n := range m.Closed {
		counts[state] += n
	}
	for order, moved := range m.Moved {
		if moved.From != "" {
			counts[moved.From]--
		}
		if _, open := m.Open[order]; !open && moved.To != "" {
			counts[moved.To]++
		}
	}
	for _, known := range m.Open {
		counts[known.Record.State]++
	}
	return counts
}

// remember reads what the last look has kept.
func (l *look) remember(ctx context.Context) (err error) {
	l.etag, err = l.store.GetTagged(ctx, storage.IntakeLook(l.merchant), &l.before)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	l.before.fill()
	l.kept = lookMemory{ReconciledAt: l.before.ReconciledAt, Closed: l.before.Closed, Moved: l.before.Moved, Late: l.before.Late}
	l.kept.fill()
	return nil
}

// keep keeps what the next look needs, and only then takes away the notes that led to it: they are read
// twice rather than never.
func (l *look) keep(ctx context.Context) error {
	if err := l.changes.Tidy(ctx); err != nil {
		return err
	}
	for order, late := range l.kept.Late {
		if time.Since(late.Since) > lateCancelled {
			delete(l.kept.Late, order)
		}
	}
	if _, err := l.store.PutIf(ctx, storage.IntakeLook(l.merchant), l.kept, l.etag); err != nil {
		return err
	}
	if len(l.through) == 0 {
		return nil
	}
	return l.store.Delete(ctx, lo.Uniq(l.through)...)
}

// stands notes where an order's record was seen. mark is that of its state; nil while it may still be changed.
func (l *look) stands(order string, r contract.IntakeRecord, mark *stateMark) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !intakebook.IsOpen(r.State) {
		delete(l.kept.Open, order)
		l.kept.move(order, "", r.State)
		l.keepLate(order, r)
		return
	}
	known := knownOrder{Record: r}
	if mark != nil && time.Since(mark.since) > l.trust {
		known.Mark = mark.since
	}
	l.kept.Open[order] = known
	if _, moved := l.kept.Moved[order]; moved {
		l.kept.move(order, "", r.State)
	}
	delete(l.kept.Late, order)
}

// keepLate keeps an order in view that was cancelled lately; mu is held.
func (l *look) keepLate(order string, r contract.IntakeRecord) {
	if r.State != contract.IntakeCancelled && r.State != contract.IntakeTakeOut {
		delete(l.kept.Late, order)
		return
	}
	late, known := l.kept.Late[order]
	if !known || late.Record.State != r.State {
		late.Since = r.ChangedAt
	}
	late.Record = r
	l.kept.Late[order] = late
}
