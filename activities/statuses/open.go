package statuses

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// OpenStatusChangeInput is a status change's request, as it stands in its workflow's input.
type OpenStatusChangeInput struct {
	Merchant string                 `json:"merchant"`
	Key      string                 `json:"key"`
	Request  contract.StatusRequest `json:"request"`
	// Settings override the worker's.
	Settings contract.Settings `json:"settings,omitzero"`
}

// OpenedStatusChange is the worker's settings, how many rows and pages there are, and what is known
// of the channels; or, when a change of this key has ended before, what it came to.
type OpenedStatusChange struct {
	Settings  contract.Settings      `json:"settings"`
	Pages     int                    `json:"pages"`
	Requested int                    `json:"requested"`
	Delays    pace.Delays            `json:"delays,omitempty"`
	Result    *contract.StatusResult `json:"result,omitempty"`
	// Paused is why the merchant's account cannot be used; empty: it can.
	Paused string `json:"paused,omitempty"`
}

// OpenStatusChange records the request under its key, finds out what the store knows of its orders
// and leaves its rows in pages of 50, each order once. The same request again gives the change that
// was; another one under the same key is refused, and so are rows that cannot be worked on, all at once.
func (a *StatusChanges) OpenStatusChange(ctx context.Context, in OpenStatusChangeInput) (OpenedStatusChange, error) {
	opened := OpenedStatusChange{Settings: in.Settings.Over(a.Settings.Over(contract.DefaultSettings()))}
	if err := checkStatusRequest(in); err != nil {
		return opened, activities.FinalError(contract.ErrorRequest, err.Error())
	}
	if err := a.recordRequest(ctx, in); err != nil {
		return opened, err
	}
	var known closedStatuses
	err := a.Store.Get(ctx, storage.StatusResult(in.Merchant, in.Key), &known)
	if err == nil {
		opened.Result = &known.Result
		return opened, nil
	}
	if !errors.Is(err, storage.ErrNotFound) {
		return opened, err
	}
	rows, err := a.requestedRows(ctx, in)
	if err != nil {
		return opened, err
	}
	open, err := a.nameRows(ctx, in, rows)
	if err != nil {
		return opened, err
	}
	if err := a.placeRows(ctx, in, open); err != nil {
		return opened, err
	}
	if err := a.learnSales(ctx, in, open); err != nil {
		return opened, err
	}
	opened.Requested, opened.Pages = len(open), (len(open)+activities.ChunkSize-1)/activities.ChunkSize
	opened.Delays = a.knownDelays(ctx, in)
	if opened.Paused, err = activities.PausedNow(ctx, a.Accounts, in.Merchant, opened.Settings); err != nil {
		return opened, err
	}
	return opened, a.leaveRows(ctx, in, open)
}

// checkStatusRequest names all that is wrong with a request but its rows.
func checkStatusRequest(in OpenStatusChangeInput) error {
	err := in.Request.Check()
	if own := storage.StatusesPrefix(in.Merchant, in.Key); in.Request.RowsKey != "" && !strings.HasPrefix(in.Request.RowsKey, own) {
		err = errors.Join(err, fmt.Errorf("rows_key must lie under %s", own))
	}
	return err
}

func (a *StatusChanges) recordRequest(ctx context.Context, in OpenStatusChangeInput) error {
	request, err := json.Marshal(in.Request)
	if err != nil {
		return err
	}
	recorded := json.RawMessage(request)
	if _, err := a.Store.PutOnce(ctx, storage.StatusRequest(in.Merchant, in.Key), &recorded); err != nil {
		return err
	}
	if !activities.SameJSON(recorded, request) {
		return activities.FinalError(contract.ErrorRequestDiffers, fmt.Sprintf("another request was made under the key %q; give this one a key of its own", in.Key))
	}
	return nil
}

// badRowsNamed bounds how many wrong rows an error names.
const badRowsNamed = 20

// requestedRows are the request's, each order once, with its defaults.
func (a *StatusChanges) requestedRows(ctx context.Context, in OpenStatusChangeInput) ([]contract.StatusRow, error) {
	rows := in.Request.Rows
	if in.Request.RowsKey != "" {
		err := a.Store.Get(ctx, in.Request.RowsKey, &rows)
		if errors.Is(err, storage.ErrNotFound) {
			return nil, activities.FinalError(contract.ErrorRequest, "rows_key "+in.Request.RowsKey+": there is no such object")
		}
		if err != nil {
			return nil, err
		}
	}
	if len(rows) == 0 || len(rows) > contract.StatusRowsLimit {
		return nil, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("%d rows: a status change takes 1 to %d", len(rows), contract.StatusRowsLimit))
	}
	rows = lo.Map(rows, func(row contract.StatusRow, _ int) contract.StatusRow { return row.Or(in.Request.RowDefaults()) })
	folded, _, differing := contract.FoldStatusRows(rows)
	wrong := lo.FilterMap(folded, func(row contract.StatusRow, i int) (string, bool) {
		complaint := row.Check()
		return fmt.Sprintf("row %d (%.40s): %s", i+1, row.Order, complaint), complaint != ""
	})
	wrong = append(wrong, lo.Map(differing, func(order string, _ int) string {
		return fmt.Sprintf("order %.40s stands more than once, with different texts", order)
	})...)
	if len(wrong) > 0 {
		shown := strings.Join(wrong[:min(len(wrong), badRowsNamed)], "\n")
		return nil, activities.FinalError(contract.ErrorRequest, fmt.Sprintf("%d rows are wrong:\n%s", len(wrong), shown))
	}
	return folded, nil
}

// placeRows finds the connection of each order in the store, where the intake or a run of ours knows it,
// and sorts the rows by channel, so that pages wait for few channels each.
func (a *StatusChanges) placeRows(ctx context.Context, in OpenStatusChangeInput, open []statusbook.OpenRow) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for i := range open {
		row := &open[i]
		switch {
		case row.Verdict != "":
		case in.Request.PickUp:
			row.Channel = pickUps
		default:
			group.Go(func() (err error) {
				row.Connection, row.Channel, err = a.placeOf(ctx, in.Merchant, row.Order)
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	slices.SortStableFunc(open, func(x, y statusbook.OpenRow) int { return strings.Compare(x.Channel, y.Channel) })
	return nil
}

// pickUps stands for the channel of pick-ups, whose rules are the same everywhere.
const pickUps = "pick-ups"

// placeOf is the connection and channel of an order as the store knows them; empty when it does not.
func (a *StatusChanges) placeOf(ctx context.Context, merchant, order string) (connection, channel string, err error) {
	// The members of the intake's record that matter here.
	var known struct {
		Connection string `json:"connection"`
		Channel    string `json:"channel"`
	}
	err = a.Store.Get(ctx, storage.IntakeOrder(merchant, order), &known)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return "", "", err
	}
	if known.Connection != "" && known.Channel != "" {
		return known.Connection, channels.BySlug(known.Channel).Slug, nil
	}
	publication, err := publications.Newest(ctx, a.Store, merchant, order, "")
	if err != nil || publication == nil {
		return "", "", err
	}
	return publication.Record.Order.ConnectionID, publication.Record.Order.Channel, nil
}

// leaveRows leaves the rows in pages, round 0 of each.
func (a *StatusChanges) leaveRows(ctx context.Context, in OpenStatusChangeInput, open []statusbook.OpenRow) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	scope := StatusScope{Merchant: in.Merchant, Key: in.Key}
	for i, chunk := range lo.Chunk(open, activities.ChunkSize) {
		group.Go(func() error {
			_, err := scope.leavePage(ctx, a.Store, i+1, 0, &statusbook.Page{Open: chunk})
			return err
		})
	}
	return group.Wait()
}

// delayKey tells the statuses of a channel apart.
func delayKey(channel string, to channels.Status) string { return channel + "/" + string(to) }

// knownDelays are those that earlier changes have learnt for this status. Without them it is learnt again.
func (a *StatusChanges) knownDelays(ctx context.Context, in OpenStatusChangeInput) pace.Delays {
	var all pace.Delays
	if err := a.Store.Get(ctx, storage.StatusDelays(in.Merchant), &all); err != nil {
		return nil
	}
	known := pace.Delays{}
	for key, spans := range all {
		if channel, status, _ := strings.Cut(key, "/"); status == string(in.Request.To) {
			known[channel] = spans
		}
	}
	return known
}
