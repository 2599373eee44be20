package run

import (
	"context"
	"io"

	"github.com/despacho/despacho/service"
)

// Exit codes of the worker.
const (
	ExitOrderly  = service.ExitOrderly
	ExitBroken   = service.ExitBroken
	ExitSettings = service.ExitSettings
)

// commandLine is the grammar of the worker's program.
type commandLine struct {
	Serve struct {
		Flags flags `embed:""`
	} `cmd:"" default:"withargs" help:"Take work until SIGTERM; this is the default. TEMPORAL_* say where Temporal is, AWS_* where S3 is."`
	Health struct {
		Listen string `env:"DESPACHO_LISTEN" default:"127.0.0.1:9090" help:"Address of the worker's /healthz."`
	} `cmd:"" help:"Ask the worker on this machine whether it is alive, as a container's health check."`
}

// flags are Settings without their methods: otherwise kong would call Validate before the
// variables that cannot be read are known.
type flags Settings

// Main runs the worker's program until ctx ends and returns its exit code.
func Main(ctx context.Context, arguments []string, out io.Writer) int {
	var line commandLine
	settings := func() Settings { return Settings(line.Serve.Flags) }
	return service.Program{
		Name: "worker", Description: "despacho's worker: runs the workflows and their steps.", Grammar: &line,
		Validate: func() error { return settings().Validate() },
		Serve: func(ctx context.Context) error {
			return Run(ctx, settings(), Options{Log: service.NewLogger(out, line.Serve.Flags.LogLevel, line.Serve.Flags.LogFormat)})
		},
		Health: func(ctx context.Context) error {
			return service.Health(ctx, "worker", "DESPACHO_LISTEN", line.Health.Listen)
		},
	}.Main(ctx, arguments, out)
}
