package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/storage"
)

const (
	// hubSpeed is how many times as fast as ours the hub's clock runs.
	hubSpeed  = 300
	bucket    = "despacho"
	namespace = "default"
	// upWithin bounds how long a deployment may take to be up, on a machine that has much else to do.
	upWithin = 3 * time.Minute
)

// scene is a deployment of processes, with a link between each two that talk. What drives and judges it
// talks to the servers directly.
type scene struct {
	dir       string
	programs  string
	parts     map[string]*part
	links     map[string]*link
	addresses map[string]string // of the servers and the programs' health pages
	keys      stackKeys
	merchants []application
	zebra     *fakezebra.Printer

	temporal sdk.Client
	store    *storage.Store

	keeping sync.WaitGroup
	stop    context.CancelFunc
}

// stackKeys are what the S3 server's folder holds.
type stackKeys struct {
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
}

// openScene starts everything in a folder, connects the merchants and waits until all is up.
func openScene(ctx context.Context, dir, programs string, seed uint64, merchantCount, orders int) (s *scene, err error) {
	s = &scene{dir: dir, programs: programs, parts: map[string]*part{}, links: map[string]*link{}, addresses: map[string]string{}}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o700); err != nil {
		return s, err
	}
	if err := s.chooseAddresses(); err != nil {
		return s, err
	}
	if s.zebra, err = fakezebra.Start(fakezebra.Options{Modes: fakezebra.Modes{PerLabel: 30 * time.Millisecond}}); err != nil {
		return s, err
	}
	if err := s.openLinks(seed); err != nil {
		return s, err
	}
	var keeping context.Context
	keeping, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	bounded, cancel := context.WithTimeout(ctx, upWithin)
	defer cancel()
	for _, step := range []func() error{
		func() error { return s.startServers(bounded, keeping, seed, merchantCount, orders) },
		func() error { return s.connectServers(bounded) },
		func() error { return s.connectMerchants(bounded) },
		func() error { return s.startPrograms(bounded, keeping) },
	} {
		if err := step(); err != nil {
			return s, fmt.Errorf("start the deployment in %s: %w", dir, err)
		}
	}
	return s, nil
}

// chooseAddresses takes ports that systems do not give to outgoing connections: a part that is started again
// must find its own free.
func (s *scene) chooseAddresses() error {
	taken := map[int]bool{}
	for _, name := range slices.Concat(parts(), []string{webhooksOf("gateway-1"), webhooksOf("gateway-2")}) {
		for tries := 0; s.addresses[name] == ""; tries++ {
			port := 15_000 + rand.IntN(17_000)
			listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
			if err == nil && !taken[port] {
				taken[port], s.addresses[name] = true, listener.Addr().String()
			}
			if err == nil {
				_ = listener.Close()
			}
			if tries > 200 {
				return fmt.Errorf("find a free port for %s: %w", name, err)
			}
		}
	}
	return nil
}

// openLinks opens a way from each part to each that it talks with.
func (s *scene) openLinks(seed uint64) error {
	for _, name := range parts() {
		s.parts[name] = newPart(s.dir, name, nil)
	}
	for _, name := range links() {
		from, to, _ := strings.Cut(name, ">")
		var l *link
		var err error
		switch {
		case isHTTP(name):
			l, err = serve(name, s.addresses[to], s.parts[from].points, seed)
		case to == "gateways":
			l, err = carry(name, s.addresses[webhooksOf("gateway-1")], s.addresses[webhooksOf("gateway-2")])
		case to == "printer":
			l, err = carry(name, s.zebra.Address())
		default:
			l, err = carry(name, s.addresses[to])
		}
		if err != nil {
			return err
		}
		s.links[name] = l
	}
	return nil
}

// webhooksOf names the address at which a gateway hears, beside that of its health page.
func webhooksOf(gateway string) string { return gateway + " webhooks" }

func (s *scene) startServers(ctx, keeping context.Context, seed uint64, merchantCount, orders int) error {
	for _, name := range servers() {
		options := serverOptions{Name: name, Dir: filepath.Join(s.dir, name), Address: s.addresses[name]}
		if name == "hub" {
			options.Seed, options.Merchants, options.Orders, options.Speed = int64(seed*100), merchantCount, orders, hubSpeed
			options.Webhooks = "http://" + s.links["hub>gateways"].address + "/webhooks/multivende"
		}
		if err := s.startServer(keeping, options); err != nil {
			return err
		}
	}
	for name, page := range map[string]string{"s3": "/-health", "hub": "/chaos/merchants"} {
		if err := awaitPage(ctx, "http://"+s.addresses[name]+page); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	content, err := os.ReadFile(filepath.Join(s.dir, "s3", "stack.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, &s.keys); err != nil {
		return err
	}
	return s.callHub(ctx, http.MethodGet, "/chaos/merchants", "", &s.merchants)
}

func (s *scene) startServer(keeping context.Context, options serverOptions) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	content, err := json.Marshal(options)
	if err != nil {
		return err
	}
	s.keep(keeping, options.Name, func() *exec.Cmd {
		command := exec.Command(program)
		command.Env = append(os.Environ(), serverVariable+"="+string(content))
		return command
	})
	return nil
}

func (s *scene) keep(keeping context.Context, name string, command func() *exec.Cmd) {
	s.parts[name].command = command
	s.keeping.Go(func() { s.parts[name].keep(keeping) })
}

// connectServers opens the clients of what drives and judges.
func (s *scene) connectServers(ctx context.Context) (err error) {
	silent := slog.New(slog.DiscardHandler)
	if s.temporal, err = sdk.NewLazyClient(sdk.Options{HostPort: s.addresses["temporal"], Namespace: namespace, Logger: log.NewStructuredLogger(silent)}); err != nil {
		return err
	}
	err = persist(ctx, func() error {
		_, err := client.Prepare(ctx, s.temporal, namespace)
		return err
	})
	if err != nil {
		return err
	}
	s.store, err = storage.Open(ctx, storage.Config{Bucket: bucket, AWS: &aws.Config{
		Region: stack.Region, BaseEndpoint: aws.String("http://" + s.addresses["s3"]),
		Credentials: credentials.NewStaticCredentialsProvider(s.keys.AccessKey, s.keys.SecretKey, ""),
	}})
	if err != nil {
		return err
	}
	_, err = s.store.EnsureBucket(ctx)
	return err
}

// close ends everything.
func (s *scene) close() {
	if s.stop != nil {
		s.stop()
	}
	s.keeping.Wait()
	if s.temporal != nil {
		s.temporal.Close()
	}
	for _, l := range s.links {
		l.close()
	}
	if s.zebra != nil {
		_ = s.zebra.Close()
	}
}
