package statuses

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// CloseStatusChangeInput is what a status change came to as its workflow knows it.
type CloseStatusChangeInput struct {
	StatusScope
	Pages     int               `json:"pages"`
	Requested int               `json:"requested"`
	State     contract.RunState `json:"state"`
	contract.Reason
	Delays pace.Delays `json:"delays,omitempty"`
}

// closedStatuses is the object of a result: what the change came to, and how every row ended.
type closedStatuses struct {
	contract.StatusList
	Result contract.StatusResult `json:"result"`
}

// CloseStatusChange reads the last round of every page, checks that every row has ended with exactly
// one outcome, and keeps the result, once.
func (a *StatusChanges) CloseStatusChange(ctx context.Context, in CloseStatusChangeInput) (contract.StatusResult, error) {
	rounds, err := a.lastRounds(ctx, in)
	if err != nil {
		return contract.StatusResult{}, err
	}
	pages := make([]statusbook.Page, in.Pages)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for i := range pages {
		group.Go(func() (err error) {
			pages[i], err = in.readPage(groupCtx, a.Store, i+1, rounds[i+1])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return contract.StatusResult{}, err
	}
	ended := lo.FlatMap(pages, func(p statusbook.Page, _ int) []statusbook.EndedRow { return p.Ended })
	open := lo.SumBy(pages, func(p statusbook.Page) int { return len(p.Open) })
	if once := len(lo.UniqBy(ended, func(e statusbook.EndedRow) int { return e.Place })); open > 0 || once != len(ended) || once != in.Requested {
		return contract.StatusResult{}, activities.FinalError(contract.ErrorBooks, fmt.Sprintf("the books do not balance: %d rows of %d ended, %d of them once, %d are open", len(ended), in.Requested, once, open))
	}
	result := contract.StatusResult{
		Key: in.Key, Merchant: in.Merchant, To: string(in.To), PickUp: in.PickUp, State: in.State, Reason: in.Reason,
		Requested: in.Requested, Rows: storage.StatusResult(in.Merchant, in.Key), Channels: statusbook.FiguresOf(ended),
	}
	list := statusbook.ListOf(ended)
	result.Outcomes = list.Outcomes
	closed := closedStatuses{StatusList: list, Result: result}
	if _, err := a.Store.PutOnce(ctx, result.Rows, &closed); err != nil {
		return contract.StatusResult{}, err
	}
	a.keepDelays(ctx, in)
	return closed.Result, nil
}

// lastRounds finds the last round of each page.
func (a *StatusChanges) lastRounds(ctx context.Context, in CloseStatusChangeInput) (map[int]int, error) {
	prefix := storage.StatusPagesPrefix(in.Merchant, in.Key)
	last := map[int]int{}
	err := a.Store.List(ctx, prefix, func(o storage.Object) error {
		page, round, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(o.Key, prefix), ".json"), "-")
		number, err1 := strconv.Atoi(page)
		n, err2 := strconv.Atoi(round)
		if err1 == nil && err2 == nil {
			last[number] = max(last[number], n)
		}
		return nil
	})
	return last, err
}

// keepDelays keeps what was learnt for the next change. It is done without where it cannot be kept.
func (a *StatusChanges) keepDelays(ctx context.Context, in CloseStatusChangeInput) {
	if len(in.Delays) == 0 {
		return
	}
	for range activities.DelayTries {
		all := pace.Delays{}
		etag, err := a.Store.GetTagged(ctx, storage.StatusDelays(in.Merchant), &all)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return
		}
		if all == nil {
			all = pace.Delays{}
		}
		for channel, spans := range in.Delays {
			all[delayKey(channel, in.To)] = spans
		}
		if _, err := a.Store.PutIf(ctx, storage.StatusDelays(in.Merchant), all, etag); !errors.Is(err, storage.ErrChanged) {
			return
		}
	}
}
