package activities

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// Kinds of objects that a notice may name, before the slash of its id.
const (
	CheckoutNotice      = "checkout"
	DeliveryOrderNotice = "delivery-order"
	PickUpOrderNotice   = "pick-up-order"
)

// TakeUpNoticesInput names what the hub says has changed: at most 50 ids, or a
// stretch of a list in the store.
type TakeUpNoticesInput struct {
	Merchant string       `json:"merchant"`
	Source   IntakeSource `json:"source"`
	IDs      []string     `json:"ids,omitempty"`
	List     string       `json:"list,omitempty"`
	From     int          `json:"from,omitempty"`
	To       int          `json:"to,omitempty"`
}

// TakenNotices is what became of notices, in figures.
type TakenNotices struct {
	// Orders are the delivery orders that were read; New those never heard of before.
	Orders int `json:"orders"`
	New    int `json:"new,omitempty"`
	// Queued are those whose label is to be made now; Confirmed those of them that a partner confirmed.
	Queued    int `json:"queued,omitempty"`
	Confirmed int `json:"confirmed,omitempty"`
	// Unread are sales whose answer could not be read; they are asked for again.
	Unread int `json:"unread,omitempty"`
	// Left are those whose sale is past the gate: the next poll says whether it has to be read.
	Left int `json:"left,omitempty"`
	// Ignored are ids that name nothing that can have a label.
	Ignored int `json:"ignored,omitempty"`
}

// TakeUpNotices reads again what the hub says has changed, lets each delivery
// order pass the gate, and keeps where it stands.
func (a *Intake) TakeUpNotices(ctx context.Context, in TakeUpNoticesInput) (TakenNotices, error) {
	taken, err := a.takeUp(ctx, in)
	return taken, translate(err)
}

func (a *Intake) takeUp(ctx context.Context, in TakeUpNoticesInput) (TakenNotices, error) {
	ids, err := a.noticed(ctx, in)
	if err != nil {
		return TakenNotices{}, err
	}
	t, err := a.taking(ctx, in.Merchant, in.Source)
	if err != nil {
		return TakenNotices{}, err
	}
	before := t.resume(ctx)
	var group errgroup.Group
	group.SetLimit(hubParallel)
	var stop stopper
	for _, id := range lo.Without(lo.Uniq(ids), before...) {
		group.Go(func() error {
			if stop.now() {
				return errNotBegun
			}
			err := t.notice(ctx, id)
			stop.note(err)
			if err == nil {
				t.finish(ctx, id)
			}
			return t.alone(id, err)
		})
	}
	if group.Wait() != nil {
		return t.taken, t.trouble
	}
	err = t.keepUnread(ctx, len(t.done) > len(before))
	return t.taken, err
}

// noticed are the ids that the step is to take up.
func (a *Intake) noticed(ctx context.Context, in TakeUpNoticesInput) ([]string, error) {
	if in.List == "" {
		return in.IDs, nil
	}
	var list []string
	err := a.Store.Get(ctx, storage.IntakeList(in.Merchant, in.List), &list)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	to := min(in.To, len(list))
	return list[min(max(in.From, 0), to):to], err
}

// taking is one step's work on a merchant's sales.
type taking struct {
	hub         *multivende.Client
	store       *storage.Store
	merchant    string
	source      IntakeSource
	connections *knownConnections
	policies

	mu    sync.Mutex
	seen  map[string]bool // sales that this step has read
	done  []string
	taken TakenNotices
	// silent are the notices of objects that the hub did not answer about; trouble is why the step is tried again, if it is.
	silent  []*oneUnread
	trouble error
}

func (a *Intake) taking(ctx context.Context, merchant string, source IntakeSource) (*taking, error) {
	hub, err := a.Hubs.Hub(merchant)
	if err != nil {
		return nil, err
	}
	if !hub.Clock().Known() {
		if _, err := hub.AppInfo(ctx); err != nil {
			return nil, err
		}
	}
	settings, err := accounts.ReadSettings(ctx, a.Store, merchant)
	if err != nil {
		return nil, err
	}
	return &taking{
		hub: hub, store: a.Store, merchant: merchant, source: source, seen: map[string]bool{},
		connections: &knownConnections{hub: hub, store: a.Store, merchant: merchant, overrides: a.Channels},
		policies:    policies{Settings: settings, now: hub.Clock().Now()},
	}, nil
}

// takenMark stands in the step's heartbeat, with what its tries have counted.
const takenMark = "taken:"

// resume goes on where an earlier try of the step was, and returns the notices that it took up.
func (t *taking) resume(ctx context.Context) []string {
	for _, detail := range sentBefore(ctx) {
		if counted, found := strings.CutPrefix(detail, takenMark); found {
			_ = json.Unmarshal([]byte(counted), &t.taken) // ours; without it less is counted
			continue
		}
		t.done = append(t.done, detail)
	}
	return slices.Clone(t.done)
}

// finish notes that a notice was taken up, so that a later try does not read it again.
func (t *taking) finish(ctx context.Context, id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = append(t.done, id)
	counted, err := json.Marshal(t.taken)
	if err == nil {
		progress(ctx, append(slices.Clone(t.done), takenMark+string(counted)))
	}
}

// notice takes up one id; only trouble that holds for all of them is an error.
func (t *taking) notice(ctx context.Context, id string) error {
	kind, object, _ := strings.Cut(id, "/")
	switch kind {
	case CheckoutNotice:
		if left, err := t.leaveNotice(ctx, object); left || err != nil {
			return err
		}
		return t.sale(ctx, object)
	case DeliveryOrderNotice:
		return t.delivery(ctx, object)
	}
	t.count(func(n *TakenNotices) { n.Ignored++ })
	return nil
}

func (t *taking) count(change func(*TakenNotices)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.taken)
}

// delivery reads a delivery order and, unless it is as it was, its sales.
func (t *taking) delivery(ctx context.Context, id string) error {
	known, err := ReadIntakeRecord(ctx, t.store, t.merchant, id)
	if errors.Is(err, storage.ErrKey) {
		t.count(func(n *TakenNotices) { n.Ignored++ })
		return nil
	}
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	if known.Checkout != "" {
		if left, err := t.leaveNotice(ctx, known.Checkout); left || err != nil {
			return err
		}
	}
	order, err := t.hub.DeliveryOrder(ctx, id)
	if err != nil {
		return t.unread(ctx, DeliveryOrderNotice+"/"+id, lo.Compact([]string{known.Order}), err)
	}
	if !order.UpdatedAt.IsZero() && order.UpdatedAt.Equal(known.OrderUpdatedAt) && !known.early() {
		return nil
	}
	sales := lo.Map(order.Checkouts, func(c multivende.CheckoutReference, _ int) string { return c.ID })
	if known.Checkout != "" {
		sales = append(sales, known.Checkout)
	}
	for _, sale := range lo.Uniq(sales) {
		if err := t.sale(ctx, sale); err != nil {
			return err
		}
	}
	return nil
}

// sale reads a sale, once in a step, and settles each of its delivery orders.
func (t *taking) sale(ctx context.Context, id string) error {
	t.mu.Lock()
	seen := t.seen[id]
	t.seen[id] = true
	t.mu.Unlock()
	if seen {
		return nil
	}
	known, err := saleRecord(ctx, t.store, t.merchant, id)
	if err != nil {
		return err
	}
	checkout, err := t.hub.Checkout(ctx, id)
	if err != nil {
		if err := t.unread(ctx, CheckoutNotice+"/"+id, lo.FromPtr(known).Orders, err); err != nil || known == nil {
			return err
		}
		known.ReadAt = t.now.UTC()
		return t.store.Put(ctx, storage.IntakeSale(t.merchant, id), known)
	}
	connection, err := t.connections.of(ctx, checkout.ConnectionID)
	if err != nil {
		return err
	}
	for _, delivery := range checkout.DeliveryOrders {
		if err := t.settle(ctx, checkout, delivery, connection); err != nil {
			return err
		}
	}
	return t.note(ctx, known, checkout, connection)
}

// note remembers the sale as it was read, last: a sale whose step was killed is read again.
func (t *taking) note(ctx context.Context, known *intakeSale, c multivende.Checkout, connection Connection) error {
	if known == nil || known.Connection != c.ConnectionID {
		if err := t.repaired(ctx, c); err != nil {
			return err
		}
		if err := noteNumbers(ctx, t.store, t.merchant, c); err != nil {
			return err
		}
	}
	parcels, err := noteParcels(ctx, t.store, t.merchant, lo.FromPtr(known).Parcels, c)
	if err != nil {
		return err
	}
	early := connection.ID == ""
	if early && t.now.Sub(c.SoldAt) < earlyFor {
		if err := t.readLater(ctx, c.ID); err != nil {
			return err
		}
	}
	orders := lo.Map(c.DeliveryOrders, func(d multivende.DeliveryOrder, _ int) string { return d.ID })
	return t.store.Put(ctx, storage.IntakeSale(t.merchant, c.ID),
		intakeSale{UpdatedAt: c.UpdatedAt, Connection: c.ConnectionID, Early: early, Orders: orders, Parcels: parcels, ReadAt: t.now.UTC()})
}

// repaired closes what stood in the sale's place while it could not be registered or read.
func (t *taking) repaired(ctx context.Context, c multivende.Checkout) error {
	for _, name := range []string{unregisteredOrder(c.ConnectionID, c.ExternalID), c.ID} {
		_, err := changeRecord(ctx, t.store, t.merchant, name, func(r *IntakeRecord) {
			if r.State == IntakeHeldBack || r.State == IntakeClosed {
				r.State, r.Reason, r.Checkout, r.Unread = IntakeClosed, "it is registered now", c.ID, ""
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
