package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/service/tracing"
	"github.com/despacho/despacho/service/wholefile"
	"github.com/despacho/despacho/storage"
	worker "github.com/despacho/despacho/worker/run"
)

const (
	// filesParallel is how many steps on files the worker takes at a time: this machine does nothing else.
	filesParallel = 4
	// drainWithin is short: steps that are cut off are done again by the next start.
	drainWithin = time.Second
)

// partnersHosts are where partners' webhooks may be, besides the internet: on this machine.
var partnersHosts = []string{"localhost"}

// workbench is what a run works with: Temporal, the label store, a worker, and a packing table in this process.
type workbench struct {
	running  *stack.Stack
	from     *hub
	logs     *os.File
	temporal sdk.Client
	tracing  *tracing.Tracing // nil unless the OTEL_* variables ask for traces
	endTrace func()
	objects  *http.Transport // connections to the S3 server
	store    *storage.Store

	begun      time.Time
	metrics    string // host:port of the worker's metrics
	worker     chan error
	stopWorker context.CancelFunc

	webhooks      string // where the hub's notifications are heard
	gatewayHealth string // host:port of the gateway's metrics
	gateway       chan error
	stopGateway   context.CancelFunc

	table *table // nil where nobody packs
}

// startWorkbench connects to the stack, prepares it, connects the account, and starts a worker, a
// gateway and a packing table in this process.
func startWorkbench(ctx context.Context, given *flags, running *stack.Stack, from *hub, out io.Writer) (*workbench, error) {
	w := &workbench{
		running: running, from: from, begun: time.Now(),
		objects: http.DefaultTransport.(*http.Transport).Clone(), worker: make(chan error, 1), gateway: make(chan error, 1),
	}
	w.objects.MaxIdleConnsPerHost = 64
	if err := w.start(ctx, given, out); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *workbench) start(ctx context.Context, given *flags, out io.Writer) error {
	logger, err := w.open(ctx)
	if err != nil {
		return err
	}
	if _, err := w.store.EnsureBucket(ctx); err != nil {
		return err
	}
	if err := w.connect(ctx, out); err != nil {
		return err
	}
	if err := w.startWorker(ctx, logger); err != nil {
		return err
	}
	if err := w.startGateway(ctx, given.Gateway, logger); err != nil {
		return err
	}
	if !given.RunOnly {
		if err := w.startTable(ctx, given, logger); err != nil {
			return err
		}
	}
	return writeSettings(given.Env, w.settings())
}

// open connects to Temporal and the label store.
func (w *workbench) open(ctx context.Context) (logger *slog.Logger, err error) {
	if err := wholefile.OwnFile(filepath.Join(w.running.Dir, "worker.log")); err != nil {
		return nil, err
	}
	if w.logs, err = os.OpenFile(filepath.Join(w.running.Dir, "worker.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return nil, err
	}
	logger = slog.New(tracing.LogHandler(slog.NewJSONHandler(w.logs, nil)))
	if w.tracing, w.endTrace, err = tracing.Begin(ctx, nil, "demo", logger); err != nil {
		return nil, err
	}
	w.temporal, err = sdk.DialContext(ctx, sdk.Options{
		HostPort: w.running.TemporalAddress, Namespace: w.running.Namespace, Logger: log.NewStructuredLogger(logger),
		Interceptors: w.tracing.Interceptors(),
	})
	if err != nil {
		return nil, fmt.Errorf("connect to Temporal: %w", err)
	}
	if _, err := client.Prepare(ctx, w.temporal, w.running.Namespace); err != nil {
		return nil, err
	}
	w.store, err = storage.Open(ctx, storage.Config{Bucket: w.running.Bucket, AWS: &aws.Config{
		Region: stack.Region, BaseEndpoint: aws.String(w.running.S3Endpoint),
		Credentials: credentials.NewStaticCredentialsProvider(w.running.AccessKey, w.running.SecretKey, ""),
		HTTPClient:  &http.Client{Transport: w.objects},
	}})
	return logger, err
}

func (w *workbench) startWorker(ctx context.Context, logger *slog.Logger) error {
	settings := worker.DefaultSettings()
	settings.Hub = w.from.url
	if w.from.app.known() {
		settings.ClientID, settings.ClientSecret = w.from.app.id, worker.Secret(w.from.app.secret)
		settings.AccountsKeyFile = w.keyFile()
	} else {
		settings.Merchant, settings.Token = w.from.merchant, worker.Secret(w.from.token)
	}
	settings.HubSpeed, settings.DownloadHosts = w.from.speed, w.from.downloadHosts
	settings.PartnersWebhookHosts = partnersHosts
	settings.Bucket, settings.FilesParallel, settings.Listen = w.running.Bucket, filesParallel, "127.0.0.1:0"
	settings.Drain = drainWithin
	var working context.Context
	working, w.stopWorker = context.WithCancel(context.WithoutCancel(ctx))
	ready := make(chan string, 1)
	go func() {
		w.worker <- worker.Run(working, settings, worker.Options{
			Temporal: w.temporal, Namespace: w.running.Namespace, Store: w.store, Tracing: w.tracing, Log: logger, IntakesByHand: true,
			Ready: func(address string) { ready <- address },
		})
	}()
	select {
	case w.metrics = <-ready:
		return nil
	case err := <-w.worker:
		w.stopWorker = nil
		return fmt.Errorf("the worker did not start: %w", err)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (w *workbench) close() {
	if w.table != nil {
		w.table.close()
	}
	if w.stopGateway != nil {
		w.stopGateway()
		<-w.gateway
	}
	if w.stopWorker != nil {
		w.stopWorker()
		<-w.worker
	}
	if w.temporal != nil {
		w.temporal.Close()
	}
	if w.endTrace != nil {
		w.endTrace()
	}
	w.objects.CloseIdleConnections()
	if w.logs != nil {
		_ = w.logs.Close()
	}
}
