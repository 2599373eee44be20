package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/service/wholefile"
	"github.com/despacho/despacho/workflows"
)

// shippedShown bounds how many orders are shown, those that are not verified first.
const shippedShown = 200

// ship reports orders as shipped with a tracking number, shows each verified on its channel, and
// fails when fewer are than were asked for.
func (w *workbench) ship(ctx context.Context, runs []books.Result, asked int, out io.Writer) error {
	parcels, err := w.parcels(ctx, runs, asked)
	if err != nil {
		return err
	}
	if len(parcels) == 0 {
		return fmt.Errorf("of %d orders that were to be shipped with tracking there is none: no order of the runs is of a channel that takes a tracking number from the seller", asked)
	}
	key := "shipped-" + runs[0].Run
	file := filepath.Join(w.running.Dir, key+".json")
	content, err := json.Marshal(lo.Map(parcels, func(p parcel, _ int) statusbook.Row { return p.row() }))
	if err != nil {
		return err
	}
	if err := wholefile.Replace(file, content, wholefile.Private); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nShipped, with tracking: starter status set --to shipped --orders-file %s --wait\n", shellWord(file))
	var said bytes.Buffer
	program := w.starter(&said)
	program.Err = out
	program.Main(ctx, []string{
		"--merchant", w.from.merchant, "status", "set", "--to", string(channels.Shipped), "--orders-file", file, "--key", key, "--wait", "--json",
	})
	var ended statusbook.List
	if err := json.Unmarshal(said.Bytes(), &ended); err != nil {
		return errors.New("the statuses could not be reported")
	}
	list := shipped{asked: asked, parcels: lo.KeyBy(parcels, func(p parcel) string { return p.id }), rows: ended.Rows}
	if err := list.write(out); err != nil {
		return err
	}
	fmt.Fprintf(out, "Each order: starter status show %s\nWatch it: %s\n", key, runPage(w.running, workflows.StatusChangeID(w.from.merchant, key)))
	return list.verdict()
}

// shipped is how orders ended that were reported as shipped with tracking.
type shipped struct {
	asked   int
	parcels map[string]parcel
	rows    []statusbook.ListRow
}

// verified says whether the order's channel has shipped; written, that its tracking went there before,
// which is what a row without a note says.
func verified(row statusbook.ListRow) bool { return row.Outcome == statusbook.Synced }
func written(row statusbook.ListRow) bool  { return verified(row) && row.Reason == "" }

func (s shipped) counts() (inOrder, tracked int) {
	return lo.CountBy(s.rows, verified), lo.CountBy(s.rows, written)
}

// write shows each order, and how many are as they were to be.
func (s shipped) write(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  order\tchannel\tmode\ton the channel\ttracking number\tseconds (the hub's)")
	good, bad := lo.FilterReject(s.rows, func(row statusbook.ListRow, _ int) bool { return written(row) })
	rows := append(bad, good...)
	for _, row := range rows[:min(len(rows), shippedShown)] {
		parcel, state := s.parcels[row.Order], "shipped"
		if !verified(row) {
			state = string(row.Outcome)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\t%.1f", row.Order, parcel.channel, parcel.mode, state, parcel.tracking, row.Seconds)
		if row.Reason != "" {
			fmt.Fprintf(table, "  %s", row.Reason)
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
