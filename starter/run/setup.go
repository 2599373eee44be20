package run

import (
	"cmp"
	"context"
	"errors"

	"github.com/despacho/despacho/storage"
)

type setupCommand struct{}

// Run makes what is missing and says what it did.
func (setupCommand) Run(ctx context.Context, d desk) error {
	did, err := d.Prepare(ctx)
	for _, sentence := range did {
		d.print("%s", sentence)
	}
	if err != nil {
		return err
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
