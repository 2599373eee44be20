package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/grpc"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/deploy/local/bench/tally"
	"github.com/despacho/despacho/deploy/local/merchants"
	"github.com/despacho/despacho/deploy/local/stack"
	gateway "github.com/despacho/despacho/gateway/run"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// lookEvery is how often something that goes on is asked how far it is.
const lookEvery = 200 * time.Millisecond

// loopback are the addresses of this machine, from which webhooks come here.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// scene is a deployment: Temporal, S3, a gateway, a worker that comes and goes, and a hub with
// one or more merchants.
type scene struct {
	running  *stack.Stack
	temporal sdk.Client
	objects  *http.Transport
	store    *storage.Store
	hubs     sandbox.Merchants
	hub      string // URL
	speed    float64
	keys     string // file
	log      *slog.Logger
	tally    *tally.Tally
	// onlooker is a client whose questions are not counted.
	onlooker sdk.Client

	webhooks   string // where the gateway hears
	apart      bool   // the worker has a process of its own
	pollEvery  time.Duration
	process    *workerProcess
	stopWorker func() error
	stops      []func() error
}

// open starts everything but the worker, in a folder of its own.
func open(ctx context.Context, dir string, speed float64, worlds ...sandbox.Options) (*scene, error) {
	s := &scene{speed: speed, tally: tally.New(), log: slog.New(slog.DiscardHandler), objects: http.DefaultTransport.(*http.Transport).Clone()}
	s.objects.MaxIdleConnsPerHost = 64
	for _, start := range []func() error{
		func() error { return s.startStack(ctx, dir) },
		func() error { return s.startHub(worlds) },
		s.makeKeys,
		func() error { return s.startGateway(ctx) },
	} {
		if err := start(); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	return s, nil
}

func (s *scene) startStack(ctx context.Context, dir string) (err error) {
	if s.running, err = stack.Start(ctx, s.stackOptions(dir)); err != nil {
		return err
	}
	s.stops = append(s.stops, func() error { s.running.Stop(); return nil })
	if err = s.connectServers(ctx); err != nil {
		return err
	}
	if _, err := client.Prepare(ctx, s.temporal, s.running.Namespace); err != nil {
		return err
	}
	_, err = s.store.EnsureBucket(ctx)
	return err
}

// stackOptions are a stack whose frontend is counted at, where anything is counted.
func (s *scene) stackOptions(dir string) stack.Options {
	options := stack.Options{Dir: dir, Namespace: "default"}
	if s.tally != nil {
		options.Frontend = []grpc.UnaryServerInterceptor{s.tally.Temporal(options.Namespace)}
	}
	return options
}

// connectServers opens the clients of a stack that is up.
func (s *scene) connectServers(ctx context.Context) (err error) {
	options := sdk.Options{HostPort: s.running.TemporalAddress, Namespace: s.running.Namespace, Logger: log.NewStructuredLogger(s.log)}
	if s.temporal, err = sdk.DialContext(ctx, options); err != nil {
		return err
	}
	s.stops = append(s.stops, func() error { s.temporal.Close(); s.objects.CloseIdleConnections(); return nil })
	options.HeadersProvider = tally.Onlooker{}
	if s.onlooker, err = sdk.DialContext(ctx, options); err != nil {
		return err
	}
	s.stops = append(s.stops, func() error { s.onlooker.Close(); return nil })
	s.store, err = openStore(ctx, s.running, s.objects)
	return err
}

func openStore(ctx context.Context, running *stack.Stack, transport http.RoundTripper) (*storage.Store, error) {
	return storage.Open(ctx, storage.Config{Bucket: running.Bucket, AWS: &aws.Config{
		Region: stack.Region, BaseEndpoint: aws.String(running.S3Endpoint),
		Credentials: credentials.NewStaticCredentialsProvider(running.AccessKey, running.SecretKey, ""),
		HTTPClient:  &http.Client{Transport: transport},
	}})
}

func (s *scene) startHub(worlds []sandbox.Options) error {
	for _, world := range worlds {
		world.Speed = s.speed
		if len(s.hubs) > 0 { // one application for all merchants
			world.ClientID, world.ClientSecret = s.hubs[0].ClientID(), s.hubs[0].ClientSecret()
		}
		hub, err := sandbox.New(world)
		if err != nil {
			return err
		}
		s.hubs = append(s.hubs, hub)
		s.stops = append(s.stops, hub.Close)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s.hubs, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	s.stops = append(s.stops, server.Close)
	s.hub = "http://" + listener.Addr().String()
	return nil
}

func (s *scene) makeKeys() error {
	s.keys = filepath.Join(s.running.Dir, "accounts-key.json")
	return s.application().MakeKeys()
}

// application is the one of all merchants.
func (s *scene) application() merchants.Application {
	return merchants.Application{
		Hub: s.hub, ID: s.hubs[0].ClientID(), Secret: s.hubs[0].ClientSecret(), Speed: s.speed, DownloadHosts: []string{"127.0.0.1"}, KeyFile: s.keys, Store: s.store,
	}
}

func (s *scene) startGateway(ctx context.Context) error {
	settings := gateway.DefaultSettings()
	settings.Listen, settings.Health, settings.Drain, settings.Bucket = "127.0.0.1:0", "127.0.0.1:0", time.Second, s.running.Bucket
	hearing, end := context.WithCancel(context.WithoutCancel(ctx))
	ready, ended := make(chan gateway.Addresses, 1), make(chan error, 1)
	go func() {
		ended <- gateway.Run(hearing, settings, gateway.Options{
			Temporal: s.temporal, Namespace: s.running.Namespace, Store: s.counted("gateway"), Sources: loopback, Log: s.log,
			Ready: func(at gateway.Addresses) { ready <- at },
		})
	}()
	select {
	case at := <-ready:
		s.webhooks = "http://" + at.Webhooks + gateway.Path
		s.stops = append(s.stops, func() error { end(); return <-ended })
		return nil
	case err := <-ended:
		end()
		return fmt.Errorf("the gateway did not start: %w", err)
	}
}

// counted is the store of a part of the deployment, whose requests are counted.
func (s *scene) counted(who string) *storage.Store {
	if s.tally == nil {
		return s.store
	}
	return s.store.Observed(s.tally.Store(who))
}

// rest takes the worker away.
func (s *scene) rest() error {
	if s.stopWorker == nil {
		return nil
	}
	stop := s.stopWorker
	s.stopWorker, s.process = nil, nil
	return stop()
}

// connect connects a merchant, as `starter connect --code` does.
func (s *scene) connect(ctx context.Context, hub *sandbox.Hub) error {
	if err := s.connectUntold(ctx, hub); err != nil {
		return err
	}
	return client.TemporalKeeping{Client: s.temporal}.Connected(ctx, hub.Merchant())
}

// connectUntold connects a merchant of whom Temporal is not told: a worker finds its account.
func (s *scene) connectUntold(ctx context.Context, hub *sandbox.Hub) error {
	code, err := hub.NewCode()
	if err != nil {
		return err
	}
	_, err = s.application().ConnectWithCode(ctx, hub.Merchant(), code)
	return err
}

// close ends everything, what was started last first.
func (s *scene) close() error {
	err := s.rest()
	for i := len(s.stops) - 1; i >= 0; i-- {
		err = errors.Join(err, s.stops[i]())
	}
	if err != nil {
		return fmt.Errorf("the deployment did not end cleanly: %w", err)
	}
	return nil
}

// until asks again and again, until it is so or ctx ends.
func until(ctx context.Context, what string, so func() (bool, error)) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		yes, err := so()
		if yes || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, context.Cause(ctx))
		case <-ticker.C:
		}
	}
}
