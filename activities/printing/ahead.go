package printing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

const (
	// labelsAhead is how many labels are fetched and prepared before their turn.
	labelsAhead = 8
	// labelLimit bounds a label's file, in bytes.
	labelLimit = 16 << 20
	// prepareTries is how often a label is prepared whose error may not be its own.
	prepareTries = 3
)

// readyLabel is a label that can be sent, or why it cannot.
type readyLabel struct {
	document printers.Document
	why      contract.Reason
	trouble  error
}

// prepareAhead fetches and prepares labels before their turn and gives them in order.
func (r *round) prepareAhead(ctx context.Context, labels []contract.JobLabel) <-chan chan readyLabel {
	coming := make(chan chan readyLabel, labelsAhead)
	go func() {
		defer close(coming)
		for _, label := range labels {
			one := make(chan readyLabel, 1)
			select {
			case coming <- one:
			case <-ctx.Done():
				return
			}
			go func() { one <- r.prepare(ctx, label) }()
		}
	}()
	return coming
}

func (r *round) prepare(ctx context.Context, label contract.JobLabel) readyLabel {
	var file []byte
	err := r.patiently(ctx, func(ctx context.Context) (err error) {
		file, err = r.step.Store.ReadPlace(ctx, storage.Place{Key: label.Key, From: label.From, Bytes: label.Bytes}, labelLimit)
		return err
	})
	switch sum := sha256.Sum256(file); {
	case errors.Is(err, storage.ErrNotFound):
		return readyLabel{why: wording.Reason(contract.WhyLabelFileGone)}
	case errors.Is(err, storage.ErrTooLarge), errors.Is(err, storage.ErrKey):
		return readyLabel{why: notPrintable(err)}
	case err != nil:
		return readyLabel{trouble: err}
	case label.SHA256 != "" && label.SHA256 != hex.EncodeToString(sum[:]):
		return readyLabel{why: wording.Reason(contract.WhyLabelFileDiffers)}
	}
	return r.makeDocument(ctx, label, file)
}

// makeDocument prepares a label, again where the error says nothing of the label.
func (r *round) makeDocument(ctx context.Context, label contract.JobLabel, file []byte) readyLabel {
	var err error
	for range prepareTries {
		var document printers.Document
		document, _, err = r.step.Prepare(ctx, r.printer, label, file)
		var held interface{ Why() contract.Reason }
		switch {
		case err == nil:
			return readyLabel{document: document}
		case ctx.Err() != nil:
			return readyLabel{trouble: ctx.Err()}
		case errors.As(err, &held):
			return readyLabel{why: held.Why()}
		}
	}
	return readyLabel{why: notPrintable(err)}
}

func notPrintable(err error) contract.Reason {
	return wording.Reason(contract.WhyLabelNotPrintable, "detail", err.Error())
}
