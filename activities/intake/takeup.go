package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// Kinds of objects that a notification may name, before the slash of its id.
const (
	CheckoutNotification      = "checkout"
	DeliveryOrderNotification = "delivery-order"
	PickUpOrderNotification   = "pick-up-order"
)

// TakeUpNotificationsInput names what the hub says has changed: at most 50 ids, or a
// stretch of a list in the store.
type TakeUpNotificationsInput struct {
	Merchant string                `json:"merchant"`
	Source   contract.IntakeSource `json:"source"`
	IDs      []string              `json:"ids,omitempty"`
	List     string                `json:"list,omitempty"`
	From     int                   `json:"from,omitempty"`
	To       int                   `json:"to,omitempty"`
	// ReturnLeft: sales that are left unread are returned. Whoever asks for that has the next look mark them.
	ReturnLeft bool `json:"return_left,omitempty"`
}

// TakeUpNotifications reads again what the hub says has changed, lets each delivery order pass the
// gate, and records where it stands.
func (a *Intake) TakeUpNotifications(ctx context.Context, in TakeUpNotificationsInput) (intakebook.TakenNotifications, error) {
	if !in.urgent() {
		ctx = multivende.Background(ctx)
	}
	ids, last, err := a.noticed(ctx, in)
	if err != nil {
		return intakebook.TakenNotifications{}, err
	}
	t, err := a.taking(ctx, in.Merchant, in.Source)
	if err != nil {
		return intakebook.TakenNotifications{}, err
	}
	t.returnsLeft = in.ReturnLeft
	before, began := t.resume(ctx), time.Now()
	var group errgroup.Group
	group.SetLimit(activities.HubParallel)
	var stop activities.Stopper
	through := 0
	for n, id := range lo.Without(lo.Uniq(ids), before...) {
		if n > 0 && !in.urgent() && a.stretched(began) {
			through = slices.Index(ids, id)
			break
		}
		group.Go(func() error {
			if stop.ShouldStop() {
				return activities.ErrNotBegun
			}
			later, err := t.notification(ctx, id)
			stop.Note(err)
			switch {
			case err == nil && later:
				t.finishLater(id)
			case err == nil:
				t.finish(ctx, id)
			}
			return t.alone(id, err)
		})
	}
	if group.Wait() != nil {
		return t.taken, cmp.Or(t.trouble, t.keepLeft(ctx), t.changes.Tidy(ctx))
	}
	if err := t.keepLeft(ctx); err != nil {
		return t.taken, cmp.Or(err, t.changes.Tidy(ctx))
	}
	err = t.keepUnread(ctx, len(t.done) > len(before))
	err = cmp.Or(err, t.changes.Tidy(ctx))
	t.taken.Through = through
	if err == nil && last && through == 0 {
		err = a.finishList(ctx, in)
	}
	return t.taken, err
}

// urgent: they are a few that the hub has just told of, for which somebody may wait. Those of a
// poll, of a list that was left, and of a storm are caught up with: runs and statuses go first.
func (in TakeUpNotificationsInput) urgent() bool {
	return in.Source == contract.ByWebhook && in.List == "" && len(in.IDs) < activities.ChunkSize
}

// noticed are the ids that the step is to take up, and whether they are the last of their list.
func (a *Intake) noticed(ctx context.Context, in TakeUpNotificationsInput) (ids []string, last bool, err error) {
	if in.List == "" {
		return in.IDs, false, nil
	}
	var list []string
	err = a.Store.Get(ctx, storage.IntakeList(in.Merchant, in.List), &list)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, false, nil
	}
	to := min(in.To, len(list))
	return list[min(max(in.From, 0), to):to], to == len(list), err
}

// taggedSale is what was known of a sale, nil for nothing, and its version.
type taggedSale struct {
	sale *intakebook.IntakeSale
	etag string
}

// taking is one step's work on a merchant's sales.
type taking struct {
	hub         *multivende.Client
	store       *storage.Store
	merchant    string
	source      contract.IntakeSource
	connections *knownConnections
	changes     *intakebook.Changes
	recalled    *recalled
	// recalls: what another step of this worker has read is believed.
	recalls     bool
	settingsFor time.Duration
	policies

	namesMu sync.Mutex
	names   *bool // whether names are wanted; nil until somebody has asked

	mu   sync.Mutex
	seen map[string]bool // sales that this step has read
	// sales are what was known of sales when a notification of them was judged; nil for nothing.
	sales map[string]taggedSale
	// leaving are the sales that this step leaves unread, left the notifications that are through once they are marked.
	leaving, left []string
	// returnsLeft: they are part of what the step returns, in place of being marked.
	returnsLeft bool
	done        []string
	taken       intakebook.TakenNotifications
	// noPickUpCodes: the catalogue of pick-ups' statuses could not tell a code.
	noPickUpCodes bool
	// silent are the notifications of objects that the hub did not answer about; trouble is why the step is tried again, if it is.
	silent  []*oneUnread
	trouble error
}

func (a *Intake) taking(ctx context.Context, merchant string, source contract.IntakeSource) (*taking, error) {
	hub, err := a.Hubs.Hub(merchant)
	if err != nil {
		return nil, err
	}
	now, err := hub.Time(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := a.settingsOf(ctx, merchant, source)
	if err != nil {
		return nil, err
	}
	return &taking{
		hub: hub, store: a.Store, merchant: merchant, source: source, seen: map[string]bool{}, sales: map[string]taggedSale{}, recalled: &a.recalled, recalls: a.SettingsFor > 0, settingsFor: a.SettingsFor,
		changes:     &intakebook.Changes{Store: a.Store, Merchant: merchant, Tell: a.tellChange(merchant)},
		connections: &knownConnections{worker: a, hub: hub, store: a.Store, merchant: merchant, overrides: a.Channels},
		policies:    policies{Settings: settings, now: now},
	}, nil
}

// resume goes on where an earlier try of the step was, and returns the notifications that it took up.
func (t *taking) resume(ctx context.Context) []string {
	said := activities.Said(ctx)
	t.done, t.taken = said.TakenUp, lo.FromPtr(said.Figures)
	return slices.Clone(t.done)
}

// finish notes that a notification was taken up, so that a later try does not read it again.
func (t *taking) finish(ctx context.Context, id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = append(t.done, id)
	done, figures := slices.Clone(t.done), t.taken
	activities.Say(ctx, func(said *activities.Heartbeat) { said.TakenUp, said.Figures = done, &figures })
}

// finishLater finishes a notification once its sale is marked.
func (t *taking) finishLater(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left = append(t.left, id)
}

// notification takes up one id, or says that its sale is left for later; only trouble that holds for all of
// them is an error.
func (t *taking) notification(ctx context.Context, id string) (later bool, err error) {
	kind, object, _ := strings.Cut(id, "/")
	switch kind {
	case CheckoutNotification:
		if left, err := t.leaveNotification(ctx, object); left || err != nil {
			return left, err
		}
		return false, t.sale(ctx, object)
	case DeliveryOrderNotification:
		return t.delivery(ctx, object)
	case PickUpOrderNotification:
		return false, t.pickUp(ctx, object)
	}
	t.count(func(n *intakebook.TakenNotifications) { n.Ignored++ })
	return false, nil
}

func (t *taking) count(change func(*intakebook.TakenNotifications)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.taken)
}

// delivery reads a delivery order and, unless it is as it was, its sales; or says that its sale is left for later.
func (t *taking) delivery(ctx context.Context, id string) (later bool, err error) {
	known, err := intakebook.ReadIntakeRecord(ctx, t.store, t.merchant, id)
	if errors.Is(err, storage.ErrKey) {
		t.count(func(n *intakebook.TakenNotifications) { n.Ignored++ })
		return false, nil
	}
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return false, err
	}
	if known.Checkout != "" {
		if left, err := t.leaveNotification(ctx, known.Checkout); left || err != nil {
			return left, err
		}
	}
	order, err := t.hub.DeliveryOrder(ctx, id)
	if activities.NoSuchRoute(err) && known.Checkout != "" {
		return false, t.sale(ctx, known.Checkout)
	}
	if err != nil {
		return false, t.unread(ctx, DeliveryOrderNotification+"/"+id, lo.Compact([]string{known.Order}), err)
	}
	if !order.UpdatedAt.IsZero() && order.UpdatedAt.Equal(known.OrderUpdatedAt) && !isEarly(known) {
		return false, nil
	}
	sales := lo.Map(order.Checkouts, func(c multivende.CheckoutReference, _ int) string { return c.ID })
	if known.Checkout != "" {
		sales = append(sales, known.Checkout)
	}
	for _, sale := range lo.Uniq(sales) {
		if err := t.sale(ctx, sale); err != nil {
			return false, err
		}
	}
	return false, nil
}
