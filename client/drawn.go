package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

const (
	// drawWait is how long a drawing is waited for; the worker tries it for a minute.
	drawWait = 75 * time.Second
	// drawEnd is when a drawing is given up that no worker has taken.
	drawEnd = 2 * time.Minute
	// mostPicture is how large a picture may be: one of the largest page that is drawn, not packed at all.
	mostPicture = 8 << 20
)

// LabelDrawer has labels drawn by a worker.
type LabelDrawer interface {
	// DrawLabel has the picture of a page put into the store.
	DrawLabel(ctx context.Context, in contract.DrawLabelInput) (contract.DrawnLabel, error)
}

// TemporalDrawer is a [LabelDrawer] on a Temporal server.
type TemporalDrawer struct{ Client sdk.Client }

// LabelPicture is a page, from 1, of a PDF label as a PNG of [contract.PictureDPI]. It is drawn once and read from the store
// afterwards. Where it cannot be drawn, why says so.
func LabelPicture(ctx context.Context, drawer LabelDrawer, store *storage.Store, merchant string, label StoredLabel, page int) (picture []byte, why contract.Reason, err error) {
	key := storage.LabelPicture(merchant, label.SHA256, page, contract.PictureDPI)
	picture, err = store.ReadAll(ctx, key, mostPicture)
	if !errors.Is(err, storage.ErrNotFound) {
		return picture, why, err
	}
	place := label.Place()
	in := contract.DrawLabelInput{Merchant: merchant, Key: place.Key, From: place.From, Bytes: place.Bytes, SHA256: label.SHA256, Page: page}
	if in.Key == "" { // a copy that is never printed stands in the hub's file alone
		return nil, why, storage.ErrKey
	}
	drawn, err := drawer.DrawLabel(ctx, in)
	if err != nil || !drawn.Drawn {
		return nil, drawn.Reason, err
	}
	picture, err = store.ReadAll(ctx, key, mostPicture)
	return picture, why, err
}

// DrawLabel starts the workflow that draws the page, or joins it, and waits for its end.
func (t TemporalDrawer) DrawLabel(ctx context.Context, in contract.DrawLabelInput) (drawn contract.DrawnLabel, err error) {
	limited, cancel := context.WithTimeout(ctx, drawWait)
	defer cancel()
	run, err := t.Client.ExecuteWorkflow(limited, sdk.StartWorkflowOptions{
		ID: contract.DrawLabelID(in.Merchant, in.SHA256, in.Page), TaskQueue: contract.TaskQueue, Priority: contract.FairShare(in.Merchant),
		WorkflowExecutionTimeout: drawEnd, WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:         "draws a label of merchant " + in.Merchant,
		TypedSearchAttributes: temporal.NewSearchAttributes(contract.MerchantAttribute.ValueSet(in.Merchant)),
	}, contract.DrawLabelType, in)
	if err == nil {
		err = run.Get(limited, &drawn)
	}
	return drawn, undrawn(ctx, err)
}

// undrawn tells a label that is gone, and workers that are away, from everything else.
func undrawn(ctx context.Context, err error) error {
	var refused *temporal.ApplicationError
	var late *temporal.TimeoutError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && refused.Type() == contract.ErrorNotFound:
		return fmt.Errorf("%w: %s", storage.ErrNotFound, refused.Message())
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &late):
		return fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	return unanswered(ctx, err)
}
