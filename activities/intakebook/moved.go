package intakebook

import (
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// IsOpen says that orders in a state are looked at again until their label is there.
func IsOpen(state contract.IntakeOrderState) bool {
	switch state {
	case contract.IntakeWaiting, contract.IntakeHeldBack, contract.IntakeQueued, contract.IntakeTaken:
		return true
	case contract.IntakeCancelled, contract.IntakeTakeOut, contract.IntakeLabelled, contract.IntakeUnsupported, contract.IntakeEnded, contract.IntakeClosed:
	}
	return false
}

// MovedOrder is an order that moves into or out of a closed state. From is the closed state that it
// leaves; empty for an open one, or none.
type MovedOrder struct {
	Order string                    `json:"order"`
	From  contract.IntakeOrderState `json:"from,omitempty"`
}

// moves says that a change is one that a look cannot see by the marks of open states.
func moves(before, after contract.IntakeRecord) bool {
	if before.State == after.State {
		return before.Unread != after.Unread && !IsOpen(after.State)
	}
	return !IsOpen(after.State) || before.State != "" && !IsOpen(before.State)
}

// noteMoved leaves a note of one order. Each move has its own, because a look takes away those that it
// has read while others are put.
func noteMoved(ctx context.Context, store *storage.Store, merchant, order string, from contract.IntakeOrderState) error {
	if IsOpen(from) {
		from = ""
	}
	number := fmt.Sprintf("%020d", time.Now().UnixNano())
	return store.Put(ctx, storage.IntakeMoved(merchant, order, number), []MovedOrder{{Order: order, From: from}})
}

// WillMove leaves one note of many open orders that are about to be changed, in place of one each.
// list is a name that no other step gives to its notes.
func (c *Changes) WillMove(ctx context.Context, list string, orders []string) error {
	if len(orders) == 0 {
		return nil
	}
	notes := lo.Map(orders, func(order string, _ int) MovedOrder { return MovedOrder{Order: order} })
	if err := c.Store.Put(ctx, storage.IntakeMovedList(c.Merchant, list), notes); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.noted == nil {
		c.noted = map[string]bool{}
	}
	for _, order := range orders {
		c.noted[order] = true
	}
	return nil
}

func (c *Changes) isNoted(order string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.noted[order]
}
