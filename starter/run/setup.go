package run

import (
	"cmp"
	"context"
	"errors"

	"github.com/despacho/despacho/storage"
)

type setupCommand struct {
	Nexus    bool   `help:"Also make the Nexus endpoint through which workflows of other namespaces ask for labels; whoever may use it reaches every merchant (docs/partners.md)."`
	Endpoint string `name:"nexus-endpoint" default:"despacho" placeholder:"NAME" help:"The endpoint's name for --nexus; default despacho."`
}

// Run makes what is missing and says what it did.
func (c setupCommand) Run(ctx context.Context, d desk) error {
	did, err := d.Prepare(ctx)
	for _, sentence := range did {
		d.print("%s", sentence)
	}
	if err != nil {
		return err
	}
	if c.Nexus {
		sentence, err := d.PrepareNexus(ctx, c.Endpoint)
		if err != nil {
			return err
		}
		d.print("%s", sentence)
	}
	store, err := d.store(ctx)
	if err != nil {
		return err
	}
	notes, err := store.EnsureBucket(ctx)
	if err != nil {
		return err
	}
	for _, note := range notes {
		d.print("%s", note)
	}
	note, err := store.CheckConditions(ctx)
	if errors.Is(err, storage.ErrUnconditional) {
		return &Problem{Code: ExitUsage, Cause: err, Message: err.Error(), Hint: "set AWS_ENDPOINT_URL_S3 to it, and run starter setup again"}
	}
	if err != nil {
		return err
	}
	d.print("bucket %s: %s", store.Bucket(), cmp.Or(note, "ready; it supports conditional writes"))
	return nil
}
