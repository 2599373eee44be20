package publishing

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

const (
	// controlLimit bounds a control file as it is read back from the store.
	controlLimit = 32 << 20
	// controlsAhead is how many of them are copied at a time.
	controlsAhead = 4
	// controlsShown bounds the control files that a run's result names; the manifest has them all.
	controlsShown = 200
)

// controls puts the control files that came with the printed labels among the run's own, also
// those of labels that waited from an earlier run. One that is gone is told, and lived without.
func (a *Publishing) controls(ctx context.Context, in PublishInput, printed []books.Entry) ([]contract.ControlFile, []contract.KeptFile, error) {
	files := books.Controls(printed)
	var mu sync.Mutex
	var gone []contract.KeptFile
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(controlsAhead)
	for i := range files {
		group.Go(func() error {
			data, err := a.Store.ReadAll(groupCtx, files[i].Key, controlLimit)
			if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrTooLarge) {
				mu.Lock()
				defer mu.Unlock()
				gone = append(gone, contract.KeptFile{Key: files[i].Key, ConnectionID: files[i].ConnectionID, Reason: wording.Reason(contract.WhyControlFileGone)})
				files[i].Key = ""
				return nil
			}
			if err != nil {
				return err
			}
			stored, err := a.Store.PutBytes(groupCtx, storage.RunPrintPrefix(in.Merchant, in.Run), ".pdf", activities.ContentType("pdf"), data)
			files[i].Key, files[i].Bytes, files[i].SHA256 = stored.Key, stored.Bytes, stored.SHA256
			return err
		})
	}
	err := group.Wait()
	return lo.Filter(files, func(f contract.ControlFile, _ int) bool { return f.Key != "" }), gone, err
}
