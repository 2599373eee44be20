package hooks

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

var (
	// ErrNoWebhook is the answer when a merchant has no webhook of an id.
	ErrNoWebhook = errors.New("there is no such webhook")
	// ErrTooMany is the answer when a merchant has as many webhooks as it may have.
	ErrTooMany = fmt.Errorf("a merchant has at most %d webhooks", MostWebhooks)

	idLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	idPattern = regexp.MustCompile(`^[a-z2-7]{8}$`)
)

const changeTries = 10

// Book is the webhooks in the label store.
type Book struct {
	Store *storage.Store
	Now   func() time.Time
}

// NewID makes an id for a webhook.
func NewID() string {
	random := make([]byte, 5)
	_, _ = rand.Read(random) // never fails
	return idLetters.EncodeToString(random)
}

// List reads a merchant's webhooks.
func (b Book) List(ctx context.Context, merchant string) ([]Webhook, error) {
	all, _, err := b.read(ctx, merchant)
	return all.Webhooks, err
}

// Find reads a webhook.
func (b Book) Find(ctx context.Context, merchant, id string) (Webhook, error) {
	all, _, err := b.read(ctx, merchant)
	if err != nil {
		return Webhook{}, err
	}
	if found := all.find(id); found != nil {
		return *found, nil
	}
	return Webhook{}, ErrNoWebhook
}

func (b Book) read(ctx context.Context, merchant string) (all list, etag string, err error) {
	etag, err = b.Store.GetTagged(ctx, storage.Webhooks(merchant), &all)
	if errors.Is(err, storage.ErrNotFound) {
		return list{}, "", nil
	}
	return all, etag, err
}

// change changes a merchant's webhooks, whoever else changes them meanwhile.
func (b Book) change(ctx context.Context, merchant string, change func(*list) error) error {
	for range changeTries {
		all, etag, err := b.read(ctx, merchant)
		if err != nil {
			return err
		}
		if err := change(&all); err != nil {
			return err
		}
		_, err = b.Store.PutIf(ctx, storage.Webhooks(merchant), all, etag)
		if !errors.Is(err, storage.ErrChanged) {
			return err
		}
	}
	return fmt.Errorf("the webhooks of merchant %s were changed by others at the same time; try again", merchant)
}

// Add makes a webhook under an id from [NewID]; one that is there under it gets a new secret. It is the only time that
// the secret can be seen.
func (b Book) Add(ctx context.Context, merchant string, w Webhook) (Webhook, Signer, error) {
	if !idPattern.MatchString(w.ID) {
		return w, Signer{}, ErrNoWebhook
	}
	signer := newSigner()
	sealed, err := seal(ctx, b.Store, merchant, w.ID, signer)
	if err != nil {
		return w, signer, err
	}
	w.Created = b.Now().UTC()
	w.Secrets = []Secret{{Sealed: sealed, Created: w.Created}}
	return w, signer, b.change(ctx, merchant, func(all *list) error {
		if there := all.find(w.ID); there != nil {
			*there = w
			return nil
		}
		if len(all.Webhooks) >= MostWebhooks {
			return ErrTooMany
		}
		all.Webhooks = append(all.Webhooks, w)
		return nil
	})
}

// Change changes a webhook of a partner.
func (b Book) Change(ctx context.Context, merchant, partner, id string, change func(*Webhook)) (Webhook, error) {
	var changed Webhook
	err := b.change(ctx, merchant, func(all *list) error {
		there := all.find(id)
		if there == nil || there.Partner != partner {
			return ErrNoWebhook
		}
		change(there)
		changed = *there
		return nil
	})
	return changed, err
}

// Rotate gives a webhook a new secret; the one that it has signs as well for [Overlap]. Older ones end now.
func (b Book) Rotate(ctx context.Context, merchant, partner, id string) (Webhook, Signer, error) {
	signer := newSigner()
	sealed, err := seal(ctx, b.Store, merchant, id, signer)
	if err != nil {
		return Webhook{}, signer, err
	}
	now := b.Now().UTC()
	changed, err := b.Change(ctx, merchant, partner, id, func(w *Webhook) {
		former := slices.Clone(w.Secrets[:min(len(w.Secrets), 1)])
		for i := range former {
			former[i].Until = now.Add(Overlap)
		}
		w.Secrets = append([]Secret{{Sealed: sealed, Created: now}}, former...)
	})
	return changed, signer, err
}

// TurnOff ends the deliveries to a webhook; what waits, waits.
func (b Book) TurnOff(ctx context.Context, merchant, id string, why Why) error {
	err := b.change(ctx, merchant, func(all *list) error {
		there := all.find(id)
		if there == nil {
			return ErrNoWebhook
		}
		if there.Off == nil {
			there.Off = &Off{Since: b.Now().UTC(), Why: why}
		}
		return nil
	})
	if errors.Is(err, ErrNoWebhook) {
		return nil
	}
	return err
}

// Remove removes a webhook of a partner, and what waits for it.
func (b Book) Remove(ctx context.Context, merchant, partner, id string) error {
	err := b.change(ctx, merchant, func(all *list) error {
		there := all.find(id)
		if there == nil || there.Partner != partner {
			return ErrNoWebhook
		}
		all.Webhooks = slices.DeleteFunc(all.Webhooks, func(w Webhook) bool { return w.ID == id })
		return nil
	})
	if err != nil {
		return err
	}
	for _, prefix := range []string{storage.WaitingEventsPrefix(merchant, id), storage.EventDeliveriesPrefix(merchant, id)} {
		var keys []string
		err := b.Store.List(ctx, prefix, func(o storage.Object) error {
			keys = append(keys, o.Key)
			return nil
		})
		if err == nil {
			err = b.Store.Delete(ctx, keys...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// CheckEvents says what is wrong with a choice of events.
func CheckEvents(events []contract.WebhookEvent) error {
	for _, event := range events {
		if !slices.Contains(contract.WebhookEvents(), event) {
			return fmt.Errorf("event %.40q is unknown", string(event))
		}
	}
	return nil
}
