package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/despacho/despacho/deploy/local/stack"
	starter "github.com/despacho/despacho/starter/run"
	"github.com/despacho/despacho/storage"
	worker "github.com/despacho/despacho/worker/run"
)

const (
	// filesParallel is how many steps on files the worker takes at a time: this machine does nothing else.
	filesParallel = 4
	// drainWithin is short: steps that are cut off are done again by the next start.
	drainWithin = time.Second
)

// workbench is what a run works with: Temporal, the label store and a worker in this process.
type workbench struct {
	running  *stack.Stack
	from     *hub
	logs     *os.File
	temporal client.Client
	objects  *http.Transport // connections to the S3 server
	store    *storage.Store

	begun      time.Time
	metrics    string // host:port of the worker's metrics
	worker     chan error
	stopWorker context.CancelFunc
}

// startWorkbench connects to the stack, prepares it and starts a worker in this process.
func startWorkbench(ctx context.Context, running *stack.Stack, from *hub) (*workbench, error) {
	w := &workbench{
		running: running, from: from, begun: time.Now(),
		objects: http.DefaultTransport.(*http.Transport).Clone(), worker: make(chan error, 1),
	}
	w.objects.MaxIdleConnsPerHost = 64
	if err := w.start(ctx); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *workbench) start(ctx context.Context) (err error) {
	if w.logs, err = os.OpenFile(filepath.Join(w.running.Dir, "worker.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	logger := slog.New(slog.NewJSONHandler(w.logs, nil))
	w.temporal, err = client.DialContext(ctx, client.Options{
		HostPort: w.running.TemporalAddress, Namespace: w.running.Namespace, Logger: log.NewStructuredLogger(logger),
	})
	if err != nil {
		return fmt.Errorf("connect to Temporal: %w", err)
	}
	if _, err := starter.Prepare(ctx, w.temporal, w.running.Namespace); err != nil {
		return err
	}
	w.store, err = storage.Open(ctx, storage.Config{Bucket: w.running.Bucket, AWS: &aws.Config{
		Region: stack.Region, BaseEndpoint: aws.String(w.running.S3Endpoint),
		Credentials: credentials.NewStaticCredentialsProvider(w.running.AccessKey, w.running.SecretKey, ""),
		HTTPClient:  &http.Client{Transport: w.objects},
	}})
	if err != nil {
		return err
	}
	return w.startWorker(ctx, logger)
}

func (w *workbench) startWorker(ctx context.Context, logger *slog.Logger) error {
	settings := worker.DefaultSettings()
	settings.Hub, settings.Merchant, settings.Token = w.from.url, w.from.merchant, worker.Secret(w.from.token)
	settings.HubSpeed, settings.DownloadHosts = w.from.speed, w.from.downloadHosts
	settings.Bucket, settings.FilesParallel, settings.Listen = w.running.Bucket, filesParallel, "127.0.0.1:0"
	settings.Drain = drainWithin
	var working context.Context
	working, w.stopWorker = context.WithCancel(context.WithoutCancel(ctx))
	ready := make(chan string, 1)
	go func() {
		w.worker <- worker.Run(working, settings, worker.Options{
			Temporal: w.temporal, Namespace: w.running.Namespace, Store: w.store, Log: logger,
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
	if w.stopWorker != nil {
		w.stopWorker()
		<-w.worker
	}
	if w.temporal != nil {
		w.temporal.Close()
	}
	w.objects.CloseIdleConnections()
	if w.logs != nil {
		_ = w.logs.Close()
	}
}
