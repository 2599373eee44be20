package run

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/service/secretfile"
	"github.com/despacho/despacho/service/tracing"
	"github.com/despacho/despacho/service/version"
	"github.com/despacho/despacho/starter/printing"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/storage"
)

// Program is the command line with what it works on. The zero value works on
// Temporal and S3 as the environment says; tests give their own.
type Program struct {
	In       io.Reader
	Out, Err io.Writer
	// Runs and Store open what the commands need, when they need it.
	Runs  func(ctx context.Context) (client.Runs, error)
	Store func(ctx context.Context, bucket string) (client.Store, error)
	// Temporal opens a client and says which namespace it works in.
	Temporal func(ctx context.Context) (sdk.Client, string, error)
	// Objects opens the label store for commands about merchants, Keeping what works for them.
	Objects func(ctx context.Context, bucket string) (*storage.Store, error)
	Keeping func(ctx context.Context) (client.Keeping, error)
	// Browse opens a page in the person's browser; Callback is where the hub sends it back.
	Browse   func(ctx context.Context, address string) error
	Callback string
	// Statuses opens what the commands about statuses need.
	Statuses func(ctx context.Context) (client.StatusChanges, error)
	// Intakes and Schedules open what the commands about hearing of orders and about hours need.
	Intakes   func(ctx context.Context) (client.Intakes, error)
	Schedules func(ctx context.Context) (client.Schedules, error)
	// Prepare makes what Temporal lacks and says in sentences what it did.
	Prepare func(ctx context.Context) (did []string, err error)
	Now     func() time.Time
	// FollowEvery is how often an open run is asked for its progress.
	FollowEvery time.Duration
	// PurgeWait is how long a purge waits for the last steps of what it has ended.
	PurgeWait time.Duration
}

// commands is the grammar of the command line.
type commands struct {
	Merchant string `env:"DESPACHO_MERCHANT" placeholder:"ID" help:"The hub's id of the merchant ($$DESPACHO_MERCHANT)."`
	Bucket   string `env:"DESPACHO_BUCKET" default:"despacho" placeholder:"NAME" help:"S3 bucket of the label store ($$DESPACHO_BUCKET); default despacho."`

	Setup    setupCommand    `cmd:"" help:"Make what is missing: namespace, search attributes, bucket."`
	Run      runCommand      `cmd:"" help:"Start a run: labels for all orders that wait, or for those that you name."`
	Show     showCommand     `cmd:"" help:"Show the state of a run, its files, and what is missing and why."`
	List     listCommand     `cmd:"" help:"List runs, newest first."`
	Retry    retryCommand    `cmd:"" help:"Ask again for the labels that are missing: within an open run, or as a new run of a closed one."`
	Cancel   cancelCommand   `cmd:"" help:"Ask an open run to end; what it has published stays."`
	Status   statusCommands  `cmd:"" help:"Report shipment statuses to the channels, and show how each ended."`
	Doctor   doctorCommand   `cmd:"" help:"Check the hub, token, scopes, S3, Temporal, workers and callback, and say what to do."`
	Download downloadCommand `cmd:"" help:"Fetch a run's files into a folder, with a page that explains them."`
	Printed  printedCommand  `cmd:"" help:"Show who printed which label, when, where and why."`

	Connect     connectCommand      `cmd:"" help:"Connect a merchant through the hub's consent page or with a code, or give a connected merchant a new code."`
	Merchants   merchantsCommand    `cmd:"" help:"List the connected merchants and the state of each account."`
	Disconnect  disconnectCommand   `cmd:"" help:"Delete a merchant's tokens and end the workflows that serve it."`
	Pause       pauseCommand        `cmd:"" help:"Start nothing new for a merchant, or for a connection."`
	Resume      resumeCommand       `cmd:"" help:"Let new work start again."`
	AccountsKey accountsKeyCommands `cmd:"" name:"accounts-key" help:"Make or rotate the keys that encrypt accounts."`

	Partner partnerCommands `cmd:"" help:"Keys with which partners come to the gateway's HTTP interface: make, list, revoke and rotate them."`

	Intake   intakeCommand    `cmd:"" help:"Show the orders known from notifications: held back, waiting, to be taken out."`
	Confirm  confirmCommand   `cmd:"" help:"Confirm that orders have stock: their labels are made in the background."`
	Policy   policyCommands   `cmd:"" help:"Choose when labels are made, for a merchant or a connection."`
	Schedule scheduleCommands `cmd:"" help:"Start runs at fixed hours."`

	Labels labelsCommands `cmd:"" help:"Check and join label files: no Temporal, store or hub."`
}

const description = `Despacho turns the orders of a merchant's marketplaces into printed labels.

Temporal is found by TEMPORAL_* (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY…), the label store by AWS_* (AWS_ENDPOINT_URL_S3 for another S3).`

// desk is what a command works with.
type desk struct {
	Program
	merchant, bucket string
}

// helped ends the parsing after --help.
type helped struct{ code int }

// Main runs the command line and returns its exit code.
func (p Program) Main(ctx context.Context, arguments []string) (code int) {
	p = p.withDefaults()
	defer func() {
		if end := recover(); end != nil {
			help, ok := end.(helped)
			if !ok {
				panic(end)
			}
			code = help.code
		}
	}()
	if err := p.main(ctx, arguments); err != nil {
		return report(p.Err, err)
	}
	return ExitComplete
}

func (p Program) main(ctx context.Context, arguments []string) error {
	var grammar commands
	parser, err := kong.New(&grammar,
		kong.Name("starter"), kong.Description(description), printing.Words(), policyNames(), version.Flag(),
		kong.Writers(p.Out, p.Err), kong.Exit(func(code int) { panic(helped{code}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: terminal.DefaultWidth}),
		kong.Help(helpWithExitCodes), kong.ValueFormatter(func(v *kong.Value) string { return v.Help }),
	)
	if err != nil {
		return err
	}
	if len(arguments) == 0 {
		arguments = []string{"--help"}
	}
	service.DropEmpty(parser.Model.Node)
	command, err := parser.Parse(arguments)
	if err != nil {
		return usageProblem("see starter --help, or starter run --help and so on", "%v", err)
	}
	if err := secretfile.RefuseArguments(command); err != nil {
		return usageProblem("starter connect --help and starter doctor --help name the files", "%v", err)
	}
	ctx, end, err := p.traced(ctx)
	if err != nil {
		return err
	}
	defer end()
	command.BindTo(ctx, (*context.Context)(nil))
	return command.Run(desk{Program: p, merchant: grammar.Merchant, bucket: grammar.Bucket})
}

// traced returns a context whose clients of Temporal are traced where the OTEL_* variables ask for it. What cannot
// be sent is lost without a word: a command's output is for people.
func (p Program) traced(ctx context.Context) (_ context.Context, end func(), err error) {
	t, end, err := tracing.Begin(ctx, nil, "starter", slog.New(slog.DiscardHandler))
	if err != nil {
		return ctx, nil, usageProblem("correct the OTEL_* variables, or set OTEL_TRACES_EXPORTER=none", "%v", err)
	}
	return tracing.Into(ctx, t), end, nil
}

func helpWithExitCodes(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(ctx.Stdout, "\n"+exitCodesHelp)
	return err
}

// runArgument names a run.
type runArgument struct {
	Run string `arg:"" name:"run" help:"The run's key, or its workflow id run/<merchant>/<key>."`
}

// id is the workflow id that the argument names.
func (a runArgument) id(merchant string) (string, error) {
	if strings.HasPrefix(a.Run, "run/") {
		if _, _, err := contract.ParseRunID(a.Run); err != nil {
			return "", usageProblem("name a run by its key or by run/<merchant>/<key>", "%v", err)
		}
		return a.Run, nil
	}
	if merchant == "" {
		return "", usageProblem("give --merchant ID or set DESPACHO_MERCHANT, or name the run by run/<merchant>/<key>", "there is no merchant")
	}
	id := contract.RunID(merchant, a.Run)
	if _, _, err := contract.ParseRunID(id); err != nil {
		return "", usageProblem("name a run by its key or by run/<merchant>/<key>", "%v", err)
	}
	return id, nil
}

// backends opens Temporal and the store.
func (d desk) backends(ctx context.Context) (client.Runs, client.Store, error) {
	runs, err := d.Runs(ctx)
	if err != nil {
		return nil, nil, err
	}
	store, err := d.store(ctx)
	return runs, store, err
}

func (d desk) store(ctx context.Context) (client.Store, error) {
	store, err := d.Store(ctx, d.bucket)
	if err != nil {
		return nil, &Problem{Code: ExitUsage, Message: err.Error(), Hint: "check AWS_* and DESPACHO_BUCKET", Cause: err}
	}
	return store, nil
}

func (d desk) say(format string, arguments ...any) { fmt.Fprintf(d.Err, format+"\n", arguments...) }

func (d desk) print(format string, arguments ...any) { fmt.Fprintf(d.Out, format+"\n", arguments...) }

func (d desk) printJSON(value any) error {
	encoder := json.NewEncoder(d.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// sayLeftAlone says which columns of a table nobody has read.
func (d desk) sayLeftAlone(path string, columns []string) {
	if len(columns) > 0 {
		d.say("%s: these columns are not read: %s", path, terminal.Plain(strings.Join(columns, ", ")))
	}
}
