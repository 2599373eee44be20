// Package multivende is a client of the Multivende hub's HTTP API, for labels and shipment
// statuses. It reads every odd shape that the hub is known to send, and keeps no data of buyers.
//
// Begin with [New], which makes a client for one merchant, and [NewOAuth], which gets its tokens.
// Errors are of type [Error]; [ClassOf] says what can be done about one. docs/hub-api.md says
// what is known about the API and how sure each fact is.
package multivende

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Config is what a client needs. Zero values mean the default named at each field.
type Config struct {
	BaseURL  string      // https://app.multivende.com by default; http only for loopback and AllowHosts
	Merchant string      // the merchant's id; routes that contain it fail without
	Token    TokenSource // required

	PathsFile string // JSON object of route names and path templates that override the table

	RequestsPerSecond float64   // that the hub grants the merchant, by its clock; 4 by default
	Share             RateShare // the part of them that is this process's; by default all
	Speed             float64   // how many times as fast as ours the hub's clock runs; 1 by default

	// AllowHosts may be called without https and on private addresses: "host" (any port) or
	// "host:port". A loopback host without a port stands for every loopback address.
	AllowHosts []string

	Timeouts     Timeouts
	ReadAttempts int           // how often a GET is sent that finds the hub busy, broken or unreachable; 3 by default
	Patience     time.Duration // longest pause asked for by the hub that a call waits out; 10 s by default
	MaxAnswer    int64         // bytes of a JSON answer; 16 MiB by default
	MaxDownload  int64         // bytes of a downloaded file; 512 MiB by default
	// Observe is called for every request when it has ended, with the request's context; it must not block.
	Observe func(context.Context, Call)
	// Waited is called with how long a call waited for its turn, whether it was sent or not; it must not block.
	Waited func(time.Duration)

	UserAgent     string // "despacho" by default
	MaxConnection int    // connections to the hub at a time; 64 by default
}

// Timeouts are in our own time, whatever the hub's speed.
type Timeouts struct {
	Dial     time.Duration // 10 s by default
	TLS      time.Duration // 10 s by default
	Headers  time.Duration // from the request to the answer's head; 30 s by default
	Request  time.Duration // a whole call; 1 min by default
	Download time.Duration // a whole download; 10 min by default
	Idle     time.Duration // in this time at least 4 KiB of a download must come; 30 s by default
}

// Call is one request that has ended, for metrics.
type Call struct {
	Route    string // a name of the path table, or "download"
	Template string // the path with placeholders for its ids; "" for a download
	Method   string
	Status   int   // 0 when no answer came
	Class    Class // "" when it worked, or when its context ended
	Duration time.Duration
	// Background tells whether the call let others go first, see [Background].
	Background bool
}

// Client calls the hub for one merchant. It is safe for concurrent use. Make one and keep it,
// because it holds the connections, the rate limit and the hub's clock.
type Client struct {
	config   Config
	base     *url.URL
	routes   map[string]route
	clock    *Clock
	limiter  *limiter
	api      *http.Client
	files    *http.Client
	hosts    hostList
	statuses statusCatalogue
	pickUps  statusCatalogue
	proven   provenRoutes
	// lookup finds the addresses of a host that files are downloaded from.
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// New makes a client. Its error names everything that is wrong with the configuration.
func New(config Config) (*Client, error) {
	config = config.withDefaults()
	hosts, err := parseHosts(config.AllowHosts)
	wrong := []error{err, config.check()}

	base, err := parseBase(config.BaseURL, hosts)
	wrong = append(wrong, err)
	table, err := readRoutes(config.PathsFile)
	wrong = append(wrong, err)
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}

	clock := newClock(config.Speed)
	perSecond := config.RequestsPerSecond * config.Speed
	client := &Client{
		config: config, base: base, routes: table, hosts: hosts,
		clock:    clock,
		limiter:  newLimiter(perSecond, config.Share, config.Patience, clock),
		statuses: newStatusCatalogue(routeStatuses), pickUps: newStatusCatalogue(routePickUpStatuses),
		lookup: resolver.LookupNetIP,
	}
	client.api = client.newAPIClient()
	client.files = client.newFileClient()
	return client, nil
}

// Clock is the hub's clock as this client knows it.
func (c *Client) Clock() *Clock { return c.clock }

// Merchant is the id of the merchant that the client calls for.
func (c *Client) Merchant() string { return c.config.Merchant }

// Close closes the connections that are not in use.
func (c *Client) Close() {
	c.api.CloseIdleConnections()
	c.files.CloseIdleConnections()
}

func (config Config) withDefaults() Config {
	config.BaseURL = cmp.Or(config.BaseURL, "https://app.multivende.com")
	config.UserAgent = cmp.Or(config.UserAgent, "despacho")
	config.RequestsPerSecond = cmp.Or(config.RequestsPerSecond, 4)
	config.Speed = cmp.Or(config.Speed, 1)
	config.Timeouts.Dial = cmp.Or(config.Timeouts.Dial, 10*time.Second)
	config.Timeouts.TLS = cmp.Or(config.Timeouts.TLS, 10*time.Second)
	config.Timeouts.Headers = cmp.Or(config.Timeouts.Headers, 30*time.Second)
	config.Timeouts.Request = cmp.Or(config.Timeouts.Request, time.Minute)
	config.Timeouts.Download = cmp.Or(config.Timeouts.Download, 10*time.Minute)
	config.Timeouts.Idle = cmp.Or(config.Timeouts.Idle, 30*time.Second)
	config.ReadAttempts = cmp.Or(config.ReadAttempts, 3)
	config.Patience = cmp.Or(config.Patience, 10*time.Second)
	config.MaxAnswer = cmp.Or(config.MaxAnswer, 16<<20)
	config.MaxDownload = cmp.Or(config.MaxDownload, 512<<20)
	config.MaxConnection = cmp.Or(config.MaxConnection, 64)
	if config.Share == nil {
		config.Share = wholeRate{}
	}
	if config.Observe == nil {
		config.Observe = func(context.Context, Call) {}
	}
	if config.Waited == nil {
		config.Waited = func(time.Duration) {}
	}
	return config
}

func (config Config) check() error {
	var wrong []error
	positive := func(name string, ok bool) {
		if !ok {
			wrong = append(wrong, fmt.Errorf("hub: %s must be more than 0", name))
		}
	}
	positive("requests per second", config.RequestsPerSecond > 0)
	positive("speed", config.Speed > 0)
	positive("read attempts", config.ReadAttempts > 0)
	positive("the largest answer", config.MaxAnswer > 0)
	positive("the largest download", config.MaxDownload > 0)
	if config.Token == nil {
		wrong = append(wrong, errors.New("hub: a token is needed"))
	}
	return errors.Join(wrong...)
}

func parseBase(address string, hosts hostList) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(strings.TrimSpace(address), "/"))
	switch {
	case err != nil || base.Host == "" || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("hub: the address must look like https://app.multivende.com")
	case base.User != nil:
		return nil, errors.New("hub: the address must not hold a user or password")
	case base.Scheme == "https":
		return base, nil
	case base.Scheme != "http":
		return nil, fmt.Errorf("hub: the address must be https, not %q", base.Scheme)
	case !isLoopback(base.Hostname()) && !hosts.allow(base.Hostname(), portOf(base)):
		return nil, fmt.Errorf("hub: http://%s would send the token unencrypted; use https, or name the host among the allowed hosts", base.Host)
	}
	return base, nil
}
