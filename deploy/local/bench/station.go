package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/samber/lo"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/devices"
	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/prepare"
	"github.com/despacho/despacho/storage"
	workflows "github.com/despacho/despacho/workflows/registry"
)

const (
	printSite     = "bodega"
	printPrinter  = "zebra-1"
	printMerchant = "m-printing"
)

// warehouse is a site: a printer, and stations that work for it, on a stack of its own.
type warehouse struct {
	*scene
	zebra *fakezebra.Printer
	jobs  int
}

// openWarehouse starts Temporal, S3 and a fake Zebra, and no station.
func openWarehouse(ctx context.Context, dir string, perLabel time.Duration) (*warehouse, error) {
	w := &warehouse{scene: &scene{log: slog.New(slog.DiscardHandler), objects: http.DefaultTransport.(*http.Transport).Clone()}}
	w.objects.MaxIdleConnsPerHost = 64
	err := w.startStack(ctx, dir)
	if err == nil {
		w.zebra, err = fakezebra.Start(fakezebra.Options{Modes: fakezebra.Modes{PerLabel: perLabel, OneConnection: true}})
	}
	if err == nil {
		w.stops = append(w.stops, w.zebra.Close)
		err = w.store.Put(ctx, storage.Printer(printSite, printPrinter), printers.Printer{
			Name: printPrinter, Kind: printers.Raw, Address: w.zebra.Address(), DPI: 203, Stock: "as-is",
		})
	}
	if err != nil {
		_ = w.close()
		return nil, err
	}
	return w, nil
}

// station is a process's worth of steps at the printers of the site.
type station struct {
	worker   worker.Worker
	temporal sdk.Client
	steps    *printing.Printing
}

// startStation starts a station with a Temporal client of its own.
func (w *warehouse) startStation(ctx context.Context) (*station, error) {
	temporal, err := sdk.DialContext(ctx, sdk.Options{HostPort: w.running.TemporalAddress, Namespace: w.running.Namespace, Logger: discarded{}})
	if err != nil {
		return nil, err
	}
	s := &station{temporal: temporal, steps: &printing.Printing{
		Store: w.store, Devices: &printing.Devices{Open: devices.Open}, Controls: &printing.Controls{}, Prepare: prepare.New(nil).Prepare,
	}}
	queues := client.TemporalPrinters{Client: temporal}
	s.steps.Report = func(ctx context.Context, site, printer, condition string) {
		_ = queues.Report(ctx, site, printer, condition)
	}
	s.steps.Tell = func(ctx context.Context, merchant, run string, news contract.PrintedNews) {
		_ = queues.Tell(ctx, merchant, run, news)
	}
	s.worker = worker.New(temporal, contract.StationTaskQueue(printSite), worker.Options{
		Interceptors: workflows.Interceptors(), MaxHeartbeatThrottleInterval: 2 * time.Second, WorkerStopTimeout: 5 * time.Second,
	})
	workflows.RegisterStation(s.worker)
	s.worker.RegisterActivity(s.steps)
	return s, s.worker.Start()
}

func (s *station) stop() {
	s.worker.Stop()
	s.steps.Devices.Close()
	s.temporal.Close()
}

// labels stores labels of orders and returns them as a manifest has them.
func (w *warehouse) labels(ctx context.Context, orders ...string) ([]contract.JobLabel, error) {
	var all []contract.JobLabel
	for i, order := range orders {
		data := []byte("^XA^PW812^LL1218^FO50,50^A0N,40,40^FD" + order + "^FS^XZ")
		file, err := w.store.PutBytes(ctx, storage.LabelPrefix(printMerchant, "c1"), ".zpl", "application/vnd.zebra-zpl", data)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		all = append(all, contract.JobLabel{Run: "tanda-1", Order: order, Label: 1, Position: i + 1, Key: file.Key, Format: "zpl", SHA256: hex.EncodeToString(sum[:])})
	}
	return all, nil
}

// ask puts labels into the printer's queue.
func (w *warehouse) ask(ctx context.Context, labels []contract.JobLabel) (contract.PrintJob, error) {
	w.jobs++
	job := contract.PrintJob{
		ID: fmt.Sprintf("job-%d", w.jobs), Merchant: printMerchant, Site: printSite, Printer: printPrinter, Person: "Ana", At: time.Now(), Labels: labels,
	}
	job, _, err := client.Print(ctx, w.queues(), w.store, job)
	return job, err
}

func (w *warehouse) queues() client.TemporalPrinters {
	return client.TemporalPrinters{Client: w.temporal}
}

var orderOnLabel = regexp.MustCompile(`\^FD(o[0-9]+)\^FS`)

// printed are the orders whose labels came out, in order.
func (w *warehouse) printed() []string {
	return lo.FilterMap(w.zebra.Printed(), func(l fakezebra.Label, _ int) (string, bool) {
		found := orderOnLabel.FindSubmatch(l.Data)
		if found == nil {
			return "", false
		}
		return string(found[1]), true
	})
}

func orderNames(from, to int) []string {
	return lo.Map(lo.RangeFrom(from, to-from+1), func(n, _ int) string { return fmt.Sprintf("o%04d", n) })
}

// untilIdle waits until the queue is empty and returns what the last look at it said.
func (w *warehouse) untilIdle(ctx context.Context) error {
	return until(ctx, "the queue is empty", func() (bool, error) {
		progress, err := w.queues().Progress(ctx, printSite, printPrinter)
		return err == nil && len(progress.Jobs) == 0, nil
	})
}

// discarded is a log of Temporal's that goes nowhere.
type discarded struct{}

func (discarded) Debug(string, ...any) {}
func (discarded) Info(string, ...any)  {}
func (discarded) Warn(string, ...any)  {}
func (discarded) Error(string, ...any) {}
