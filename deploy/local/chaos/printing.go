package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// printedAtMost is how many labels of a run are printed.
const printedAtMost = 15

// printJob is what was asked of the printer: the code on the one parcel of each order.
type printJob struct {
	ID    string
	Codes map[contract.LabelRef]string
	Ended bool
}

// print has some of a run's labels printed, and answers for a packer what came out where that is in doubt.
func (w *work) print(ctx context.Context, ran ranRun) {
	var report sandbox.Report
	if ran.Result.Outcomes[contract.Labelled] == 0 || w.report(ctx, &report) != nil {
		return
	}
	job := contract.PrintJob{ID: w.merchant + "-" + ran.Key, Merchant: w.merchant, Site: site, Printer: printer, Person: "Ana", At: time.Now()}
	codes := map[contract.LabelRef]string{}
	orders := lo.KeyBy(report.Orders, func(o sandbox.ReportOrder) string { return o.ID })
	for _, row := range ran.Manifest.Rows {
		parcels := orders[row.ID].Parcels
		if row.Position == nil || len(row.Labels) != 1 || row.Labels[0].Format != "zpl" || len(parcels) != 1 || len(job.Labels) == printedAtMost {
			continue
		}
		label := row.Labels[0]
		codes[contract.LabelRef{Order: row.ID, Label: 1}] = parcels[0].Code
		job.Labels = append(job.Labels, contract.JobLabel{
			Run: ran.Result.Run, Order: row.ID, OrderNumber: row.OrderNumber, Label: 1, Position: *row.Position, Key: label.Key, From: label.From, Bytes: label.Bytes, Format: label.Format, SHA256: label.SHA256,
		})
	}
	if len(job.Labels) == 0 {
		return
	}
	printers := client.TemporalPrinters{Client: w.temporal}
	err := persist(ctx, func() error {
		_, _, err := client.Print(ctx, printers, w.store, job)
		return err
	})
	if err == nil {
		err = w.seeJobOut(ctx, printers, job.ID, codes)
	}
	w.mutex.Lock()
	w.jobs = append(w.jobs, printJob{ID: job.ID, Codes: codes, Ended: err == nil})
	w.mutex.Unlock()
}

// seeJobOut waits until a job is over, and settles what is in doubt by looking at the paper.
func (w *work) seeJobOut(ctx context.Context, printers client.TemporalPrinters, job string, codes map[contract.LabelRef]string) error {
	return persist(ctx, func() error {
		progress, err := printers.Progress(ctx, site, printer)
		if err != nil {
			return err
		}
		queued, waits := lo.Find(progress.Jobs, func(j contract.QueuedJob) bool { return j.Job == job })
		if !waits {
			return nil
		}
		doubts := queued.InDoubt
		if len(doubts) == 0 || !w.printerIsIdle(ctx) {
			return fmt.Errorf("job %s is not over", job)
		}
		out, not := lo.FilterReject(doubts, func(ref contract.LabelRef, _ int) bool { return w.onPaper(codes[ref]) > 0 })
		err = printers.Settle(ctx, site, printer, contract.SettleRequest{Merchant: w.merchant, Job: job, Person: "Ana", CameOut: out, NotOut: not})
		if err != nil {
			return err
		}
		return fmt.Errorf("job %s is not over", job)
	})
}

// printerIsIdle waits a moment, and says whether nothing came out meanwhile.
func (w *work) printerIsIdle(ctx context.Context) bool {
	before := len(w.zebra.Printed())
	return sleep(ctx, time.Second) && len(w.zebra.Printed()) == before
}

// onPaper counts the labels with a code that lie at the printer.
func (s *scene) onPaper(code string) int {
	count := 0
	for _, label := range s.zebra.Printed() {
		if bytes.Contains(label.Data, []byte(code)) {
			count++
		}
	}
	return count
}
