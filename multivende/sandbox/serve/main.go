// Command serve runs a sandbox hub.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/despacho/despacho/multivende/sandbox"
)

// settings are the program's flags.
type settings struct {
	Addr      string  `default:"127.0.0.1:0" help:"Address to listen on; port 0 takes any free one."`
	Seed      int64   `default:"1" help:"Seed of the world."`
	Orders    int     `default:"110" help:"Orders that can be labelled; others come on top."`
	Speed     float64 `default:"1" help:"How many times as fast as ours the hub's clock runs."`
	Faults    string  `type:"existingfile" placeholder:"FILE" help:"Fault plan (JSON)."`
	Labels    string  `type:"existingdir" placeholder:"DIR" help:"Label files (*.zpl, *.txt, *.pdf) to hand out, from DIR/<provider> or DIR."`
	Data      string  `placeholder:"DIR" help:"Where the world is kept, so that it outlives the process."`
	Falabella string  `enum:"pdf,zpl" default:"pdf" help:"What Falabella hands out: pdf or zpl."`
	Token     string  `env:"SANDBOX_TOKEN" placeholder:"TOKEN" help:"Bearer token that is accepted; made from the seed when not given."`

	Redirects            []string `name:"redirect" placeholder:"URL" help:"Address to which a consent may lead, again for each (default http://127.0.0.1:8477/callback)."`
	OAuthOnly            bool     `name:"oauth-only" help:"Refuse --token: only tokens of OAuth are accepted."`
	OldTokensLive        bool     `help:"A token that was refreshed stays good to its end."`
	RefreshDiesWithToken bool     `help:"A refresh is refused once its token has expired."`
	Webhooks             string   `placeholder:"URL" help:"Where changes are told; POST /sandbox/webhooks names another while it runs."`
	WebhookDuplicates    float64  `placeholder:"SHARE" help:"Share of the notices that are sent twice (0 to 1)."`
	WebhookReordered     float64  `placeholder:"SHARE" help:"Share of the notices that are sent some seconds late."`
	WebhookLost          float64  `placeholder:"SHARE" help:"Share of the notices that are never sent."`
	WebhookInsecure      bool     `help:"Take any certificate of the address in --webhooks."`
	Arrivals             float64  `placeholder:"N" help:"Sales that come by themselves in an hour of the hub's clock."`
	Scopes               string   `placeholder:"JSON" help:"What the account grants, by scope: true, false or a list of connections."`
}

func main() {
	var flags settings
	kong.Parse(&flags, kong.Name("serve"), kong.Description("A sandbox of the Multivende hub."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, flags, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// serve runs the hub until the context ends; one line says where it is, for
// whom, with which token, and what OAuth needs.
func serve(ctx context.Context, flags settings, out io.Writer) error {
	options, err := flags.options()
	if err != nil {
		return err
	}
	hub, err := sandbox.New(options)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", flags.Addr)
	if err != nil {
		return errors.Join(fmt.Errorf("listen on %s: %w", flags.Addr, err), hub.Close())
	}
	code, err := hub.NewCode()
	if err != nil {
		return errors.Join(err, listener.Close(), hub.Close())
	}
	fmt.Fprintf(out, "hub=http://%s merchant=%s token=%s client_id=%s client_secret=%s code=%s\n",
		listener.Addr(), hub.Merchant(), hub.Token(), hub.ClientID(), hub.ClientSecret(), code)
	server := &http.Server{Handler: hub, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return errors.Join(err, hub.Close())
	}
	return hub.Close()
}

func (s settings) options() (sandbox.Options, error) {
	options := sandbox.Options{
		Seed: s.Seed, Orders: s.Orders, Speed: s.Speed, LabelsDir: s.Labels, Dir: s.Data,
		FalabellaFormat: s.Falabella, Token: s.Token, Redirects: s.Redirects,
		OAuthOnly: s.OAuthOnly, OldTokensLive: s.OldTokensLive, RefreshDiesWithToken: s.RefreshDiesWithToken,
	}
	options.Webhooks, options.Arrivals = s.Webhooks, s.Arrivals
	options.WebhookRates = sandbox.Rates{Duplicates: s.WebhookDuplicates, Reordered: s.WebhookReordered, Lost: s.WebhookLost}
	if s.WebhookInsecure {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // the flag says so
		transport.MaxIdleConnsPerHost = 128
		options.WebhookClient = &http.Client{Transport: transport}
	}
	if s.Scopes != "" {
		if err := json.Unmarshal([]byte(s.Scopes), &options.Scopes); err != nil {
			return options, fmt.Errorf("--scopes: %w", err)
		}
	}
	if s.Faults == "" {
		return options, nil
	}
	file, err := os.Open(s.Faults)
	if err != nil {
		return options, fmt.Errorf("fault plan: %w", err)
	}
	defer func() { _ = file.Close() }()
	options.Faults, err = sandbox.ParseFaults(file)
	return options, err
}
