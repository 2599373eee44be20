package run

import (
	"context"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/station/people"
	"github.com/despacho/despacho/storage"
)

// Exit codes of the station.
const (
	ExitOrderly  = service.ExitOrderly
	ExitBroken   = service.ExitBroken
	ExitSettings = service.ExitSettings
)

// commandLine is the grammar of the station's program.
type commandLine struct {
	Serve struct {
		Flags flags `embed:""`
	} `cmd:"" default:"withargs" help:"Serve the page and the printers until SIGTERM; this is the default. TEMPORAL_* say where Temporal is, AWS_* where S3 is."`
	Health struct {
		Health string `env:"DESPACHO_STATION_HEALTH" default:"127.0.0.1:9092" help:"Address of the station's /healthz."`
	} `cmd:"" help:"Ask the station on this machine whether it is alive, as a container's health check."`
	Printers printerCommands `cmd:"" help:"Add, list, test or remove the printers of the site."`
	Pair     pairCommand     `cmd:"" help:"Make a code that pairs one tablet or computer with the station."`
	Devices  deviceCommands  `cmd:"" help:"List or remove paired devices."`
	People   peopleCommands  `cmd:"" help:"Add, list or remove the people who work at the tables."`
}

// flags are Settings without their methods: otherwise kong would call Validate before the
// variables that cannot be read are known.
type flags Settings

// console is what the commands beside `serve` work on.
type console struct {
	out io.Writer
	// open opens the label store.
	open func(ctx context.Context, bucket string) (*storage.Store, error)
	// queues asks the printers' workflows, until done.
	queues func(ctx context.Context) (printers client.Printers, done func(), err error)
}

// Main runs the station's program until ctx ends and returns its exit code; commands answer to out, errors
// and the log go to errors.
func Main(ctx context.Context, arguments []string, out, errors io.Writer) int {
	return mainWith(ctx, arguments, &console{out: out, open: func(ctx context.Context, bucket string) (*storage.Store, error) {
		return storage.Open(ctx, storage.Config{Bucket: bucket})
	}, queues: func(ctx context.Context) (client.Printers, func(), error) {
		temporal, _, err := client.Dial(ctx)
		if err != nil {
			return nil, nil, err
		}
		return client.TemporalPrinters{Client: temporal}, temporal.Close, nil
	}}, errors)
}

func mainWith(ctx context.Context, arguments []string, d *console, errors io.Writer) int {
	var line commandLine
	settings := func() Settings { return Settings(line.Serve.Flags) }
	return service.Program{
		Name: "station", Description: "despacho's station: the packers' page and the printers of a warehouse.", Grammar: &line, Words: printerWords(),
		Validate: func() error { return settings().Validate() },
		Serve: func(ctx context.Context) error {
			return Run(ctx, settings(), Options{Log: service.NewLogger(errors, line.Serve.Flags.LogLevel, line.Serve.Flags.LogFormat)})
		},
		Health: func(ctx context.Context) error {
			return service.Health(ctx, "station", "DESPACHO_STATION_HEALTH", line.Health.Health)
		},
		Do: func(ctx context.Context, parsed *kong.Context) error {
			parsed.BindTo(ctx, (*context.Context)(nil))
			return parsed.Run(d)
		},
	}.Main(ctx, arguments, errors)
}

// place is where the commands beside `serve` find a site.
type place struct {
	Site   string `env:"DESPACHO_STATION_SITE" default:"principal" help:"Name of the warehouse."`
	Bucket string `env:"DESPACHO_BUCKET" default:"despacho" help:"S3 bucket of the label store."`
}

// store opens the label store, once the site's name is known to be one.
func (p place) store(ctx context.Context, d *console) (*storage.Store, error) {
	var c service.Complaints
	checkSite(&c, p.Site)
	checkBucket(&c, p.Bucket)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return d.open(ctx, p.Bucket)
}

func (p place) people(ctx context.Context, d *console) (*people.Site, error) {
	store, err := p.store(ctx, d)
	if err != nil {
		return nil, err
	}
	return people.Open(store, p.Site), nil
}

func (d *console) say(format string, arguments ...any) { fmt.Fprintf(d.out, format+"\n", arguments...) }
