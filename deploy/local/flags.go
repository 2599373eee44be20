package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/service/secretfile"
	"github.com/despacho/despacho/service/version"
	"github.com/despacho/despacho/starter/printing"
)

const (
	sandboxSpeed    = 600
	usualSandbox    = 8480
	largestTokenLen = 16 << 10
)

// flags are the program's; paths are absolute once parsed, because the S3 server moves the
// working directory.
type flags struct {
	Once bool   `help:"Exit when the run is over; exit code 0 only if it completed and its books balance." group:"The run"`
	JSON string `name:"json" placeholder:"FILE" type:"path" help:"Write the run's result as JSON, however it ended." group:"The run"`
	// NoRun leaves starting a run to others, the starter say.
	NoRun bool    `name:"no-run" help:"Start the servers, the sandbox and the worker, but no run." group:"The run"`
	Speed float64 `placeholder:"X" help:"How many times faster than ours the hub's clock runs (default 600 with the sandbox, 1 with --hub)." group:"The run"`

	printing.Flags `group:"Paper and order (without any of these: --stock 4x6in --stamp --lists --separators)"`

	Orders   int              `default:"110" placeholder:"N" help:"Orders of the sandbox that can be labelled (default ${default}); unpaid, cancelled, unsupported and shop orders come on top." group:"Sandbox hub"`
	Seed     int64            `default:"1" placeholder:"N" help:"Seed of the sandbox's world (default ${default})." group:"Sandbox hub"`
	Faults   string           `placeholder:"FILE" type:"existingfile" help:"Fault plan of the sandbox; multivende/sandbox/README.md describes it." group:"Sandbox hub"`
	OddIDs   bool             `name:"odd-ids" help:"Give every second object of the sandbox an id with spaces, accents, colons or slashes." group:"Sandbox hub"`
	TaskTime sandbox.TaskTime `name:"task-time" placeholder:"8s+1s" help:"How long a label task of the sandbox takes: a fixed part and one per label (default: a minute per label)." group:"Sandbox hub"`
	Labels   string           `placeholder:"DIR" type:"existingdir" help:"Label files (*.zpl, *.txt, *.pdf) that the sandbox hands out instead of its own: of DIR/<provider> if there, else of DIR." group:"Sandbox hub"`

	IgnoreFilter []string `name:"ignore-filter" placeholder:"LIST" help:"Lists of the sandbox that ignore the connection filter: labels, sales." group:"Sandbox hub"`
	Nameless     int      `placeholder:"N" help:"N of 100 sales of the sandbox do not name their connection." group:"Sandbox hub"`
	Warehouses   string   `placeholder:"WHERE" help:"Where the sandbox puts warehouses: items, deliveries or none (default: items and deliveries)." group:"Sandbox hub"`

	Hub       string `placeholder:"URL" help:"Another hub instead of the sandbox." group:"Another hub"`
	Merchant  string `placeholder:"ID" help:"The hub's id of the merchant." group:"Another hub"`
	TokenFile string `name:"token-file" placeholder:"FILE" type:"existingfile" help:"File with the merchant's access token; or set DESPACHO_TOKEN." group:"Another hub"`

	ClientID         string `name:"client-id" placeholder:"ID" help:"Connect the account by OAuth instead of a token: the application's client_id." group:"Another hub"`
	ClientSecret     string `name:"client-secret" env:"DESPACHO_CLIENT_SECRET" hidden:"" help:"The application's client_secret itself." group:"Another hub"`
	ClientSecretFile string `name:"client-secret-file" env:"DESPACHO_CLIENT_SECRET_FILE" placeholder:"FILE" type:"path" help:"File with the application's client_secret; or set DESPACHO_CLIENT_SECRET." group:"Another hub"`
	Code             string `placeholder:"ac-…" help:"The merchant's authorization code; without it the hub's consent page is opened. Not needed again with the same --data, unless the account needs consent or its token has ended." group:"Another hub"`
	RunOnly          bool   `name:"run-only" help:"Only the run: no orders by webhook, no schedule, no statuses after it, no packing table." group:"After the run"`
	NewOrders        int    `name:"new-orders" default:"350" placeholder:"N" help:"Orders that the sandbox sells after the run, announced by webhook (default ${default})." group:"After the run"`
	Schedule         bool   `help:"Also with --hub: create a schedule and let it start one run." group:"After the run"`
	Shipped          int    `default:"-1" placeholder:"N" help:"Report N orders as shipped on channels that accept tracking numbers, invented where the order has none, and show that each status arrived (default 200, or --new-orders if that is less; with --hub only labelled orders, and none by default)." group:"After the run"`

	Data string `placeholder:"DIR" type:"path" help:"Folder for the data of Temporal and S3, ports and names; a later start continues with it. Default: a temporary folder." group:"The servers"`
	Env  string `placeholder:"FILE" type:"path" help:"Write the settings there, so that after 'source FILE' the starter in another terminal talks to this stack. Default: settings.sh in the data folder." group:"The servers"`

	Gateway string `default:"127.0.0.1:0" placeholder:"ADDR" help:"Address on which the gateway listens for webhooks, host:port; this machine's own addresses may send. Default: a free port of 127.0.0.1." group:"The servers"`

	Temporal   string `placeholder:"ADDR" help:"A Temporal that is already there, host:port, in place of the one in this program; 'cli' starts the command temporal that is on the PATH. The demo makes a namespace and search attributes there." group:"The servers"`
	TemporalUI string `name:"temporal-ui" placeholder:"URL" help:"Where the web UI of that Temporal is." group:"The servers"`

	TemporalPort int `name:"temporal-port" placeholder:"N" help:"Port of Temporal (usually 7233)." group:"Ports (if one is taken, another is used)"`
	UIPort       int `name:"ui-port" placeholder:"N" help:"Port of Temporal's web UI (usually 8233)." group:"Ports (if one is taken, another is used)"`
	S3Port       int `name:"s3-port" placeholder:"N" help:"Port of the S3 server (usually 9000)." group:"Ports (if one is taken, another is used)"`
	StationPort  int `name:"station-port" placeholder:"N" help:"Port of the packing table's page (usually 8479)." group:"Ports (if one is taken, another is used)"`
	SandboxPort  int `name:"sandbox-port" placeholder:"N" help:"Port of the sandbox hub (usually 8480)." group:"Ports (if one is taken, another is used)"`
}

// usualPrinting is what a run shows of paper and order when no flag says what it shall.
var usualPrinting = printing.Flags{Stock: "4x6in", Stamp: true, Lists: true, Separators: true}

const description = `A first look at despacho: Temporal with its web UI, S3, a sandbox hub and a worker in one process, ` +
	`on 127.0.0.1 alone, and one label run over every marketplace that labels.`

const exitCodes = `Exit codes:
  0  ended when asked to; with --once: the run completed and its books balance
     (whether every order has its label is for the closing table to say)
  1  something did not start, or fewer orders were shipped with tracking than asked for;
     with --once: the run failed, was cancelled or went on
  2  a flag is wrong`

func helpWithExitCodes(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(ctx.Stdout, "\n"+exitCodes)
	return err
}

// Validate tells everything that is wrong at once. Kong calls it.
func (f *flags) Validate() error {
	var wrong []error
	refuse := func(when bool, format string, arguments ...any) {
		if when {
			wrong = append(wrong, fmt.Errorf(format, arguments...))
		}
	}
	refuse(f.Orders < 1 || f.Orders > 1_000_000, "--orders %d: give a number from 1 to 1000000", f.Orders)
	refuse(f.Speed < 0, "--speed %g: give a number above 0", f.Speed)
	refuse(f.NoRun && f.Once, "--once waits for a run, and --no-run starts none: leave one of them out")
	refuse(f.NoRun && f.JSON != "", "--json writes a run's result, and --no-run starts none: leave one of them out")
	for name, port := range map[string]int{
		"temporal": f.TemporalPort, "ui": f.UIPort, "s3": f.S3Port, "sandbox": f.SandboxPort, "station": f.StationPort,
	} {
		refuse(port < 0 || port > 65535, "--%s-port %d: give a number from 1 to 65535", name, port)
	}
	_, err := f.Printing()
	refuse(err != nil, "%v", err)
	_, err = f.ReadBins()
	refuse(err != nil, "%v", err)
	refuse(f.Gateway == "" || !gatewayPattern.MatchString(f.Gateway), "--gateway %q: write it as host:port", f.Gateway)
	refuse(f.Temporal != "" && f.Temporal != stack.CLI && !serverPattern.MatchString(f.Temporal), "--temporal %q: write it as host:port, or cli", f.Temporal)
	refuse(f.TemporalUI != "" && (f.Temporal == "" || f.Temporal == stack.CLI), "--temporal-ui belongs to --temporal HOST:PORT: the demo's own web UI has an address by itself")
	refuse(f.NewOrders < 0 || f.NewOrders > 100_000, "--new-orders %d: give a number from 0 to 100000", f.NewOrders)
	refuse(f.Shipped > 50_000, "--shipped %d: give a number up to 50000", f.Shipped)
	if f.Hub == "" {
		refuse(f.Merchant != "", "--merchant belongs to --hub: the sandbox has a merchant of its own")
		refuse(f.TokenFile != "", "a token belongs to --hub: the sandbox has one of its own")
		refuse(f.ClientID != "" || f.Code != "", "--client-id and --code belong to --hub: the sandbox's account is connected by itself")
		return errors.Join(wrong...)
	}
	_, err = f.hubURL()
	refuse(err != nil, "--hub: %v", err)
	refuse(f.Merchant == "" && f.ClientID == "", "--hub needs --merchant, the hub's id of the merchant, or --client-id to connect an account")
	refuse(f.Merchant != "" && !contract.ValidKey(f.Merchant), "--merchant %q: the hub's id has letters, digits, dots, hyphens and underscores, at most 64", f.Merchant)
	refuse(f.OddIDs, "--odd-ids belongs to the sandbox: leave it out with --hub")
	refuse(f.Faults != "", "--faults belongs to the sandbox: leave it out with --hub")
	refuse(f.TaskTime != sandbox.TaskTime{}, "--task-time belongs to the sandbox: leave it out with --hub")
	refuse(len(f.IgnoreFilter)+f.Nameless > 0 || f.Warehouses != "", "--ignore-filter, --nameless and --warehouses belong to the sandbox: leave them out with --hub")
	refuse(f.Labels != "", "--labels belongs to the sandbox: leave it out with --hub")
	refuse(f.ClientID != "" && f.TokenFile != "", "--client-id connects by OAuth: leave the token out")
	refuse(f.ClientID != "" && f.ClientSecret == "" && f.ClientSecretFile == "", "--client-id needs --client-secret-file, or DESPACHO_CLIENT_SECRET")
	_, err = secretfile.Choose(secretfile.ClientSecret, f.ClientSecret, f.ClientSecretFile)
	refuse(err != nil, "%v", err)
	refuse(f.ClientID == "" && f.Code != "", "--code needs --client-id and its secret")
	return errors.Join(wrong...)
}

func (f *flags) hubURL() (*url.URL, error) {
	address, err := url.Parse(f.Hub)
	switch {
	case err != nil:
		return nil, errors.New("it cannot be read as a URL")
	case address.Scheme != "https" && address.Scheme != "http" || address.Host == "":
		return nil, errors.New("write it as https://hub.example.com")
	case address.User != nil || address.RawQuery != "" || address.Fragment != "":
		return nil, errors.New("write it without user, query or fragment")
	}
	return address, nil
}

// hubSpeed is how many times as fast as ours the hub's clock runs.
func (f *flags) hubSpeed() float64 {
	switch {
	case f.Speed > 0:
		return f.Speed
	case f.Hub == "":
		return sandboxSpeed
	}
	return 1
}

// usuallyShipped is how many orders of the sandbox are reported as shipped.
const usuallyShipped = 200

// toShip is how many orders are to be reported as shipped.
func (f *flags) toShip() int {
	switch {
	case f.Shipped >= 0:
		return f.Shipped
	case f.Hub == "":
		return min(usuallyShipped, f.NewOrders)
	}
	return 0
}

var gatewayPattern = regexp.MustCompile(`^[^\s/:]*:[0-9]{1,5}$|^\[[0-9a-fA-F:]+\]:[0-9]{1,5}$`)

// serverPattern is a gateway's without a host left out.
var serverPattern = regexp.MustCompile(`^[^\s/:]+:[0-9]{1,5}$|^\[[0-9a-fA-F:]+\]:[0-9]{1,5}$`)

var tokenPattern = regexp.MustCompile(`^[!-~]+$`)

// hubToken is the other hub's access token: from the file, else from DESPACHO_TOKEN.
func (f *flags) hubToken() (string, error) {
	token, from := os.Getenv("DESPACHO_TOKEN"), "DESPACHO_TOKEN"
	if f.TokenFile != "" {
		from = f.TokenFile
		about, err := os.Stat(f.TokenFile)
		if err != nil {
			return "", err
		}
		if about.Size() > largestTokenLen {
			return "", fmt.Errorf("%s is too large for a file with an access token alone", from)
		}
		content, err := os.ReadFile(f.TokenFile)
		if err != nil {
			return "", err
		}
		token = string(content)
	}
	token = strings.TrimSpace(token)
	if token == "" {
		return "", errors.New("there is no access token for the hub: give --token-file FILE, or set DESPACHO_TOKEN")
	}
	if !tokenPattern.MatchString(token) {
		return "", fmt.Errorf("%s holds white space or signs that no access token has", from)
	}
	return token, nil
}

func (f *flags) stackOptions() stack.Options {
	return stack.Options{
		Dir:   f.Data,
		Ports: stack.Ports{Temporal: f.TemporalPort, UI: f.UIPort, S3: f.S3Port},
		Usual: stack.UsualPorts, Temporal: f.Temporal, TemporalUI: strings.TrimSuffix(f.TemporalUI, "/"),
	}
}

func parse(arguments []string, options ...kong.Option) (*flags, error) {
	given := &flags{}
	options = append([]kong.Option{
		kong.Name("demo"), kong.Description(description), printing.Words(), kong.Help(helpWithExitCodes), version.Flag(),
	}, options...)
	parser, err := kong.New(given, options...)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.Parse(arguments)
	if err != nil {
		return nil, err
	}
	if err := secretfile.RefuseArguments(parsed); err != nil {
		return nil, err
	}
	if given.ClientSecret, err = secretfile.Choose(secretfile.ClientSecret, given.ClientSecret, given.ClientSecretFile); err != nil {
		return nil, err
	}
	given.ClientSecretFile = ""
	if given.Flags == (printing.Flags{}) {
		given.Flags = usualPrinting
	}
	return given, nil
}
