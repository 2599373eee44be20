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
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/service/secretfile"
	"github.com/despacho/despacho/service/version"
)

// settings are the program's flags.
type settings struct {
	Addr      string  `default:"127.0.0.1:0" help:"Address to listen on; port 0 takes any free one."`
	Seed      int64   `default:"1" help:"Seed of the world."`
	Orders    int     `default:"110" help:"Number of orders that can be labelled; others are added to them."`
	History   int     `placeholder:"N" help:"Number of sales of the last week, already shipped, to add: something to catch up with."`
	Speed     float64 `default:"1" help:"How many times as fast as ours the hub's clock runs."`
	Faults    string  `type:"existingfile" placeholder:"FILE" help:"Fault plan (JSON)."`
	Labels    string  `type:"existingdir" placeholder:"DIR" help:"Label files (*.zpl, *.txt, *.pdf) to hand out, from DIR/<provider> or DIR."`
	Data      string  `placeholder:"DIR" help:"Folder in which the world is kept, so that it survives a restart."`
	Falabella string  `enum:"pdf,zpl" default:"pdf" help:"What Falabella hands out: pdf or zpl."`
	Token     string  `env:"SANDBOX_TOKEN" hidden:"" help:"The bearer token itself."`
	TokenFile string  `env:"SANDBOX_TOKEN_FILE" placeholder:"FILE" help:"File with a bearer token to accept; SANDBOX_TOKEN is the token itself. By default one is made from the seed."`

	Merchants            int                      `default:"1" help:"Number of merchants behind this address, each with a world of its own, with consecutive seeds from --seed."`
	Redirects            []string                 `name:"redirect" placeholder:"URL" help:"Address to which a consent may lead; repeat it for several (default http://127.0.0.1:8477/callback)."`
	GiveStateBack        bool                     `help:"The consent page gives back the state with which it was opened."`
	OAuthOnly            bool                     `name:"oauth-only" help:"Refuse that token: only tokens of OAuth are accepted."`
	OldTokensLive        bool                     `help:"A token that was refreshed stays valid until it expires."`
	RefreshDiesWithToken bool                     `help:"A refresh is refused once its token has expired."`
	StatusDelays         map[string]time.Duration `name:"status-delay" placeholder:"PROVIDER=5m" help:"How long a status takes to reach a channel, instead of the sandbox's own time for it."`
	MovedRoutes          map[string]string        `name:"move-route" placeholder:"ROUTE=/api/…" help:"A route that answers under another path only; repeat it for several."`
	TaskTime             sandbox.TaskTime         `placeholder:"8s+1s" help:"How long a task takes: a fixed part and a part per label (default: a minute per label)."`
	Webhooks             string                   `placeholder:"URL" help:"Address to which notifications are sent; POST /sandbox/webhooks changes it while the sandbox runs."`
	WebhookDuplicates    float64                  `placeholder:"SHARE" help:"Share of the notifications that are sent twice (0 to 1)."`
	WebhookReordered     float64                  `placeholder:"SHARE" help:"Share of the notifications that are sent some seconds late."`
	WebhookLost          float64                  `placeholder:"SHARE" help:"Share of the notifications that are never sent."`
	WebhookInsecure      bool                     `help:"Accept any certificate of the address in --webhooks."`
	OddIDs               bool                     `name:"odd-ids" help:"Give every second object an id with spaces, accents, colons or slashes."`
	Arrivals             float64                  `placeholder:"N" help:"New sales per hour of the hub's clock."`
	IgnoreFilter         []string                 `placeholder:"LIST" help:"Lists that ignore the connection filter: labels, sales."`
	Nameless             int                      `placeholder:"N" help:"Leave the connection out of N of 100 sales."`
	Warehouses           string                   `enum:",items,deliveries,none" default:"" help:"Where warehouses are shown: items, deliveries or none; by default at both."`
	Scopes               string                   `placeholder:"JSON" help:"What the account grants, by scope: true, false or a list of connections."`
	Countries            string                   `enum:"codes,names,none" default:"codes" help:"How connections give their country: codes, names or none (null)."`
	SaleWords            string                   `placeholder:"es|JSON" help:"Other words for paymentStatus and verificationStatus: es, or an object of words; an empty word leaves the member out."`
	OtherScopeIDs        bool                     `name:"other-scope-ids" help:"Scopes for single connections hold ids of something else."`
	StatusLinks          string                   `enum:"shown,late,never" default:"shown" help:"Links of statuses: shown, late (absent until the status is on its way to the channel) or never."`
}

func main() {
	var flags settings
	parsed := kong.Parse(&flags, kong.Name("sandbox"), version.Flag(), kong.Description("A sandbox of the Multivende hub."))
	parsed.FatalIfErrorf(secretfile.RefuseArguments(parsed))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, flags, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// serve runs the hub until the context ends; a line for each merchant says where it is, for whom,
// with which token, and what OAuth needs.
func serve(ctx context.Context, flags settings, out io.Writer) error {
	hubs, err := flags.hubs()
	if err != nil {
		return err
	}
	closeAll := func() error {
		return errors.Join(lo.Map(hubs, func(hub *sandbox.Hub, _ int) error { return hub.Close() })...)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", flags.Addr)
	if err != nil {
		return errors.Join(fmt.Errorf("listen on %s: %w", flags.Addr, err), closeAll())
	}
	for _, hub := range hubs {
		code, err := hub.NewCode()
		if err != nil {
			return errors.Join(err, listener.Close(), closeAll())
		}
		fmt.Fprintf(out, "hub=http://%s merchant=%s token=%s client_id=%s client_secret=%s code=%s\n",
			listener.Addr(), hub.Merchant(), hub.Token(), hub.ClientID(), hub.ClientSecret(), code)
	}
	server := &http.Server{Handler: hubs, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return errors.Join(err, closeAll())
	}
	return closeAll()
}

// hubs makes one hub per merchant: their seeds are consecutive, each has a folder of its own, and all belong to
// the first one's application.
func (s settings) hubs() (sandbox.Merchants, error) {
	token, err := secretfile.Choose(secretfile.SandboxToken, s.Token, s.TokenFile)
	if err != nil {
		return nil, err
	}
	s.Token, s.TokenFile = token, ""
	options, err := s.options()
	if err != nil {
		return nil, err
	}
	if s.Merchants > 1 && s.Token != "" {
		return nil, errors.New("SANDBOX_TOKEN is one merchant's: leave it out with --merchants")
	}
	var hubs sandbox.Merchants
	for i := range max(s.Merchants, 1) {
		next := options
		next.Seed += int64(i)
		if i > 0 {
			next.ClientID, next.ClientSecret = hubs[0].ClientID(), hubs[0].ClientSecret()
		}
		if s.Data != "" && s.Merchants > 1 {
			next.Dir = filepath.Join(s.Data, fmt.Sprintf("merchant-%d", i+1))
		}
		hub, err := sandbox.New(next)
		if err != nil {
			for _, made := range hubs {
				err = errors.Join(err, made.Close())
			}
			return nil, err
		}
		hubs = append(hubs, hub)
	}
	return hubs, nil
}

func (s settings) options() (sandbox.Options, error) {
	options := sandbox.Options{
		Seed: s.Seed, Orders: s.Orders, History: s.History, Speed: s.Speed, LabelsDir: s.Labels, Dir: s.Data,
		FalabellaFormat: s.Falabella, Token: s.Token, Redirects: s.Redirects, GiveStateBack: s.GiveStateBack,
		OAuthOnly: s.OAuthOnly, OddIDs: s.OddIDs, OldTokensLive: s.OldTokensLive, RefreshDiesWithToken: s.RefreshDiesWithToken,
	}
	options.StatusDelays, options.MovedRoutes, options.TaskTime = s.StatusDelays, s.MovedRoutes, s.TaskTime
	words, err := sandbox.ParseSaleWords(s.SaleWords)
	if err != nil {
		return options, fmt.Errorf("--sale-words: %w", err)
	}
	options.Dialect = sandbox.Dialect{Countries: s.Countries, SaleWords: words, OtherScopeIDs: s.OtherScopeIDs, StatusLinks: s.StatusLinks}
	options.IgnoreFilter, options.Nameless, options.Warehouses = s.IgnoreFilter, s.Nameless, s.Warehouses
	options.Webhooks, options.Arrivals = s.Webhooks, s.Arrivals
	options.WebhookRates = sandbox.WebhookRates{Duplicates: s.WebhookDuplicates, Reordered: s.WebhookReordered, Lost: s.WebhookLost}
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
