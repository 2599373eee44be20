package handover

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/storage"
)

// readers bounds the objects that are read at a time.
const readers = 16

// open are the merchant's open sheets, by courier; whoever calls holds the lock.
func (s *Sheets) open(ctx context.Context, merchant string, closed []Sheet) ([]Sheet, error) {
	parcels, err := s.printedParcels(ctx, merchant)
	if err != nil {
		return nil, err
	}
	gone := map[contract.LabelRef]bool{}
	for _, sheet := range closed {
		for _, parcel := range sheet.Parcels {
			gone[parcel.ref()] = true
		}
	}
	parcels = lo.Reject(parcels, func(p Parcel, _ int) bool { return gone[p.ref()] })
	if parcels, err = s.withoutCancelled(ctx, merchant, parcels); err != nil {
		return nil, err
	}
	groups := lo.GroupBy(parcels, func(p Parcel) string { return p.courier })
	sheets := make([]Sheet, 0, len(groups))
	for _, courier := range slices.Sorted(maps.Keys(groups)) {
		sheets = append(sheets, s.newSheet(merchant, courier, groups[courier]))
	}
	return sheets, nil
}

func (p Parcel) ref() contract.LabelRef { return contract.LabelRef{Order: p.Order, Label: p.Label} }

func (s *Sheets) newSheet(merchant, courier string, parcels []Parcel) Sheet {
	slices.SortFunc(parcels, func(a, b Parcel) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Position, b.Position), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Label, b.Label))
	})
	sheet := Sheet{Merchant: merchant, Site: s.Site, Courier: courier, Parcels: parcels}
	if channels := lo.Uniq(lo.Map(parcels, func(p Parcel, _ int) string { return p.Channel })); len(channels) == 1 {
		sheet.Channel = channels[0]
	}
	for _, run := range lo.Uniq(lo.Map(parcels, func(p Parcel, _ int) string { return p.Run })) {
		of := map[string]bool{}
		for _, p := range parcels {
			of[p.connection] = of[p.connection] || p.Run == run
		}
		for _, control := range s.manifests[storage.ManifestJSON(merchant, run)].Controls {
			if of[control.ConnectionID] {
				sheet.Controls = append(sheet.Controls, Control{Run: run, ControlFile: control})
			}
		}
	}
	return sheet
}

// printedParcels are the labels that came out of printers of the site within the last days, as the manifests
// of their runs describe them.
func (s *Sheets) printedParcels(ctx context.Context, merchant string) ([]Parcel, error) {
	records, err := s.readLog(ctx, merchant)
	if err != nil {
		return nil, err
	}
	printed := map[contract.LabelRef]contract.Print{}
	runs := map[string]bool{}
	for ref, record := range records {
		if last := record.Current(); last.State.IsOnPaper() && last.Site == s.Site {
			printed[ref], runs[last.Run] = last, true
		}
	}
	if err := s.readManifests(ctx, merchant, slices.Collect(maps.Keys(runs))); err != nil {
		return nil, err
	}
	rows := map[string]map[string]contract.ManifestRow{}
	for run := range runs {
		rows[run] = lo.KeyBy(s.manifests[storage.ManifestJSON(merchant, run)].Rows, func(r contract.ManifestRow) string { return r.ID })
	}
	parcels := make([]Parcel, 0, len(printed))
	for ref, print := range printed {
		parcels = append(parcels, newParcel(ref, print, rows[print.Run][ref.Order]))
	}
	return parcels, nil
}

// newParcel describes a printed label; a courier without a name is called by its channel.
func newParcel(ref contract.LabelRef, print contract.Print, row contract.ManifestRow) Parcel {
	return Parcel{
		Order: ref.Order, Number: cmp.Or(row.OrderNumber, row.Code), Tracking: row.TrackingNumber, Label: ref.Label, Labels: max(len(row.ToPrint()), ref.Label),
		Run: print.Run, Position: print.Position, Channel: row.Channel, Shop: row.ConnectionName, PrintedAt: print.ClaimedAt,
		courier: cmp.Or(strings.TrimSpace(row.Courier), row.Channel), connection: row.ConnectionID,
	}
}

// readLog reads the pages of the log that are new, and gathers the prints of each label.
func (s *Sheets) readLog(ctx context.Context, merchant string) (map[contract.LabelRef]contract.PrintRecord, error) {
	var keys []string
	for n := s.Days; n >= 0; n-- {
		day := s.Now().UTC().AddDate(0, 0, -n)
		err := s.Store.List(ctx, storage.PrintsOfDayPrefix(merchant, day), func(o storage.Object) error {
			keys = append(keys, o.Key)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if err := readNew(ctx, s.Store, s.pages, keys); err != nil {
		return nil, err
	}
	prints := book.Prints{}
	for _, key := range keys {
		for _, event := range s.pages[key].Labels {
			prints.Add(event)
		}
	}
	known := lo.Keyify(keys)
	maps.DeleteFunc(s.pages, func(key string, page contract.PrintPage) bool {
		_, listed := known[key]
		return page.Merchant == merchant && !listed
	})
	return prints.Records(), nil
}

func (s *Sheets) readManifests(ctx context.Context, merchant string, runs []string) error {
	keys := lo.Map(runs, func(run string, _ int) string { return storage.ManifestJSON(merchant, run) })
	known := lo.Keyify(keys)
	maps.DeleteFunc(s.manifests, func(key string, manifest contract.Manifest) bool {
		_, wanted := known[key]
		return manifest.Merchant == merchant && !wanted
	})
	return readNew(ctx, s.Store, s.manifests, keys)
}

// readClosed reads the closed sheets of the last days, in the order of their numbers, the last one however
// old it is.
func (s *Sheets) readClosed(ctx context.Context, merchant string) ([]Sheet, error) {
	var keys []string
	since := s.Now().AddDate(0, 0, -closedDays)
	err := s.Store.List(ctx, storage.HandOverPrefix(merchant, s.Site), func(o storage.Object) error {
		if len(keys) == 1 && o.Modified.Before(since) {
			keys = keys[:0]
		}
		keys = append(keys, o.Key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := readNew(ctx, s.Store, s.closed, keys); err != nil {
		return nil, err
	}
	known := lo.Keyify(keys)
	maps.DeleteFunc(s.closed, func(key string, sheet Sheet) bool {
		_, listed := known[key]
		return sheet.Merchant == merchant && !listed
	})
	return lo.FilterMap(keys, func(key string, _ int) (Sheet, bool) {
		sheet, there := s.closed[key]
		return sheet, there
	}), nil
}

// readNew reads the objects that are not known yet; one that has expired stays unknown.
func readNew[T any](ctx context.Context, store Store, known map[string]T, keys []string) error {
	fresh := lo.Reject(keys, func(key string, _ int) bool {
		_, there := known[key]
		return there
	})
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for _, key := range fresh {
		group.Go(func() error {
			var value T
			err := store.Get(ctx, key, &value)
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			known[key] = value
			return nil
		})
	}
	return group.Wait()
}

// withoutCancelled leaves out the parcels of orders that were cancelled after their label was published.
func (s *Sheets) withoutCancelled(ctx context.Context, merchant string, parcels []Parcel) ([]Parcel, error) {
	marked := map[string]bool{}
	prefix := storage.IntakeStatePrefix(merchant, string(contract.IntakeTakeOut))
	err := s.Store.List(ctx, prefix, func(o storage.Object) error {
		marked[o.Key] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	records := map[string]contract.IntakeRecord{}
	var keys []string
	for _, p := range parcels {
		if marked[storage.IntakeInState(merchant, string(contract.IntakeTakeOut), p.Order)] {
			keys = append(keys, storage.IntakeOrder(merchant, p.Order))
		}
	}
	if err := readNew(ctx, s.Store, records, lo.Uniq(keys)); err != nil {
		return nil, err
	}
	return lo.Reject(parcels, func(p Parcel, _ int) bool {
		return records[storage.IntakeOrder(merchant, p.Order)].State == contract.IntakeTakeOut
	}), nil
}

var _ Store = (*storage.Store)(nil)
