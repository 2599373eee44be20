package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
)

// parcel is an order that may be reported as shipped with a tracking number.
type parcel struct {
	id, channel, mode string
	tracking          string
	present           channels.Status // "" when nobody knows
	document          bool            // its electronic billing document is loaded
}

// row is the parcel as the command line reads it.
func (p parcel) row() contract.StatusRow {
	return contract.StatusRow{Order: p.id, TrackingNumber: p.tracking, TrackingURL: "https://tracking.example.com/" + url.PathEscape(p.tracking)}
}

// mayShip says whether shipped may be reported, and the channel takes it and a tracking number before it.
func (p parcel) mayShip() bool {
	change := channels.Change{Slug: p.channel, ShippingMode: p.mode, From: p.present, To: channels.Shipped, HasDocument: p.document}
	words, known := channels.WordsOnChannel(p.channel, "", p.mode, channels.Shipped)
	takesTracking, _ := channels.BySlug(p.channel).TakesTracking(channels.TrackedOrder{ShippingMode: p.mode})
	return p.present != channels.Shipped && change.WhyNotAllowed().Words == "" && takesTracking && (!known || len(words) > 0)
}

// tracked is the parcel with a tracking number: its own, else one that is always the same.
func (p parcel) tracked() parcel {
	if p.tracking == "" {
		p.tracking = fmt.Sprintf("DSP%X", sha256.Sum256([]byte(p.id)))[:13]
	}
	return p
}

// parcels are so many orders that may be shipped with a tracking number, as far as there are: the
// labelled ones of runs, then, in the sandbox, those that the seller ships without a label of the channel.
func (w *workbench) parcels(ctx context.Context, runs []contract.RunResult, most int) ([]parcel, error) {
	var found []parcel
	for _, run := range runs {
		var manifest contract.Manifest
		if run.Manifest.JSON == "" {
			continue
		}
		if err := w.store.Get(ctx, run.Manifest.JSON, &manifest); err != nil {
			return nil, fmt.Errorf("read the manifest of run %s: %w", run.Run, err)
		}
		found = append(found, labelledParcels(manifest.Rows)...)
	}
	if w.from.calls != nil && len(found) < most {
		more, err := w.unlabelledParcels(ctx, most-len(found))
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	found = lo.UniqBy(found, func(p parcel) string { return p.id })
	return found[:min(len(found), most)], nil
}

// labelledParcels are those of a manifest's rows that have a label and may be shipped.
func labelledParcels(rows []contract.ManifestRow) []parcel {
	return lo.FilterMap(rows, func(row contract.ManifestRow, _ int) (parcel, bool) {
		p := parcel{id: row.ID, channel: row.Channel, mode: row.ShippingMode, tracking: row.TrackingNumber}
		return p.tracked(), row.Outcome == contract.Labelled && p.mayShip()
	})
}

// unlabelledParcels are at most so many orders that were heard of and get no label. Each is read,
// because it may have a tracking number, or have left. Nobody has looked whether they are paid, which
// is why those of another hub are left alone.
func (w *workbench) unlabelledParcels(ctx context.Context, most int) ([]parcel, error) {
	records, err := intake.ListIntake(ctx, w.store, w.from.merchant, contract.IntakeUnsupported)
	if err != nil {
		return nil, err
	}
	hub, err := w.reader()
	if err != nil {
		return nil, err
	}
	defer hub.Close()
	var found []parcel
	for _, record := range records {
		p := parcel{id: record.Order, channel: record.Channel, mode: record.ShippingMode}
		if takes, _ := channels.BySlug(p.channel).TakesTracking(channels.TrackedOrder{ShippingMode: p.mode}); len(found) == most || !takes {
			continue
		}
		delivery, err := hub.DeliveryOrder(ctx, p.id)
		if err != nil {
			return nil, fmt.Errorf("read order %s, which is to be shipped: %w", p.id, err)
		}
		p.present, _ = channels.ParseStatus(delivery.StatusCode)
		p.tracking, p.document = delivery.TrackingNumber, delivery.BillingDocument
		if p.mayShip() {
			found = append(found, p.tracked())
		}
	}
	return found, nil
}

// reader reads the connected account's orders.
func (w *workbench) reader() (*multivende.Client, error) {
	keys, err := accounts.LoadKeys(w.keyFile(), "")
	if err != nil {
		return nil, err
	}
	token := &accounts.Source{
		Vault: &accounts.Vault{Store: w.store, Keys: keys}, Merchant: w.from.merchant, Speed: w.from.speed,
		Demand: func(ctx context.Context, merchant string, generation int64) error {
			refused := contract.TokenRefused{Generation: generation}
			return w.temporal.SignalWorkflow(ctx, contract.CredentialsID(merchant), "", contract.TokenRefusedSignal, refused)
		},
	}
	return multivende.New(multivende.Config{
		BaseURL: w.from.url, Merchant: w.from.merchant, Token: token, Speed: w.from.speed, AllowHosts: w.from.downloadHosts,
	})
}
