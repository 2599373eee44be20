package run

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/worker"

	printingsteps "github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/labels/raster"
	"github.com/despacho/despacho/printing/devices"
	"github.com/despacho/despacho/printing/prepare"
	"github.com/despacho/despacho/service"
	workflows "github.com/despacho/despacho/workflows/registry"
)

const (
	// mostSteps print at the same time: one for each printer.
	mostSteps = 64
	// workflowSlots is how many workflow tasks run at the same time: they are short.
	workflowSlots = 16
	// heartbeatInterval is how often a running step's heartbeat goes to Temporal.
	heartbeatInterval = 2 * time.Second
	// tellWithin bounds how long news of printed labels are on their way to their run.
	tellWithin = 5 * time.Second
	// stopSlack is how much longer than the drain time the station waits for steps before it ends anyway.
	stopSlack = 5 * time.Second
)

// errBroken marks an end that the station did not ask for.
var errBroken = errors.New("the station broke")

// newEngine starts what draws PDF labels; its compiled code is kept for the next start.
func (p *process) newEngine() *raster.Engine {
	folder := p.settings.cacheFolder()
	if folder == "" {
		return raster.Open("")
	}
	return raster.Open(filepath.Join(folder, "pdfium"))
}

// startPrinters begins to take work from the site's queue. What it returns takes no more work, lets the
// labels under way come out and closes the printers; its error says that steps did not end in time.
func (p *process) startPrinters(ctx context.Context, engine *raster.Engine, fail context.CancelCauseFunc) (stop func(within time.Duration) error, err error) {
	held := &printingsteps.Devices{Open: devices.Open}
	steps := &printingsteps.Printing{
		Store: p.servers.Store, Devices: held, Prepare: prepare.New(engine).Prepare,
		Tell: p.tell, Watch: p, Controls: &p.controls,
		Outbox: &hooks.Outbox{Store: p.servers.Store, Wake: func(ctx context.Context, merchant, webhook string) error {
			return service.WakeWebhook(ctx, p.servers.Temporal, merchant, webhook)
		}},
	}
	var w worker.Worker
	err = service.WhileUnreachable(ctx, p.log, p.settings.StartWait, func() error {
		w = worker.New(p.servers.Temporal, contract.StationTaskQueue(p.settings.Site), worker.Options{
			WorkerStopTimeout: p.settings.Drain, MaxHeartbeatThrottleInterval: heartbeatInterval, Interceptors: workflows.Interceptors(),
			MaxConcurrentActivityExecutionSize: mostSteps, MaxConcurrentWorkflowTaskExecutionSize: workflowSlots,
			OnFatalError: func(err error) { fail(fmt.Errorf("%w: %w", errBroken, err)) },
		})
		workflows.RegisterStation(w)
		w.RegisterActivity(steps)
		return w.Start()
	})
	if err != nil {
		return nil, fmt.Errorf("the station cannot take work: %w", err)
	}
	return func(within time.Duration) error {
		ended := make(chan struct{})
		go func() {
			w.Stop()
			held.Close()
			close(ended)
		}()
		select {
		case <-ended:
			return nil
		case <-time.After(within + stopSlack):
			return fmt.Errorf("labels are still under way after %s", within+stopSlack)
		}
	}, nil
}

// tell gives a run news of its labels. What is lost is found in the log of prints.
func (p *process) tell(ctx context.Context, merchant, run string, news contract.PrintedNews) {
	briefly, cancel := context.WithTimeout(ctx, tellWithin)
	defer cancel()
	if err := (client.TemporalPrinters{Client: p.servers.Temporal}).Tell(briefly, merchant, run, news); err != nil {
		p.log.Warn("a run could not be told of its printed labels", "run", run, "error", err)
	}
}

// Printing hears what happens at the printers of this station, for the page and the metrics.
func (p *process) Printing(ctx context.Context, event printingsteps.Event) {
	p.board.Printing(ctx, event)
	if event.Label != nil {
		p.metrics.observePrint(event.Label.State)
	}
	if event.Status != nil {
		p.metrics.observeStatus(event.Printer, *event.Status)
	}
}

// queues is the printers' workflows as the desk asks them; what somebody wants of a printer reaches its
// step at once.
type queues struct {
	client.TemporalPrinters
	controls *printingsteps.Controls
}

// Control tells the step of this process first, then the workflow.
func (q queues) Control(ctx context.Context, site, printer string, control contract.PrinterControl) error {
	q.controls.Tell(printer, control)
	return q.TemporalPrinters.Control(ctx, site, printer, control)
}
