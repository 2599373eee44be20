package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service/wholefile"
)

// shippedShown bounds how many orders are shown, those that are not verified first.
const shippedShown = 200

// ship reports orders as shipped with a tracking number, shows each verified on its channel, and
// fails when fewer are than were asked for.
func (w *workbench) ship(ctx context.Context, runs []contract.RunResult, asked int, out io.Writer) error {
	parcels, err := w.parcels(ctx, runs, asked)
	if err != nil {
		return err
	}
	if len(parcels) == 0 {
		return fmt.Errorf("of %d orders that were to be shipped with tracking there is none: no order of the runs is of a channel that takes a tracking number from the seller", asked)
	}
	key := "shipped-" + runs[0].Run
	file := filepath.Join(w.running.Dir, key+".json")
	content, err := json.Marshal(lo.Map(parcels, func(p parcel, _ int) contract.StatusRow { return p.row() }))
	if err != nil {
		return err
	}
	if err := wholefile.Replace(file, content, wholefile.PrivateMode); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nShipped, with tracking: starter status set --to shipped --orders-file %s --wait\n", shellWord(file))
	ended, err := w.setShipped(ctx, key, parcels, out)
	if err != nil {
		return fmt.Errorf("the statuses could not be reported: %w", err)
	}
	list := shipped{asked: asked, parcels: lo.KeyBy(parcels, func(p parcel) string { return p.id }), rows: ended.Rows}
	if err := list.write(out); err != nil {
		return err
	}
	fmt.Fprintf(out, "Each order: starter status show %s\nWatch it: %s\n", key, runPage(w.running, contract.StatusChangeID(w.from.merchant, key)))
	return list.verdict()
}

// setShipped reports parcels as shipped and waits until each has ended.
func (w *workbench) setShipped(ctx context.Context, key string, parcels []parcel, out io.Writer) (contract.StatusList, error) {
	changes := client.TemporalStatuses{Client: w.temporal}
	request := contract.StatusRequest{To: string(channels.Shipped), Rows: lo.Map(parcels, func(p parcel, _ int) contract.StatusRow { return p.row() })}
	started, err := client.SetStatuses(ctx, changes, w.store, w.from.merchant, key, request)
	if err != nil {
		return contract.StatusList{}, err
	}
	last := -1
	result, err := client.FollowStatuses(ctx, changes, started.WorkflowID, progressEvery, func(r contract.StatusResult) {
		if ended := lo.Sum(lo.Values(r.Outcomes)); ended != last {
			last = ended
			fmt.Fprintf(out, "  %d of %d orders ended\n", ended, r.Requested)
		}
	})
	if err != nil {
		return contract.StatusList{}, err
	}
	return client.StatusRows(ctx, w.store, result)
}

// shipped is how orders ended that were reported as shipped with tracking.
type shipped struct {
	asked   int
	parcels map[string]parcel
	rows    []contract.StatusListRow
}

// verified says whether the order's channel has shipped; written, that its tracking went there before,
// which is what a row without a note says.
func verified(row contract.StatusListRow) bool { return row.Outcome == contract.StatusSynced }
func written(row contract.StatusListRow) bool  { return verified(row) && row.Reason.Words == "" }

func (s shipped) counts() (inOrder, tracked int) {
	return lo.CountBy(s.rows, verified), lo.CountBy(s.rows, written)
}

// write shows each order, and how many are as they were to be.
func (s shipped) write(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  order\tchannel\tmode\ton the channel\ttracking number\tseconds (the hub's)")
	good, bad := lo.FilterReject(s.rows, func(row contract.StatusListRow, _ int) bool { return written(row) })
	rows := append(bad, good...)
	for _, row := range rows[:min(len(rows), shippedShown)] {
		parcel, state := s.parcels[row.Order], "shipped"
		if !verified(row) {
			state = string(row.Outcome)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\t%.1f", row.Order, parcel.channel, parcel.mode, state, parcel.tracking, row.Seconds)
		if row.Reason.Words != "" {
			fmt.Fprintf(table, "  %s", row.Reason.Words)
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if more := len(rows) - shippedShown; more > 0 {
		fmt.Fprintf(out, "  and %d more\n", more)
	}
	inOrder, tracked := s.counts()
	_, err := fmt.Fprintf(out, "  verified %d of %d, tracking written on %d\n", inOrder, len(s.rows), tracked)
	return err
}

// verdict is an error unless as many orders as were asked for are shipped with their tracking.
func (s shipped) verdict() error {
	inOrder, tracked := s.counts()
	if inOrder >= s.asked && tracked >= s.asked {
		return nil
	}
	why := "the table says why"
	if len(s.rows) < s.asked {
		why = fmt.Sprintf("only %d were found whose channel takes a tracking number: sell more with --new-orders, or ask for fewer with --shipped", len(s.rows))
	}
	return fmt.Errorf("of %d orders that were to be shipped with tracking, %d are verified on their channels and %d have their tracking number there; %s", s.asked, inOrder, tracked, why)
}
