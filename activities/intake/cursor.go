package intake

import (
	"context"
	"errors"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// intakeCursor stands at storage.IntakeCursor.
type intakeCursor struct {
	Complete time.Time `json:"complete"`
}

// Complete is the hub's time up to which every changed sale of a merchant has been taken up; the error is
// [storage.ErrNotFound] where no window has been read yet.
func Complete(ctx context.Context, store *storage.Store, merchant string) (time.Time, error) {
	var cursor intakeCursor
	err := store.Get(ctx, storage.IntakeCursor(merchant), &cursor)
	return cursor.Complete, err
}

// hasCursor keeps a time at which the cursor stands already, as nearly always.
func (a *Intake) hasCursor(ctx context.Context, merchant string, complete time.Time) error {
	stands, err := Complete(ctx, a.Store, merchant)
	if err != nil && !errors.Is(err, storage.ErrNotFound) || err == nil && stands.Equal(complete) {
		return err
	}
	return a.keepCursor(ctx, merchant, complete)
}

func (a *Intake) keepCursor(ctx context.Context, merchant string, complete time.Time) error {
	return a.Store.Put(ctx, storage.IntakeCursor(merchant), intakeCursor{Complete: complete})
}

// windowKey is where a poll keeps what it came to.
func windowKey(merchant, list string) string { return storage.IntakeList(merchant, list+"-window") }

// finishList moves the cursor on after the last part of a poll's list was taken up.
func (a *Intake) finishList(ctx context.Context, in TakeUpNotificationsInput) error {
	if in.Source != contract.ByPoll {
		return nil
	}
	var polled contract.Polled
	err := a.Store.Get(ctx, windowKey(in.Merchant, in.List), &polled)
	if errors.Is(err, storage.ErrNotFound) {
		return nil // the list of a look, not of a poll
	}
	if err != nil || polled.Complete.IsZero() {
		return err
	}
	return a.keepCursor(ctx, in.Merchant, polled.Complete)
}
