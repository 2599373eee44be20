package run

import (
	"context"
	"errors"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/storage"
)

type disconnectCommand struct {
	Purge bool `help:"Also delete everything that is kept of the merchant: labels, files to print, manifests, what was printed."`
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
	_, err = vault.Look(ctx, merchant)
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
	d.print("merchant %s is disconnected: its tokens are deleted, nothing more begins", merchant)
	d.say("open runs end as not_authorised at their next call; the merchant can remove the connection in its application list, and schedules of its runs are to be deleted")
	if !c.Purge {
		return nil
	}
	deleted, err := purge(ctx, vault.Store, merchant)
	d.print("%s of merchant %s deleted", count(deleted, "object"), merchant)
	return err
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
