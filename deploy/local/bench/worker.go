package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/deploy/local/bench/tally"
	"github.com/despacho/despacho/deploy/local/stack"
	worker "github.com/despacho/despacho/worker/run"
)

// workerOrder is what a worker needs to know; a process of its own reads it from its standard input.
type workerOrder struct {
	Hub, ClientID, ClientSecret, Keys string
	Speed                             float64
	PollEvery                         time.Duration
	Stack                             *stack.Stack
}

func (s *scene) workerOrder() workerOrder {
	return workerOrder{Hub: s.hub, ClientID: s.hubs[0].ClientID(), ClientSecret: s.hubs[0].ClientSecret(), Keys: s.keys, Speed: s.speed, PollEvery: s.pollEvery, Stack: s.running}
}

func (o workerOrder) settings() worker.Settings {
	settings := worker.DefaultSettings()
	settings.Hub, settings.HubSpeed, settings.DownloadHosts = o.Hub, o.Speed, []string{"127.0.0.1"}
	settings.ClientID, settings.ClientSecret, settings.AccountsKeyFile = o.ClientID, worker.Secret(o.ClientSecret), o.Keys
	settings.PollEvery = cmp.Or(o.PollEvery, settings.PollEvery)
	settings.Bucket, settings.FilesParallel, settings.Listen, settings.Drain = o.Stack.Bucket, 4, "127.0.0.1:0", time.Second
	return settings
}

// work starts a worker for every connected merchant.
func (s *scene) work(ctx context.Context) error {
	if s.apart {
		return s.workApart()
	}
	working, end := context.WithCancel(context.WithoutCancel(ctx))
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- worker.Run(working, s.workerOrder().settings(), worker.Options{
			Temporal: s.temporal, Namespace: s.running.Namespace, Store: s.counted("worker"), Log: s.log,
			Ready: func(address string) { ready <- address },
		})
	}()
	select {
	case <-ready:
		s.stopWorker = func() error { end(); return <-ended }
		return nil
	case err := <-ended:
		end()
		return fmt.Errorf("the worker did not start: %w", err)
	}
}

// asWorker in the environment makes this program a worker and nothing else.
const asWorker = "DESPACHO_BENCH_WORKER"

// workerProcess is a worker in a process of its own, which says on demand what it has counted.
type workerProcess struct {
	mu      sync.Mutex
	command *exec.Cmd
	asks    io.WriteCloser
	answers *bufio.Scanner
}

// workerReport is what a worker's process says when it is asked.
type workerReport struct {
	Figures tally.Figures `json:"figures"`
	// PeakKB is the most memory of its own that the process had, the program itself not counted.
	PeakKB int64 `json:"peak_kb"`
}

func (s *scene) workApart() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	p := &workerProcess{command: exec.Command(program)}
	p.command.Env, p.command.Stderr = append(os.Environ(), asWorker+"=yes"), os.Stderr
	if p.asks, err = p.command.StdinPipe(); err != nil {
		return err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return err
	}
	p.answers = bufio.NewScanner(out)
	p.answers.Buffer(nil, 1<<20)
	if err := p.command.Start(); err != nil {
		return err
	}
	s.process, s.stopWorker = p, func() error { return errors.Join(p.asks.Close(), p.command.Wait()) }
	if err := json.NewEncoder(p.asks).Encode(s.workerOrder()); err != nil {
		return err
	}
	_, err = p.report()
	return err
}

// report asks the process what it has counted; the first answer comes when it takes work.
func (p *workerProcess) report() (report workerReport, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := io.WriteString(p.asks, "\n"); err != nil {
		return report, err
	}
	if !p.answers.Scan() {
		return report, errors.Join(errors.New("the worker's process has ended"), p.answers.Err())
	}
	return report, json.Unmarshal(p.answers.Bytes(), &report)
}

// figures are what was counted so far, also in the worker's own process, and the most memory that it had, in MB.
func (s *scene) figures() (figures tally.Figures, megabytes float64, err error) {
	figures = s.tally.Figures()
	if s.process == nil {
		return figures, 0, nil
	}
	report, err := s.process.report()
	return figures.And(report.Figures), float64(report.PeakKB) / 1024, err
}

// serveAsWorker works until its standard input ends; each line is answered with a report.
func serveAsWorker(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	var order workerOrder
	first, err := lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	if err := json.Unmarshal(first, &order); err != nil {
		return err
	}
	ctx, end := context.WithCancel(context.Background())
	defer end()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	store, err := openStore(ctx, order.Stack, transport)
	if err != nil {
		return err
	}
	temporal, err := sdk.DialContext(ctx, sdk.Options{HostPort: order.Stack.TemporalAddress, Namespace: order.Stack.Namespace, Logger: discarded{}})
	if err != nil {
		return err
	}
	defer temporal.Close()
	var peak atomic.Int64
	go watchMemory(ctx, &peak)
	counts, ready, ended := tally.New(), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- worker.Run(ctx, order.settings(), worker.Options{
			Temporal: temporal, Namespace: order.Stack.Namespace, Store: store.Observed(counts.Store("worker")),
			Log: slog.New(slog.DiscardHandler), Ready: func(string) { close(ready) },
		})
	}()
	select {
	case <-ready:
	case err := <-ended:
		return fmt.Errorf("the worker did not start: %w", err)
	}
	for {
		if _, err := lines.ReadBytes('\n'); err != nil {
			end()
			return <-ended
		}
		if err := json.NewEncoder(out).Encode(workerReport{Figures: counts.Figures(), PeakKB: peak.Load()}); err != nil {
			return err
		}
	}
}
