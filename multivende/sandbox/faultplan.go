package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"
)

// answerWords are the answers that are not a status: those of every route, those of one list, and
// those of the pseudo-route "webhook", the notifications that the hub sends.
var (
	answerWords  = []string{"html", "empty", "slow", "cut_before", "cut_after", silent, stalled, trickled, "wrapped", "without"}
	shiftWords   = append([]string{"shift"}, answerWords...)
	webhookWords = []string{"lost", "twice", "late"}
)

func (f Fault) checkRoute() error {
	words := answerWords
	switch f.Route {
	case "checkouts-light":
		words = shiftWords
	case "webhook":
		words = webhookWords
	}
	if f.Route != "webhook" && !slices.ContainsFunc(routes, func(r route) bool { return r.name == f.Route }) {
		return fmt.Errorf("route %q is none of %s", f.Route, strings.Join(lo.Map(routes, func(r route, _ int) string { return r.name }), ", "))
	}
	if f.Order != "" || f.Connection != "" || f.Channel != "" || f.name() != "" {
		return errors.New("it names a route and also an order: make two faults of it")
	}
	status, err := strconv.Atoi(string(f.Answer))
	if !slices.Contains(words, string(f.Answer)) && (err != nil || status < 400 || status > 599 || f.Route == "webhook") {
		return fmt.Errorf("answer %q is neither a status from 400 to 599 nor one of %s", f.Answer, strings.Join(words, ", "))
	}
	if words := f.reshapes(err == nil); words != "" {
		return errors.New(words)
	}
	if f.RetryAfterAs != "" && f.RetryAfterAs != "date" {
		return fmt.Errorf("retry_after_as %q: only \"date\" is known", f.RetryAfterAs)
	}
	if _, err := f.delay(); err != nil {
		return fmt.Errorf("delay: %w", err)
	}
	if f.After < 0 || f.Every < 0 || f.RetryAfter < 0 {
		return errors.New("after, every and retry_after are not negative")
	}
	return nil
}

// reshapes says what is wrong with an entry's members about its answer's shape; "" for nothing.
func (f Fault) reshapes(status bool) string {
	switch {
	case f.AnswerAs != "" && !slices.Contains([]string{"page", "nothing"}, f.AnswerAs):
		return fmt.Sprintf("answer_as %q: only \"page\" and \"nothing\" are known", f.AnswerAs)
	case (f.AnswerAs != "" || f.Says != "") && !status:
		return "answer_as and says are for answers that are a status"
	case (f.Member != "") != (f.Answer == "without"):
		return "member and the answer \"without\" go together"
	}
	return ""
}

func (f Fault) delay() (time.Duration, error) {
	if f.Delay == "" {
		return 3 * time.Second, nil
	}
	return time.ParseDuration(f.Delay)
}

// routeFault is a route's fault with its counts.
type routeFault struct {
	Fault
	index         int // in the plan
	calls, struck int
}

// strikes counts a call of the route and tells whether this fault answers it, if
// no other does.
func (f *routeFault) strikes(free bool) bool {
	f.calls++
	call := f.calls - f.After
	if !free || call < 1 || f.struck >= int(max(f.Times, 1)) || f.Every > 0 && call%f.Every != 0 {
		return false
	}
	f.struck++
	return true
}

// plan gives every fault to its orders, connections and routes.
func (h *Hub) plan(faults []Fault) error {
	for i, fault := range faults {
		if err := fault.check(); err != nil {
			return fmt.Errorf("fault %d of the plan: %w", i+1, err)
		}
		if fault.Route != "" {
			h.routeFaults[fault.Route] = append(h.routeFaults[fault.Route], &routeFault{Fault: fault, index: i})
			continue
		}
		if err := h.planOrders(fault); err != nil {
			return fmt.Errorf("fault %d of the plan: %w", i+1, err)
		}
	}
	return nil
}

func (h *Hub) planOrders(fault Fault) error {
	if fault.ofConnection() {
		return h.planTasks(fault)
	}
	if fault.PickUp {
		chosen, err := h.chosenPickUps(fault)
		for _, p := range chosen {
			p.faults = append(p.faults, fault)
		}
		return err
	}
	orders, err := h.chosen(fault)
	if err != nil {
		return err
	}
	for _, o := range orders {
		o.faults = append(o.faults, fault)
		if fault.Late != "" {
			o.late, _ = time.ParseDuration(fault.Late) // check has parsed it
		}
	}
	return nil
}

func (h *Hub) planTasks(fault Fault) error {
	connections := h.named(fault)
	if len(connections) == 0 {
		return fmt.Errorf("no connection %q", fault.Connection+fault.Channel)
	}
	for _, c := range connections {
		c.taskFails = max(c.taskFails, fault.TaskFails)
		c.control = cmp.Or(fault.Control, c.control)
	}
	return nil
}

func (h *Hub) named(fault Fault) []*connection {
	return lo.Filter(h.connections, func(c *connection, _ int) bool {
		return (c.channel != nil || fault.ofStatus()) && (fault.Channel == c.provider ||
			fault.Connection != "" && slices.Contains([]string{c.id, c.alias, c.name}, fault.Connection))
	})
}

// chosen are the orders that a fault concerns: one that it names, or of a
// connection or channel the nth or every nth that can be labelled, newest first.
func (h *Hub) chosen(fault Fault) ([]*order, error) {
	if fault.Order != "" {
		return h.orderNamed(fault.Order)
	}
	candidates := lo.FlatMap(h.named(fault), func(c *connection, _ int) []*order {
		return lo.Filter(c.orders, func(o *order, _ int) bool {
			if fault.Mode != "" {
				return squash(o.mode) == squash(fault.Mode) && o.fate != FateCancelled && o.fate != FateShipped
			}
			return o.fate == FateLabelable || o.fate == FateShop
		})
	})
	return nthOf(candidates, fault, "orders that can be labelled")
}

// chosenPickUps are the pick-ups that a fault concerns, chosen in the same way.
func (h *Hub) chosenPickUps(fault Fault) ([]*pickUp, error) {
	candidates := h.pickUps
	if fault.Order != "" {
		fault.Every = 1
		candidates = lo.Filter(h.pickUps, func(p *pickUp, _ int) bool { return slices.Contains([]string{p.id, p.code, p.sale.id}, fault.Order) })
	} else {
		connections := h.named(fault)
		candidates = lo.Filter(candidates, func(p *pickUp, _ int) bool { return slices.Contains(connections, p.sale.connection) })
	}
	return nthOf(candidates, fault, "pick-ups")
}

// nthOf are the nth or every nth of those from which a fault chooses.
func nthOf[T any](candidates []T, fault Fault, what string) ([]T, error) {
	if len(candidates) < max(fault.Nth, fault.Every) || len(candidates) == 0 {
		return nil, fmt.Errorf("%s has %d %s, too few for this fault", fault.Order+fault.Connection+fault.Channel, len(candidates), what)
	}
	if fault.Nth > 0 {
		return candidates[fault.Nth-1 : fault.Nth], nil
	}
	return lo.Filter(candidates, func(_ T, i int) bool { return (i+1)%fault.Every == 0 }), nil
}

// orderNamed finds orders by any of their ids.
func (h *Hub) orderNamed(name string) ([]*order, error) {
	found := lo.Filter(h.orders, func(o *order, _ int) bool {
		return slices.Contains([]string{o.id, o.code, o.number, o.packageID, o.shipment}, name) ||
			slices.ContainsFunc(o.sales, func(s *sale) bool { return s.id == name || s.code == name })
	})
	if len(found) == 0 {
		return nil, fmt.Errorf("no order %q in this world", name)
	}
	return found, nil
}
