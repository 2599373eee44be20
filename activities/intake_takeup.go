package activities

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

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
	// Through is how many of the ids were taken up where the step left the rest for later; 0 means all.
	Through int `json:"through,omitempty"`
	// Left are those whose sale is past the gate: the next poll says whether it has to be read.
	Left int `json:"left,omitempty"`
	// PickUps are pick-up orders of which something new is known.
	PickUps int `json:"pick_ups,omitempty"`
	// Ignored are ids that name nothing that can have a label.
	Ignored int `json:"ignored,omitempty"`
}

// TakeUpNotices reads again what the hub says has changed, lets each delivery
// order pass the gate, and keeps where it stands.
func (a *Intake) TakeUpNotices(ctx context.Context, in TakeUpNoticesInput) (TakenNotices, error) {
	taken, err := a.takeUp(ctx, in)
	return taken, translate(err)
}

// urgent: they are a few that the hub has just told of, for which somebody may wait. Those of a
// poll, of a list that was left, and of a storm are caught up with: runs and statuses go first.
func (in TakeUpNoticesInput) urgent() bool {
	return in.Source == ByWebhook && in.List == "" && len(in.IDs) < chunkSize
}

func (a *Intake) takeUp(ctx context.Context, in TakeUpNoticesInput) (TakenNotices, error) {
	if !in.urgent() {
		ctx = multivende.Background(ctx)
	}
	ids, err := a.noticed(ctx, in)
	if err != nil {
		return TakenNotices{}, err
	}
	t, err := a.taking(ctx, in.Merchant, in.Source)
	if err != nil {
		return TakenNotices{}, err
	}
	before, began := t.resume(ctx), time.Now()
	var group errgroup.Group
	group.SetLimit(hubParallel)
	var stop stopper
	through := 0
	for n, id := range lo.Without(lo.Uniq(ids), before...) {
		if n > 0 && !in.urgent() && a.stretched(began) {
			through = slices.Index(ids, id)
			break
		}
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
	t.taken.Through = through
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
	// noPickUpCodes: the catalogue of pick-ups' statuses could not tell a code.
	noPickUpCodes bool
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
	case PickUpOrderNotice:
		return t.pickUp(ctx, object)
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
	if noSuchRoute(err) && known.Checkout != "" {
		return t.sale(ctx, known.Checkout)
	}
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
