package run

import (
	"context"
	"errors"
	"time"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/storage"
)

type disconnectCommand struct {
	Purge bool `help:"Also delete everything stored for the merchant: labels, files to print, manifests, the record of what was printed."`
	Yes   bool `help:"With --purge: do not ask."`
}

// deleteAtATime bounds the keys that are held while a merchant's objects are deleted.
const deleteAtATime = 1000

// Run forgets a merchant's tokens and ends what works for it.
func (c *disconnectCommand) Run(ctx context.Context, d desk) error {
	merchant, err := d.someMerchant()
	if err != nil {
		return err
	}
	if c.Purge && !c.Yes {
		return usageProblem("add --yes", "--purge deletes every label, manifest and setting of merchant %s for good", merchant)
	}
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return err
	}
	_, err = vault.ReadPublic(ctx, merchant)
	if err != nil && (!errors.Is(err, accounts.ErrNotConnected) || !c.Purge) {
		if errors.Is(err, accounts.ErrNotConnected) {
			return notConnected(err)
		}
		return err
	}
	keeping, err := d.Keeping(ctx)
	if err != nil {
		return err
	}
	if err := keeping.Disconnected(ctx, merchant); err != nil {
		return err
	}
	if err := vault.Disconnect(ctx, merchant); err != nil {
		return err
	}
	d.print("merchant %s is disconnected: its tokens are deleted and nothing new starts", merchant)
	d.say("the merchant can remove the connection in its application list")
	if !c.Purge {
		d.say("open runs end as not_authorised at their next call, and schedules of its runs are to be deleted: starter schedule delete")
		return nil
	}
	return c.purge(ctx, d, keeping, vault.Store, merchant)
}

// purge ends everything that is open for a merchant, and deletes what is kept of it.
func (c *disconnectCommand) purge(ctx context.Context, d desk, keeping client.Keeping, store *storage.Store, merchant string) error {
	ended, err := keeping.Cleared(ctx, merchant)
	if err != nil {
		return err
	}
	deleted, err := purge(ctx, store, merchant)
	if err == nil && ended > 0 {
		d.say("%s of the merchant were ended; waiting for their last steps", terminal.Count(ended, "open workflow"))
		if err := pause(ctx, d.PurgeWait); err != nil {
			return err
		}
		var late int
		late, err = purge(ctx, store, merchant)
		deleted += late
	}
	d.print("%s of merchant %s deleted", terminal.Count(deleted, "object"), merchant)
	return err
}

// PurgeWait is how long steps of workflows that were ended may go on: until they hear of it by
// their next heartbeat.
const PurgeWait = 20 * time.Second

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// purge deletes everything that is kept of a merchant.
func purge(ctx context.Context, store *storage.Store, merchant string) (deleted int, err error) {
	for _, prefix := range storage.MerchantPrefixes(merchant) {
		var keys []string
		remove := func() error {
			err := store.Delete(ctx, keys...)
			if err == nil {
				deleted += len(keys)
			}
			keys = nil
			return err
		}
		err := store.List(ctx, prefix, func(o storage.Object) error {
			if keys = append(keys, o.Key); len(keys) < deleteAtATime {
				return nil
			}
			return remove()
		})
		if err == nil && len(keys) > 0 {
			err = remove()
		}
		if err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}
