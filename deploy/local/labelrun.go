package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/deploy/local/stack"
	starter "github.com/despacho/despacho/starter/run"
	"github.com/despacho/despacho/storage"
	worker "github.com/despacho/despacho/worker/run"
	"github.com/despacho/despacho/workflows"
)

const (
	// progressEvery is how often the run is asked how far it is.
	progressEvery = 500 * time.Millisecond
	// filesParallel is how many steps on files the worker takes at a time: this machine does nothing else.
	filesParallel = 4
)

// bench is what a run works with: Temporal, the label store and a worker in this process.
type bench struct {
	given    *flags
	running  *stack.Stack
	from     *hub
	temporal client.Client
	store    *storage.Store
	worker   chan error
	stop     context.CancelFunc
}

// startBench connects to the stack, prepares it and starts a worker in this process.
func startBench(ctx context.Context, given *flags, running *stack.Stack, from *hub) (*bench, error) {
	logs, err := os.OpenFile(filepath.Join(running.Dir, "worker.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	logger := slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelInfo}))
	b := &bench{given: given, running: running, from: from, worker: make(chan error, 1)}
	b.temporal, err = client.DialContext(ctx, client.Options{
		HostPort: running.TemporalAddress, Namespace: running.Namespace, Logger: log.NewStructuredLogger(logger),
	})
	if err != nil {
		return nil, err
	}
	if _, err := starter.Prepare(ctx, b.temporal, running.Namespace); err != nil {
		return nil, err
	}
	b.store, err = storage.Open(ctx, storage.Config{Bucket: running.Bucket, AWS: &aws.Config{
		Region: stack.Region, BaseEndpoint: aws.String(running.S3Endpoint),
		Credentials: credentials.NewStaticCredentialsProvider(running.AccessKey, running.SecretKey, ""),
	}})
	if err != nil {
		return nil, err
	}
	if _, err := b.store.EnsureBucket(ctx); err != nil {
		return nil, err
	}
	return b, b.startWorker(ctx, logger)
}

func (b *bench) startWorker(ctx context.Context, logger *slog.Logger) error {
	settings := worker.DefaultSettings()
	settings.Hub, settings.Merchant, settings.Token = b.from.url, b.from.merchant, worker.Secret(b.from.token)
	settings.HubSpeed, settings.DownloadHosts = b.from.speed, b.from.downloadHosts
	settings.Bucket, settings.FilesParallel, settings.Listen = b.running.Bucket, filesParallel, "127.0.0.1:0"
	settings.Drain = 5 * time.Second
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	b.stop = stop
	ready := make(chan string, 1)
	go func() {
		b.worker <- worker.Run(working, settings, worker.Options{
			Temporal: b.temporal, Namespace: b.running.Namespace, Store: b.store, Log: logger,
			Ready: func(address string) { ready <- address },
		})
	}()
	select {
	case <-ready:
		return nil
	case err := <-b.worker:
		return fmt.Errorf("the worker did not start: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *bench) close() {
	b.stop()
	<-b.worker
	b.temporal.Close()
}

// labelRun goes on with the run that the data folder holds open, else starts
// one, and shows how it gets on until it ends.
func (b *bench) labelRun(ctx context.Context, out io.Writer) (books.Result, error) {
	runs := starter.TemporalRuns{Client: b.temporal}
	id, err := b.openRun(ctx, runs)
	if err != nil {
		return books.Result{}, err
	}
	if id != "" {
		fmt.Fprintf(out, "Going on with the open run %s\n", id)
	} else if id, err = b.newRun(ctx, runs); err != nil {
		return books.Result{}, err
	}
	fmt.Fprintf(out, "Watch it: %s/namespaces/%s/workflows/%s\n\n", b.running.UIURL, b.running.Namespace, pathEscape(id))
	return starter.Follow(ctx, runs, id, starter.NewProgress(out), progressEvery)
}

// remembered is the run that this program started last in a data folder.
type remembered struct {
	WorkflowID string `json:"workflow_id"`
}

func (b *bench) rememberedPath() string { return filepath.Join(b.running.Dir, "run.json") }

// openRun returns the workflow id of the run that is still open; empty when there is none.
func (b *bench) openRun(ctx context.Context, runs starter.TemporalRuns) (string, error) {
	var last remembered
	data, err := os.ReadFile(b.rememberedPath())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(data, &last); err != nil {
		return "", fmt.Errorf("%s: %w", b.rememberedPath(), err)
	}
	description, err := runs.Describe(ctx, last.WorkflowID)
	if errors.Is(err, starter.ErrNoRun) || err == nil && !description.Open() {
		return "", nil
	}
	return last.WorkflowID, err
}

// newRun starts a run over all that waits. Its name is written down first, so
// that a process that dies here finds the run again.
func (b *bench) newRun(ctx context.Context, runs starter.TemporalRuns) (string, error) {
	key := starter.NewKey(time.Now())
	data, err := json.Marshal(remembered{WorkflowID: workflows.RunID(b.from.merchant, key)})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(b.rememberedPath(), data, 0o600); err != nil {
		return "", err
	}
	started, err := starter.Start(ctx, runs, b.store, key, workflows.LabelRunInput{Merchant: b.from.merchant, Max: -1})
	return started.WorkflowID, err
}
